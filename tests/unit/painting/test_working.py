"""The framed part at the working size: the very pixels at one to one, the edge beyond the picture, else resampled."""

from __future__ import annotations

import tracemalloc

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.image import Image
from studio.painting.frame import Frame, working
from tests.unit.painting.acts import noise

sides = st.integers(1, 90)
places = st.integers(-120, 120)


def colours(width: int, height: int) -> Image:
    return Image(np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8))


@given(sides, sides, sides, sides, places, places)
def test_one_to_one_is_the_very_pixels_and_their_edge_beyond(width, height, across, down, x, y):
    picture, mask = colours(width, height), noise(width, height)
    frame = Frame(x, y, across, down).limited(width, height)
    shown, masked = working(picture, mask, frame, (across, down))
    columns, rows = np.arange(frame.x, frame.x + across), np.arange(frame.y, frame.y + down)
    inside = np.logical_and.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
    where = np.ix_(np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1))
    assert np.array_equal(shown.pixels, picture.pixels[where])
    assert np.array_equal(masked.values[inside], mask[where][inside])
    assert (masked.values[~inside] == 255).all()


@given(sides, sides, sides, sides, places, places, sides, sides, st.integers(0, 255))
def test_any_size_of_one_colour_is_that_colour(width, height, across, down, x, y, new_width, new_height, value):
    picture, mask = Image(np.full((height, width, 3), value, np.uint8)), np.full((height, width), 7, np.uint8)
    frame = Frame(x, y, across, down).limited(width, height)
    shown, masked = working(picture, mask, frame, (new_width, new_height))
    assert shown.pixels.shape == (new_height, new_width, 3)
    assert masked.values.shape == (new_height, new_width)
    assert (shown.pixels == value).all()
    assert set(np.unique(masked.values)) <= {7, 255}
    assert (masked.values == 7).any()


@settings(max_examples=40)
@given(st.integers(100, 300), st.integers(100, 300), st.integers(8, 300), st.integers(8, 300), st.integers(0, 40))
def test_a_part_is_resampled_as_the_whole_picture_would_be(width, height, new_width, new_height, corner):
    picture = Image(colours(width, height).pixels // 4 + 90)
    frame = Frame(corner, corner // 2, width - corner, height - corner)
    shown, _ = working(picture, noise(width, height), frame, (new_width, new_height))
    whole = PIL.Image.fromarray(picture.pixels)
    exact = whole.resize((new_width, new_height), PIL.Image.Resampling.LANCZOS, tuple(frame.box))
    # The values span 64. Beyond a sixth the picture is reduced first, which noise like this shows most.
    reduced = frame.width >= 6 * new_width or frame.height >= 6 * new_height
    assert np.abs(shown.pixels.astype(int) - np.asarray(exact)).max() <= (6 if reduced else 2)


def test_a_mask_that_shrinks_takes_the_mean():
    mask = noise(64, 48)
    _, masked = working(colours(64, 48), mask, Frame.whole(64, 48), (16, 12))
    assert np.abs(masked.values - mask.reshape(12, 4, 16, 4).mean(axis=(1, 3))).max() <= 1


def test_fit_puts_the_picture_between_two_bars():
    picture, mask = colours(100, 50), np.zeros((50, 100), np.uint8)
    shown, masked = working(picture, mask, Frame.fit(100, 50, 64, 64), (64, 64))
    assert (masked.values[:16] == 255).all()
    assert not masked.values[16:48].any()
    assert (masked.values[48:] == 255).all()
    assert (shown.pixels[:16] == shown.pixels[16]).all()
    assert (shown.pixels[48:] == shown.pixels[47]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 60_000), (60_000, 1), (3, 5)])
def test_extreme_pictures(size):
    picture, mask = colours(*size), np.zeros(size[::-1], np.uint8)
    for frame in (
        Frame.fit(*size, 512, 512),
        Frame.crop(*size, 512, 512),
        Frame.actual(*size, 512, 512),
        Frame.whole(*size),
    ):
        shown, masked = working(picture, mask, frame, (512, 512))
        assert (shown.width, shown.height) == (masked.width, masked.height) == (512, 512)
        assert not masked.values.all()


def test_a_large_picture_is_never_copied():
    picture = Image(np.broadcast_to(np.array([9, 8, 7], np.uint8), (2000, 8000, 3)))
    mask = np.broadcast_to(np.uint8(0), (2000, 8000))
    for frame in (Frame(700, 900, 600, 600), Frame.whole(8000, 2000)):
        tracemalloc.start()
        try:
            shown, masked = working(picture, mask, frame, (512, 512))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < picture.pixels.nbytes / 3
        assert (shown.pixels == [9, 8, 7]).all()
        assert not masked.values.any()


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(ValueError, match="30×20"):
        working(colours(30, 20), noise(20, 30), Frame.whole(30, 20), (64, 64))
    for place in ((30, 0), (-8, 0), (0, 20), (0, -8)):
        with pytest.raises(ValueError, match="overlap"):
            working(colours(30, 20), noise(30, 20), Frame(*place, 8, 8), (64, 64))
