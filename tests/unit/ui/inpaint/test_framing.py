"""Frame and size follow each other; what is worked on is never stretched, and one to one stays that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.job.recipe import SIZE_MAXIMUM, SIZE_MINIMUM, SIZE_STEP
from studio.painting.frame import Frame
from studio.ui.inpaint.framing import (
    Framing,
    Size,
    frame_for,
    is_alike,
    is_exact,
    resized,
    size_for,
    suitable,
    working_size,
)

NATIVES = ((128, 128), (512, 512), (1024, 1024), (768, 512))
pictures = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
natives = st.sampled_from(NATIVES)
framings = st.sampled_from(("fit", "crop", "actual"))
sizes = st.tuples(st.integers(8, 128), st.integers(8, 128)).map(lambda size: (size[0] * 8, size[1] * 8))


def allowed(size: Size) -> bool:
    return all(SIZE_MINIMUM <= side <= SIZE_MAXIMUM and side % SIZE_STEP == 0 for side in size)


def overlaps(frame: Frame, picture: Size) -> bool:
    return not frame.box.intersected(Frame.whole(*picture).box).is_empty


@given(pictures, natives)
def test_a_suitable_size_is_one_that_recipes_take(picture: Size, native: Size) -> None:
    assert allowed(suitable(picture, native))


@given(st.tuples(st.integers(80, 1000), st.integers(80, 1000)), natives)
def test_a_picture_of_a_usual_size_is_worked_on_one_to_one(picture: Size, native: Size) -> None:
    size = suitable(picture, native)
    share = picture[0] * picture[1] / (native[0] * native[1])
    one_to_one = is_exact(Frame.whole(*picture), size)
    assert one_to_one == (0.25 <= share <= 1.5)
    if one_to_one:
        assert working_size(Frame.whole(*picture), size) == picture


@given(st.tuples(st.integers(1000, 5000), st.integers(1000, 5000)), natives)
def test_a_large_picture_keeps_its_shape_at_about_the_size_of_the_model(picture: Size, native: Size) -> None:
    size = suitable(picture, native)
    if picture[0] * picture[1] > 1.5 * native[0] * native[1]:
        assert 0.5 <= size[0] * size[1] / (native[0] * native[1]) <= 2.0
        stretched = picture[0] * size[1] / (picture[1] * size[0])
        assert 0.95 < stretched < 1.06


@given(framings, pictures, sizes)
def test_a_frame_is_never_stretched_by_more_than_a_pixel_and_a_hundredth(
    framing: Framing, picture: Size, size: Size
) -> None:
    frame = frame_for(framing, picture, size)
    assert overlaps(frame, picture)
    if is_alike(frame, size):
        return
    # Whole pixels: what is a hair off is less than a pixel of the picture off.
    assert abs(frame.width * size[1] / size[0] - frame.height) <= max(1.0, size[1] / size[0])


@given(pictures, sizes)
def test_fit_shows_all_of_the_picture_and_crop_nothing_else(picture: Size, size: Size) -> None:
    whole = Frame.whole(*picture).box
    fit, crop = frame_for("fit", picture, size).box, frame_for("crop", picture, size).box
    assert fit.intersected(whole) == whole
    assert crop.intersected(whole) == crop


@given(pictures, sizes)
def test_one_to_one_is_exact(picture: Size, size: Size) -> None:
    assert is_exact(frame_for("actual", picture, size), size)


@given(pictures, sizes, sizes, framings)
def test_another_size_keeps_the_kind_of_frame_and_its_overlap(
    picture: Size, before: Size, size: Size, framing: Framing
) -> None:
    frame = resized(frame_for(framing, picture, before), framing, picture, before, size)
    expected = frame_for(framing, picture, size)
    assert (frame.width, frame.height) == (expected.width, expected.height)
    assert overlaps(frame, picture)


def test_a_moved_crop_keeps_its_middle() -> None:
    frame = Frame.crop(600, 400, 128, 128).moved(60, 0)
    smaller = resized(frame, "crop", (600, 400), (128, 128), (96, 128))
    assert smaller.x + smaller.width / 2 == pytest.approx(frame.x + frame.width / 2, abs=1)


@given(st.integers(1, 40), st.integers(1, 40))
def test_an_edge_that_is_dragged_at_one_to_one_gives_the_size_of_the_frame(across: int, down: int) -> None:
    before = Frame(0, 0, 64, 64)
    frame = before.dragged({"right", "bottom"}, 8 * across, 8 * down)
    assert size_for(frame, "actual", before, (64, 64)) == (64 + 8 * across, 64 + 8 * down)
    assert is_exact(frame, size_for(frame, "actual", before, (64, 64)))


def test_an_edge_that_is_dragged_keeps_the_scale() -> None:
    before = Frame(0, 0, 600, 400)
    assert size_for(Frame(0, 0, 900, 400), "fit", before, (168, 112)) == (256, 112)


def test_nobody_can_tell_how_a_frame_would_be_dragged() -> None:
    with pytest.raises(ValueError, match="dragged"):
        frame_for("own", (100, 100), (128, 64))
