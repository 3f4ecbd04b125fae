"""Tracks: how frames are shared out among segments, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.job.code import FromSeed
from studio.job.recipe import recipe
from studio.job.track import FRAMES_MAXIMUM, Key, Segment, Track, segment_count, shared_out

BASE = recipe(seed=7)
KEYS = tuple(Key(FromSeed(seed=seed), "red apple") for seed in (7, 8, 9))


@given(st.integers(2, 20), st.integers(0, 200), st.booleans())
def test_frames_are_shared_out_as_even_as_can_be(keys: int, more: int, loop: bool):
    counts = shared_out(keys + more, keys, loop=loop)
    assert len(counts) == segment_count(keys, loop=loop)
    assert max(counts) - min(counts) <= 1
    assert min(counts) >= 1
    ends = tuple(Key(FromSeed(seed=number)) for number in range(keys))
    assert Track(BASE, ends, tuple(map(Segment, counts)), loop=loop).frames == keys + more


@pytest.mark.parametrize(("frames", "keys"), [(2, 3), (1, 2), (FRAMES_MAXIMUM + 1, 2)])
def test_too_few_and_too_many_frames_are_refused(frames: int, keys: int):
    with pytest.raises(InvalidField, match=f"Frames {frames} is out of range"):
        shared_out(frames, keys)


def test_a_loop_has_one_segment_more():
    assert Track(BASE, KEYS, (Segment(3), Segment(3))).frames == 7
    assert Track(BASE, KEYS, (Segment(3), Segment(3), Segment(2)), loop=True).frames == 8


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"keys": KEYS[:1], "segments": ()}, "key"),
        ({"segments": (Segment(3),)}, "frames"),
        ({"segments": (Segment(3), Segment(0))}, "frames"),
        ({"segments": (Segment(FRAMES_MAXIMUM), Segment(1))}, "frames"),
        ({"places": (0.0, 2.0)}, "places"),
        ({"places": (0.0, 1.0, 0.5, 2.0)}, "places"),
        ({"places": (0.0, 1.0, 1.5, 2.1)}, "places"),
        ({"places": (0.0, 1.0, 1.5, float("nan"))}, "places"),
    ],
)
def test_what_does_not_fit_names_its_field(changes: dict[str, object], field: str):
    given = {"base": BASE, "keys": KEYS, "segments": (Segment(2), Segment(1)), **changes}
    with pytest.raises(InvalidField) as caught:
        Track(**given)
    assert caught.value.field == field
