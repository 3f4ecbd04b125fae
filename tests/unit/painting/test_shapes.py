"""Shapes as single steps: where they paint, how strongly, and that erasing is their other side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import EMPTY, Box
from studio.painting.mask_document import MaskDocument
from studio.painting.shapes import ellipse, gradient, polygon, rectangle
from tests.unit.painting.acts import boxes, noise, parts, points


def applied(operation, width: int = 60, height: int = 50, values: np.ndarray | None = None) -> np.ndarray:
    document = MaskDocument(width, height, values)
    document.apply("Shape", operation)
    return document.values


@given(boxes, parts)
def test_a_rectangle_is_its_box(box, opacity):
    values = applied(rectangle(box, opacity=opacity), 300, 300)
    inside = np.zeros((300, 300), bool)
    inside[max(box.top, 0) : max(box.bottom, 0), max(box.left, 0) : max(box.right, 0)] = True
    assert (values[inside] == round(255 * opacity)).all()
    assert not values[~inside].any()


SHAPES = [
    lambda **how: rectangle(Box(5, 5, 40, 30), **how),
    lambda **how: ellipse(Box(5, 5, 40, 30), **how),
    lambda **how: polygon([(3, 4), (50, 10), (20, 45.5)], **how),
    lambda **how: gradient(10, 10, 40, 30, **how),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_opacity_is_the_most_that_is_painted_and_erasing_takes_it_away(shape):
    painted = applied(shape(opacity=0.4))
    assert painted.max() == 102
    assert not applied(shape(opacity=0.4, erase=True), values=painted.copy()).any()
    from_full = applied(shape(opacity=0.4, erase=True), values=np.full((50, 60), 255, np.uint8))
    assert np.array_equal(255 - from_full, painted)


@pytest.mark.parametrize("shape", SHAPES)
def test_opacity_has_a_range(shape):
    for opacity in (-0.1, 1.1):
        with pytest.raises(ValueError, match="Opacity"):
            applied(shape(opacity=opacity))


@pytest.mark.parametrize("shape", SHAPES)
def test_painting_twice_takes_half_of_the_way_that_is_left(shape):
    once = applied(shape(opacity=0.5)).astype(float) / 255
    twice = applied(shape(opacity=0.5), values=applied(shape(opacity=0.5)).copy()) / 255
    assert np.abs(twice - (1 - (1 - once) ** 2)).max() < 1 / 255


@given(st.integers(1, 60), st.integers(1, 50))
def test_an_ellipse_has_its_area_and_touches_its_box(width, height):
    values = applied(ellipse(Box(0, 0, width, height)))
    assert values.sum() / 255 == pytest.approx(math.pi / 4 * width * height, rel=0.02, abs=0.1)
    assert values[height // 2, 0] > 0
    assert values[0, width // 2] > 0
    drawn = values[:height, :width].astype(int)
    assert np.abs(drawn - drawn[::-1]).max() <= 1
    assert np.abs(drawn - drawn[:, ::-1]).max() <= 1


def test_without_antialias_there_is_all_or_nothing():
    for shape in (ellipse, lambda box, **how: polygon([(1, 1), (50.5, 20), (10, 48)], **how)):
        soft = applied(shape(Box(3, 3, 44, 41)))
        hard = applied(shape(Box(3, 3, 44, 41), antialias=False))
        assert set(np.unique(hard)) == {0, 255}
        assert np.array_equal(hard == 255, soft >= 128)
        assert len(np.unique(soft)) > 10


@given(st.lists(points, max_size=8), parts, st.booleans())
def test_any_lasso_stays_within_the_mask_and_its_opacity(way, opacity, antialias):
    values = applied(polygon(way, opacity=opacity, antialias=antialias))
    assert values.max() <= round(255 * opacity)
    if len(way) < 3:
        assert not values.any()


def test_a_lasso_of_one_pixel():
    values = applied(polygon([(7, 9), (8, 9), (8, 10), (7, 10)]))
    assert values[9, 7] == 255
    assert np.count_nonzero(values) == 1


def test_a_gradient_falls_evenly_from_its_start_to_its_end():
    row = applied(gradient(10, 25, 50, 25))[25].astype(int)
    assert (row[:10] == 255).all()
    assert (row[50:] == 0).all()
    expected = 255 * (50 - (np.arange(10, 50) + 0.5)) / 40
    assert np.abs(row[10:50] - expected).max() <= 0.5 + 1e-4
    slanted = applied(gradient(0, 0, 60, 50))
    assert (np.diff(slanted.astype(int), axis=0) <= 0).all()
    assert (np.diff(slanted.astype(int), axis=1) <= 0).all()


def test_a_gradient_keeps_what_is_painted_where_it_ends():
    values = noise(60, 50)
    after = applied(gradient(20, 10, 40, 10), values=values)
    assert (after[:, :20] == 255).all()
    assert np.array_equal(after[:, 40:], values[:, 40:])


@pytest.mark.parametrize("empty", [gradient(5, 5, 5, 5), ellipse(EMPTY), polygon([(1, 1), (20, 20)]), rectangle(EMPTY)])
def test_a_shape_without_extent_changes_nothing(empty):
    document = MaskDocument(60, 50, noise(60, 50))
    assert document.apply("Shape", empty) == EMPTY
    assert document.undo_name is None


@given(boxes)
def test_shapes_of_large_and_small_boxes_agree(box):
    """An ellipse that reaches beyond the mask is the part of the whole one."""
    large = applied(ellipse(Box(box.left + 64, box.top + 64, box.right + 64, box.bottom + 64)), 200, 200)
    assert np.abs(applied(ellipse(box), 100, 90).astype(int) - large[64:154, 64:164]).max() <= 1
