"""The difference of two pictures, made visible and told truly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.image import Image
from studio.ui.compare.comparison import compared


def grey(value: int, width: int = 4, height: int = 3) -> Image:
    return Image(np.full((height, width, 3), value, np.uint8))


def test_equal_pictures_are_told_as_the_same_and_shown_black():
    told = compared(grey(90), grey(90))
    assert told is not None
    assert told.same
    assert (told.largest, told.mean, told.factor) == (0, 0.0, 1)
    assert not told.picture.pixels.any()


def test_one_changed_pixel_is_not_the_same():
    pixels = grey(90).pixels.copy()
    pixels[2, 3, 1] = 91
    told = compared(grey(90), Image(pixels))
    assert told is not None
    assert not told.same
    assert told.largest == 1
    assert told.mean == pytest.approx(1 / 36)
    assert told.picture.pixels[2, 3, 1] == told.factor == 64


def test_pictures_of_other_sizes_have_no_difference():
    assert compared(grey(1), grey(1, width=5)) is None


@given(st.integers(0, 255), st.integers(0, 255))
def test_the_amplified_difference_is_the_difference_times_the_factor(one: int, other: int):
    told, back = compared(grey(one), grey(other)), compared(grey(other), grey(one))
    assert told is not None
    assert back is not None
    assert told.largest == abs(one - other) == back.largest
    assert int(told.picture.pixels.max()) == told.largest * told.factor <= 255
    if 0 < told.largest * 2 * told.factor <= 255:
        assert told.factor == 64
