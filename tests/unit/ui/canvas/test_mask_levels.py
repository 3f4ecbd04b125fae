"""Halves of a mask: nothing painted is lost, and a part made anew is like the whole made anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import Box
from studio.ui.canvas.layers.mask_levels import SOFT, MaskLevels

SIZES = st.integers(1, 40)


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    height, width = draw(SIZES), draw(SIZES)
    values = np.random.default_rng(draw(st.integers(0, 999))).integers(0, 256, (height, width), np.uint8)
    values[values < draw(st.integers(0, 255))] = 0
    return values


@given(masks(), st.data())
def test_what_changed_is_halved_as_if_all_was(values: np.ndarray, data: st.DataObject) -> None:
    levels = MaskLevels(lambda: values)
    for index in range(4):
        levels.level(index)
    height, width = values.shape
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    right, bottom = data.draw(st.integers(left + 1, width)), data.draw(st.integers(top + 1, height))
    values[top:bottom, left:right] = data.draw(st.integers(0, 255))
    levels.refresh(Box(left, top, right, bottom))
    fresh = MaskLevels(lambda: values)
    for index in range(4):
        assert np.array_equal(levels.level(index), fresh.level(index))


@given(masks())
def test_a_pixel_of_a_level_shows_whether_there_is_anything_below_it(values: np.ndarray) -> None:
    levels = MaskLevels(lambda: values)
    for index in range(1, 5):
        edge = 2**index
        level = levels.level(index)
        height, width = values.shape
        assert level.shape == (-(-height // edge), -(-width // edge))
        for row in range(level.shape[0]):
            for column in range(level.shape[1]):
                part = values[row * edge : (row + 1) * edge, column * edge : (column + 1) * edge]
                assert (level[row, column] > 0) == part.any()
                assert int(part.min()) <= level[row, column] <= int(part.max())


def test_level_0_is_the_mask_itself() -> None:
    values = np.zeros((8, 8), np.uint8)
    assert MaskLevels(lambda: values).level(0) is values


@pytest.mark.parametrize(
    ("scale", "index"), [(2.0, 0), (1.0, 0), (0.99, 1), (0.5, 1), (0.25, 2), (0.3, 2), (0.0001, 6)]
)
def test_the_suited_level_has_at_least_a_device_pixel_for_each_of_its_own(scale: float, index: int) -> None:
    assert MaskLevels(lambda: np.zeros((100, 90), np.uint8)).suited(scale) == index


def test_blended_levels_may_be_finer() -> None:
    levels = MaskLevels(lambda: np.zeros((100, 90), np.uint8))
    assert [levels.suited(scale, SOFT) for scale in (0.8, 0.7, 0.3)] == [0, 1, 2]
