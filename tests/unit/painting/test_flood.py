"""Fill by colour against a search from pixel to pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.image import Image
from studio.painting.box import EMPTY
from studio.painting.flood import fill
from studio.painting.mask_document import MaskDocument
from tests.unit.painting.acts import noise, picture


def search(pixels: np.ndarray, x: int, y: int, tolerance: int) -> np.ndarray:
    similar = (np.abs(pixels.astype(int) - pixels[y, x].astype(int)) <= tolerance).all(axis=2)
    found, todo = np.zeros(similar.shape, bool), [(y, x)]
    while todo:
        row, column = todo.pop()
        inside = 0 <= row < similar.shape[0] and 0 <= column < similar.shape[1]
        if inside and similar[row, column] and not found[row, column]:
            found[row, column] = True
            todo += [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
    return found


@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(0, 20), st.floats(0, 1), st.floats(0, 1), st.integers(0, 255)
)
def test_it_fills_what_hangs_together_and_is_similar(width, height, seed, across, down, tolerance):
    shown = picture(width, height, seed)
    x, y = min(int(across * width), width - 1), min(int(down * height), height - 1)
    document = MaskDocument(width, height)
    document.apply("Fill", fill(x, y, shown, tolerance))
    assert np.array_equal(document.values == 255, search(shown.pixels, x, y, tolerance))
    assert set(np.unique(document.values)) <= {0, 255}


def test_opacity_and_erasing():
    document, shown = MaskDocument(30, 20), picture(30, 20)
    document.apply("Fill", fill(4, 4, shown, 30, opacity=0.5))
    assert document.values.max() == 128
    document.apply("Fill", fill(4, 4, shown, 30, opacity=0.5, erase=True))
    assert not document.values.any()


@pytest.mark.parametrize("place", [(-1, 3), (30, 3), (3, -1), (3, 20)])
def test_a_place_outside_changes_nothing(place):
    document = MaskDocument(30, 20, noise(30, 20))
    assert document.apply("Fill", fill(*place, picture(30, 20), 255)) == EMPTY


def test_a_picture_of_another_size_and_a_wrong_tolerance_are_refused():
    with pytest.raises(ValueError, match="30×21"):
        MaskDocument(30, 20).apply("Fill", fill(1, 1, picture(30, 21), 10))
    with pytest.raises(ValueError, match="tolerance"):
        fill(1, 1, picture(30, 20), 256)


def test_the_picture_stays_as_it_is():
    shown = Image(picture(30, 20).pixels.copy())
    before = shown.pixels.copy()
    MaskDocument(30, 20).apply("Fill", fill(1, 1, shown, 100))
    assert np.array_equal(shown.pixels, before)
