"""Areas of outlines against many samples of each pixel, the formula of the area, and themselves in another place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import Box
from studio.painting.outline import area

SAMPLES = 16
coordinates = st.one_of(st.integers(-8, 24).map(float), st.floats(-8, 24))
outlines = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7).map(np.array)


def winding(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """How often the outline goes around each of the samples, counted at a ray to the left."""
    y, x = (np.mgrid[: height * SAMPLES, : width * SAMPLES] + 0.5) / SAMPLES
    found = np.zeros(y.shape, int)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        crosses = (y0 <= y) != (y1 <= y)
        if y0 != y1:
            found += crosses * (x > x0 + (y - y0) * (x1 - x0) / (y1 - y0)) * (1 if y1 > y0 else -1)
    return found


@given(outlines)
def test_coverage_is_the_part_of_the_samples(points):
    points = np.round(points, 3)  # the counting divides by differences
    rounds = winding(points, 17, 15).reshape(15, SAMPLES, 17, SAMPLES)
    low, high = rounds.min(axis=(1, 3)), rounds.max(axis=(1, 3))
    found = area(points, Box(0, 0, 17, 15)) / 255
    # Parts of one pixel that are wound around differently add up; here there is one part and nothing besides.
    simple = ((low >= 0) & (high <= 1)) | ((low >= -1) & (high <= 0))
    assert np.abs(found - (rounds != 0).mean(axis=(1, 3)))[simple].max(initial=0) < 0.2
    assert found[low * high > 0].min(initial=1) > 0.8


@given(outlines, st.tuples(*[st.integers(0, 20)] * 4))
def test_a_part_is_the_part_of_the_whole(points, corners):
    left, right = sorted(corners[:2])
    top, bottom = sorted(corners[2:])
    box = Box(left, top, right + 1, bottom + 1)
    whole = area(points + 10, Box(0, 0, 40, 40))
    assert np.abs(area(points + 10, box).astype(int) - whole[box.slices]).max() <= 1


@given(outlines, st.integers(-100, 100), st.integers(-100, 100))
def test_it_lies_where_it_lies(points, dx, dy):
    moved = area(points + np.array([dx, dy]), Box(dx, dy, dx + 20, dy + 20))
    assert np.abs(moved.astype(int) - area(points, Box(0, 0, 20, 20))).max() <= 1


@given(outlines)
def test_the_direction_does_not_matter(points):
    box = Box(-8, -8, 24, 24)
    assert np.abs(area(points, box).astype(int) - area(points[::-1], box)).max() <= 1


@given(st.integers(3, 60), st.floats(0.3, 30), st.floats(-1, 1), st.floats(-1, 1))
def test_the_sum_is_the_area_of_a_regular_polygon(corners, radius, x, y):
    angle = np.arange(corners) * (2 * math.pi / corners)
    points = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
    coverage = area(points, Box(-32, -32, 32, 32))
    exact = corners / 2 * radius**2 * math.sin(2 * math.pi / corners)
    assert coverage.sum() / 255 == pytest.approx(exact, abs=0.002 * (8 * radius + 8) * 2)


def test_a_figure_of_eight_is_full_on_both_sides():
    points = np.array([(0, 0), (20, 20), (20, 0), (0, 20)], float)
    coverage = area(points, Box(0, 0, 20, 20))
    assert coverage[10, 2] == coverage[10, 17] == 255
    assert coverage[2, 10] == coverage[17, 10] == 0


def test_what_is_wound_around_twice_is_inside():
    square = [(2, 2), (12, 2), (12, 12), (2, 12)]
    coverage = area(np.array([*square, *square], float), Box(0, 0, 15, 15))
    assert np.array_equal(coverage, area(np.array(square, float), Box(0, 0, 15, 15)))
    assert coverage.sum() == 100 * 255


def test_whole_pixels_are_exact():
    coverage = area(np.array([(3, 2), (9, 2), (9, 7), (3, 7)], float), Box(0, 0, 12, 12))
    expected = np.zeros((12, 12), np.uint8)
    expected[2:7, 3:9] = 255
    assert np.array_equal(coverage, expected)


def test_far_corners_cost_no_more_than_the_box():
    huge = np.array([(-1e9, -1e9), (1e9, -1e9), (1e9, 1e9), (-1e9, 1e9)])
    assert (area(huge, Box(0, 0, 50, 50)) == 255).all()
    assert not area(huge + np.array([3e9, 0]), Box(0, 0, 50, 50)).any()
    assert not area(huge + np.array([0, 3e9]), Box(0, 0, 50, 50)).any()


def test_a_line_has_no_area():
    assert not area(np.array([(1, 1), (9, 9), (4, 4)], float), Box(0, 0, 10, 10)).any()
