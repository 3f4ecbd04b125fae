"""The plan of a track: whatever is edited, keys rise and segments fit, and nothing is lost on the way to disk."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.job.code import Between, FromCode, FromSeed
from studio.job.recipe import Recipe, recipe
from studio.job.track import Key
from studio.ui.interpolate.track_plan import USUAL_FRAMES, TrackPlan, key_of, number_of_new, scaled

BASE = Recipe()


def key(seed: int) -> Key:
    return Key(FromSeed(seed=seed), f"prompt {seed}")


def plan_of(count: int) -> TrackPlan:
    plan = TrackPlan()
    for seed in range(count):
        plan = plan.with_key(key(seed))
    return plan


def check(plan: TrackPlan) -> None:
    assert len(plan.segments) == len(plan.keys)
    assert list(plan.places) == sorted(set(plan.places))
    assert all(segment.frames >= 1 for segment in plan.segments)
    if len(plan.keys) >= 2:
        assert plan.track(BASE).frames == plan.frames


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(-5, 200)),
        st.tuples(st.just("remove"), st.integers(0, 5)),
        st.tuples(st.just("move"), st.integers(0, 5), st.integers(-5, 200)),
        st.tuples(st.just("frames"), st.integers(8, 100)),
        st.tuples(st.just("loop"), st.booleans()),
    ),
    max_size=20,
)


@given(EDITS)
def test_whatever_is_edited_it_stays_a_track(edits: list[tuple[object, ...]]) -> None:
    plan = plan_of(2)
    for name, *values in edits:
        number = int(values[0]) % max(1, len(plan.keys))  # type: ignore[call-overload]
        if name == "add":
            plan = plan.with_key(key(99), int(values[0]))  # type: ignore[call-overload]
        elif name == "remove" and plan.keys:
            plan = plan.without_key(number)
        elif name == "move" and plan.keys:
            plan = plan.with_moved_key(number, int(values[1]))  # type: ignore[call-overload]
        elif name == "frames" and len(plan.keys) <= 8:
            plan = plan.with_frames(int(values[0]))  # type: ignore[call-overload]
        elif name == "loop":
            plan = plan.with_loop(bool(values[0]))
        check(plan)
        assert TrackPlan.of_data(json.loads(json.dumps(plan.data()))) == plan


def test_keys_are_put_behind_each_other_or_where_they_are_wanted() -> None:
    plan = plan_of(2)
    assert plan.places == (0, USUAL_FRAMES)
    between = plan.with_key(key(9), 10)
    assert between.places == (0, 10, USUAL_FRAMES)
    assert between.keys[1] == key(9)
    assert plan.with_key(key(9), 30).places == (0, USUAL_FRAMES, 30)
    assert plan.with_key(key(9), USUAL_FRAMES).keys[1] == key(9)


def test_a_key_that_goes_leaves_its_frames_to_the_rest() -> None:
    plan = plan_of(3)
    assert plan.without_key(1).frames == plan.frames
    assert plan.without_key(0).keys == plan.keys[1:]
    assert plan.without_key(2).keys == plan.keys[:2]


def test_a_key_stays_between_its_neighbours() -> None:
    plan = plan_of(3)
    assert plan.with_moved_key(1, 1000).places == (0, 47, 48)
    assert plan.with_moved_key(1, -5).places == (0, 1, 48)
    assert plan.with_moved_key(0, 5) == plan
    assert plan.with_moved_key(2, 60).places == (0, 24, 60)


def test_frames_are_shared_out() -> None:
    assert plan_of(3).with_frames(48).frames == 48
    with pytest.raises(InvalidField):
        plan_of(3).with_frames(2)


def test_a_sheet_takes_four_corners() -> None:
    plan = TrackPlan(plan_of(4).keys, plan_of(4).segments, as_sheet=True, rows=2, columns=3)
    assert plan.ready
    assert len(plan.sheet(BASE)) == 6
    assert not TrackPlan(plan_of(3).keys, plan_of(3).segments, as_sheet=True).ready


def test_damaged_data_is_no_plan() -> None:
    good = plan_of(3).data()
    for bad in ({}, {"keys": 3}, {**good, "segments": []}, {**good, "method": "wild"}):
        assert TrackPlan.of_data(bad) == TrackPlan()


def test_a_key_gives_the_picture_of_its_recipe() -> None:
    assert key_of(recipe(seed=5, prompt="apple", guidance={"scale": 2.0})) == Key(FromSeed(seed=5), "apple", "", 2.0)
    code = FromCode(code="a" * 64)
    assert key_of(recipe(start=code)) == Key(code)
    assert key_of(recipe(start=Between(first=FromSeed(seed=1), second=FromSeed(seed=2), fraction=0.5))) is None


def test_a_new_number_of_frames_leaves_keys_at_their_share_of_the_way() -> None:
    plan = plan_of(3).with_moved_key(1, 5).with_moved_key(2, 49)
    assert plan.places == (0, 5, 49)
    assert plan.with_frames(100).places == (0, 10, 99)
    assert plan.with_frames(3).places == (0, 1, 2)
    assert plan.with_frames(100).with_frames(50).places == plan.places


@given(st.lists(st.integers(1, 500), min_size=1, max_size=20), st.integers(0, 2000))
def test_scaled_counts_add_up_and_none_is_lost(counts: list[int], more: int) -> None:
    found = scaled(counts, len(counts) + more)
    assert sum(found) == len(counts) + more
    assert min(found) >= 1
    assert scaled(counts, sum(counts)) == tuple(counts)


def test_the_way_back_is_as_long_as_the_others() -> None:
    assert plan_of(2).with_frames(10).with_loop(True).frames == 18
    looped = plan_of(3).with_frames(11).with_loop(True)
    assert [segment.frames for segment in looped.used] == [5, 5, 5]
    assert looped.with_loop(False).frames == 11
    assert looped.with_key(key(9)).segments[-1].frames == 5


def test_a_key_before_the_first_frame_is_at_the_first() -> None:
    plan = plan_of(2).with_key(key(9), -1)
    assert plan.keys == (key(9), key(1))
    check(plan)
    check(plan_of(2).with_key(key(9), -1000).with_moved_key(1, 10**6))


@pytest.mark.parametrize(("frame", "number"), [(None, 2), (10, 1), (99, 2), (0, 0)])
def test_the_new_key_is_found_though_others_are_like_it(frame: int | None, number: int) -> None:
    before = plan_of(2)
    assert number_of_new(before.with_key(key(0), frame), before, frame) == number
