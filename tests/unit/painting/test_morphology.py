"""Grow, shrink and feather against their definitions, pixel by pixel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import EMPTY
from studio.painting.mask_document import MaskDocument
from studio.painting.morphology import RADIUS_MAXIMUM, feather, grow, shrink
from tests.unit.painting.acts import noise

radii = st.integers(0, 9)
small = st.tuples(st.integers(1, 24), st.integers(1, 24))


def sparse(width: int, height: int, seed: int, part: float) -> np.ndarray:
    values = noise(width, height, seed)
    values[np.random.default_rng(seed).random((height, width)) > part] = 0
    return values


masks = st.builds(
    lambda size, seed, part: sparse(*size, seed, part), small, st.integers(0, 99), st.sampled_from([0.02, 0.3, 1.0])
)


def applied(operation, values: np.ndarray) -> np.ndarray:
    document = MaskDocument(values.shape[1], values.shape[0], values)
    document.apply("Change", operation)
    return document.values


def by_definition(values: np.ndarray, radius: int, choose, beyond: int) -> np.ndarray:
    """The largest or smallest value within a circle, place by place."""
    padded = np.pad(values, radius, constant_values=beyond)
    found = values
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dx * dx + dy * dy <= radius * radius:
                rows = slice(radius + dy, radius + dy + values.shape[0])
                found = choose(found, padded[rows, radius + dx : radius + dx + values.shape[1]])
    return found


@given(masks, radii)
def test_grow_and_shrink_are_their_definitions(values, radius):
    assert np.array_equal(applied(grow(radius), values), by_definition(values, radius, np.maximum, 0))
    assert np.array_equal(applied(shrink(radius), values), by_definition(values, radius, np.minimum, 255))


@given(masks, radii)
def test_shrinking_is_growing_of_what_is_kept(values, radius):
    assert np.array_equal(applied(shrink(radius), values), 255 - applied(grow(radius), 255 - values))


def test_a_dot_grows_to_a_disc():
    values = np.zeros((101, 101), np.uint8)
    values[50, 50] = 255
    rows, columns = np.mgrid[:101, :101] - 50
    assert np.array_equal(applied(grow(30), values) == 255, rows**2 + columns**2 <= 900)


def test_the_border_of_the_mask_is_no_edge():
    full = np.full((40, 50), 255, np.uint8)
    for operation in (shrink(10), feather(10), feather(100), grow(10)):
        assert (applied(operation, full) == 255).all()


@pytest.mark.parametrize("pixels", [1, 2, 5, 16, 17, 40, 100])
def test_feather_is_a_gaussian_of_half_its_reach(pixels):
    values = np.zeros((500, 600), np.uint8)
    cv2.circle(values, (250, 240), 120, 255, -1)
    values[:100, 450:] = 200
    exact = cv2.GaussianBlur(values.astype(np.float64), (0, 0), pixels / 2, borderType=cv2.BORDER_REPLICATE)
    assert np.abs(applied(feather(pixels), values) - exact).max() < 3


@pytest.mark.parametrize("pixels", [4, 30, 80])
def test_feather_is_soft_on_both_sides_of_an_edge(pixels):
    values = np.zeros((60, 600), np.uint8)
    values[:, 300:] = 255
    row = applied(feather(pixels), values)[30].astype(int)
    assert (np.diff(row) >= 0).all()
    assert np.abs(row + row[::-1] - 255).max() <= 2
    assert row[299 - pixels] < 10
    assert row[299] > 100
    assert row[300 + pixels] > 245


@given(masks)
def test_nothing_to_do(values):
    for operation in (grow(0), shrink(0), feather(0)):
        assert np.array_equal(applied(operation, values), values)
    document = MaskDocument(30, 20)
    assert document.apply("Grow", grow(5)) == document.apply("Shrink", shrink(5)) == EMPTY
    assert document.apply("Feather", feather(5)) == EMPTY


@pytest.mark.parametrize("make", [grow, shrink, feather])
def test_the_radius_has_a_range(make):
    for pixels in (-1, RADIUS_MAXIMUM + 1):
        with pytest.raises(ValueError, match="pixels"):
            make(pixels)
    values = np.zeros((40, 40), np.uint8)
    values[5, 5] = 255
    assert applied(make(RADIUS_MAXIMUM), values).shape == (40, 40)
