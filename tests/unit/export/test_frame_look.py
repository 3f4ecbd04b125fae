from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField, StudioError
from studio.export.caption import BAND, Dresser, caption_forms
from studio.export.caption_letters import Lettering
from studio.export.frame_look import SIDE_MAXIMUM, Crop, Enlargement, FrameLook
from studio.image import Image
from studio.job.facts import LevelFacts
from studio.job.view import ViewReady, ViewRequest
from tests.unit.export.clips import facts, pixels_of

LEVELS = facts(30).levels


def shown(pixels, gain: float = 1.0) -> ViewReady:
    return ViewReady(ViewRequest("a" * 32, 1), Image(pixels), gain=gain)


def dressed(look: FrameLook, step: int = 12, size=(128, 96), view="x0", steps=range(31), gain: float = 1.0):
    return Dresser(look, size, view, list(steps), LEVELS).frame(shown(pixels_of(1, *size), gain), step).pixels


def test_nothing_asked_nothing_changed():
    assert np.array_equal(dressed(FrameLook()), pixels_of(1, 128, 96))


def test_whole_factors_repeat_pixels():
    wanted = pixels_of(1, 128, 96).repeat(3, axis=0).repeat(3, axis=1)
    assert np.array_equal(dressed(FrameLook(enlargement=Enlargement(3))), wanted)


def test_lanczos_is_that_of_pillow():
    wanted = PIL.Image.fromarray(pixels_of(1, 128, 96)).resize((256, 192), PIL.Image.Resampling.LANCZOS)
    assert np.array_equal(dressed(FrameLook(enlargement=Enlargement(2, method="lanczos"))), np.asarray(wanted))


def test_the_part_is_cut_out_first():
    look = FrameLook(Crop(10, 20, 30, 40), Enlargement(2))
    wanted = pixels_of(1, 128, 96)[20:60, 10:40].repeat(2, axis=0).repeat(2, axis=1)
    assert np.array_equal(dressed(look), wanted)


@pytest.mark.parametrize(
    ("into", "made"), [((512, 512), (512, 384)), ((1920, 1080), (1440, 1080)), ((128, 96), (128, 96))]
)
def test_target_sizes_keep_the_proportions(into, made):
    assert Enlargement(into=into).size_of((128, 96)) == made


@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.integers(1, 27))
def test_a_factor_multiplies_both_sides(size, factor):
    assert Enlargement(factor).size_of(size) == (size[0] * factor, size[1] * factor)


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("crop", lambda: Crop(-1, 0, 5, 5)),
        ("crop", lambda: Crop(0, 0, 0, 5)),
        ("crop", lambda: FrameLook(Crop(100, 0, 29, 5)).picture_size((128, 96))),
        ("crop", lambda: FrameLook(Crop(0, 96, 1, 1)).picture_size((128, 96))),
        ("enlarge", lambda: Enlargement(0)),
        ("enlarge", lambda: Enlargement(33)),
        ("enlarge", lambda: Enlargement(into=(127, 500)).size_of((128, 96))),
        ("enlarge", lambda: Enlargement(32).size_of((SIDE_MAXIMUM // 32 + 1, 8))),
        ("enlarge_with", lambda: Enlargement(2, method="cubic")),
        ("captions", lambda: FrameLook(captions="above")),
    ],
)
def test_what_is_not_allowed_names_its_field(field, make):
    with pytest.raises(InvalidField) as problem:
        make()
    assert problem.value.field == field


def test_captions_say_what_is_shown():
    assert caption_forms("x0", 12, LEVELS)[0] == "x0 at step 12 of 30, t 599"
    assert caption_forms("eps", 12, LEVELS, 3.26)[0] == "eps at step 12 of 30, t 599, × 3.3"
    clean = (*LEVELS[:-1], LevelFacts(-1.0, 1.0, 0.0))
    assert caption_forms("x", 30, clean)[0] == "x at step 30 of 30"


def test_a_caption_below_leaves_the_picture_as_it_is():
    pixels = dressed(FrameLook(captions="below"))
    assert np.array_equal(pixels[:96], pixels_of(1, 128, 96))
    band = pixels[96:]
    assert tuple(band[0, 0]) == tuple(band[-1, -1]) == BAND
    assert band.max() > 200


def test_a_caption_over_keeps_the_size_and_leaves_what_is_not_under_its_plate():
    pixels, plain = dressed(FrameLook(captions="over")), pixels_of(1, 128, 96)
    assert pixels.shape == plain.shape
    changed = (pixels != plain).any(axis=2)
    rows, _ = np.nonzero(changed)
    assert rows.min() > 96 * 0.7
    assert np.array_equal(pixels[: rows.min()], plain[: rows.min()])


@pytest.mark.parametrize("captions", ["below", "over"])
@pytest.mark.parametrize("width", [24, 40, 64, 128, 512, 2000])
def test_a_caption_ends_before_the_frame_does(captions, width):
    blank = shown(np.zeros((200, width, 3), np.uint8))
    pixels = Dresser(FrameLook(captions=captions), (width, 200), "x0", range(31), LEVELS).frame(blank, 30).pixels
    ink = (pixels > 100).any(axis=(0, 2))
    assert ink.any()
    assert not ink[-2:].any()
    assert not ink[:2].any()


@pytest.mark.parametrize("captions", ["below", "over"])
def test_the_plate_and_the_place_of_digits_stay_from_frame_to_frame(captions):
    look = FrameLook(captions=captions)
    blank = np.full((96, 256, 3), 128, np.uint8)
    dresser = Dresser(look, (256, 96), "x0", list(range(31)), LEVELS)
    frames = [dresser.frame(shown(blank), step).pixels for step in range(10, 31)]
    assert len({frame.shape for frame in frames}) == 1
    letters = [(frame.max(axis=2) > 200) for frame in frames]
    # "x0 at step " stands in the same place; only what is counted changes.
    width = int(Lettering(12).width("x0 at step "))
    assert all(np.array_equal(ink[:, :width], letters[0][:, :width]) for ink in letters)


@pytest.mark.parametrize("size", [9, 12, 23])
def test_digits_take_the_same_room(size):
    letters = Lettering(size)
    assert len({round(letters.width(f"t {digit}{digit}"), 6) for digit in range(10)}) == 1


def test_a_view_of_another_size_is_brought_to_that_of_the_clip():
    dresser = Dresser(FrameLook(), (128, 96), "eps", [1], LEVELS)
    assert dresser.frame(shown(pixels_of(1, 16, 12)), 1).pixels.shape == (96, 128, 3)


def test_a_view_that_is_not_there_is_told():
    with pytest.raises(StudioError, match="not kept"):
        Dresser(FrameLook(), (8, 8), "x0", [1], LEVELS).frame(
            ViewReady(ViewRequest("a" * 32, 1), None, "It was not kept."), 1
        )
