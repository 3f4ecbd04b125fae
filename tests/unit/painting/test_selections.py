"""Operations on the whole mask, and masks of other sizes and from pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.image import Image, Mask
from studio.painting.mask_document import MaskDocument
from studio.painting.selections import brightness, clear, everything, from_values, invert, scaled
from tests.unit.painting.acts import noise, sizes


@given(sizes)
def test_whole_mask_operations(size):
    document, values = MaskDocument(*size, noise(*size)), noise(*size)
    document.apply("Invert", invert())
    assert np.array_equal(document.values, 255 - values)
    document.apply("Invert", invert())
    assert np.array_equal(document.values, values)
    document.apply("All", everything())
    assert document.values.min() == 255
    document.apply("Clear", clear())
    assert document.values.max() == 0
    document.apply("Mask from file", from_values(values))
    assert np.array_equal(document.values, values)


@given(sizes, sizes, st.sampled_from([0, 1, 254, 255]))
def test_scaling_keeps_one_value(before, after, value):
    mask = scaled(Mask(np.full(before[::-1], value, np.uint8)), *after)
    assert (mask.width, mask.height) == after
    assert (mask.values == value).all()


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 8))
def test_shrinking_takes_the_mean_and_enlarging_it_again_changes_little(width, height, times):
    values = noise(width * times, height * times)
    small = scaled(Mask(values), width, height).values
    mean = values.reshape(height, times, width, times).mean(axis=(1, 3))
    assert np.abs(small - mean).max() <= 1
    pixels = np.repeat(np.repeat(small, times, axis=0), times, axis=1)
    assert np.array_equal(scaled(Mask(pixels), width, height).values, small)


def test_the_same_size_is_the_same_mask():
    mask = Mask(noise(30, 20))
    assert scaled(mask, 30, 20) is mask


@given(sizes)
def test_a_grey_picture_gives_its_values(size):
    values = noise(*size)
    assert np.array_equal(brightness(Image(np.stack([values] * 3, axis=2))).values, values)


@pytest.mark.parametrize(
    ("colour", "value"), [((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29), ((255, 255, 255), 255)]
)
def test_colours_are_as_bright_as_they_look(colour, value):
    assert brightness(Image(np.full((2, 3, 3), colour, np.uint8))).values.tolist() == [[value] * 3] * 2
