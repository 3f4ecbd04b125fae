"""Two wishes are equal when the frames are: what is only played, or said by the keys themselves, does not count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.job.code import FromCode, FromSeed
from studio.job.recipe import Recipe, recipe
from studio.job.track import Key, Segment
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.interpolate.wish import EvenTracks, wish_of

SEEDS = (Key(FromSeed(seed=1), "apple"), Key(FromSeed(seed=2), "lemon"))
PLAN = TrackPlan(SEEDS, (Segment(5, "smooth"), Segment(24)))
EVEN = replace(PLAN, even=True)
CODED = replace(PLAN, keys=(Key(FromCode(code="a" * 64), "apple"), SEEDS[1]))
STOCHASTIC = {"sampler": "ddim", "options": {"eta": 1.0}}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PLAN, replace(PLAN, fps=30.0), True),
        (PLAN, replace(PLAN, rows=7, measure="latent"), True),
        (PLAN, replace(PLAN, segments=(Segment(5, "smooth"), Segment(9))), True),
        (PLAN, replace(PLAN, segments=(Segment(5), Segment(24))), False),
        (PLAN, replace(PLAN, loop=True), False),
        (PLAN, EVEN, False),
        (EVEN, replace(EVEN, segments=(Segment(5), Segment(24))), True),
        (EVEN, replace(EVEN, measure="latent"), False),
        (EVEN, replace(EVEN, segments=(Segment(6), Segment(24))), False),
        (EVEN, EVEN.with_changed_key(1, SEEDS[0]), False),
    ],
)
def test_a_wish_holds_what_the_frames_depend_on(one: TrackPlan, other: TrackPlan, same: bool) -> None:
    assert (wish_of(one, Recipe()) == wish_of(other, Recipe())) is same


def test_a_sheet_asks_for_its_own_numbers_alone() -> None:
    sheet = replace(PLAN, as_sheet=True)
    assert wish_of(sheet, Recipe()) == wish_of(replace(sheet, loop=True, even=True), Recipe())
    assert wish_of(sheet, Recipe()) != wish_of(replace(sheet, rows=3), Recipe())


@pytest.mark.parametrize(
    ("plan", "changes", "same"),
    [
        (PLAN, {"prompt": "pear", "negative_prompt": "blurry", "seed": 9, "guidance": {"scale": 2.0}}, True),
        (PLAN, {"seed": 9, "sampling": STOCHASTIC}, True),
        (CODED, {"seed": 9}, True),
        (CODED, {"seed": 9, "sampling": STOCHASTIC}, False),
        (PLAN, {"width": 64}, False),
    ],
)
def test_the_form_says_only_what_keys_leave_open(plan: TrackPlan, changes: dict[str, object], same: bool) -> None:
    kept = {"sampling": changes["sampling"]} if "sampling" in changes else {}
    assert (wish_of(plan, recipe(**kept)) == wish_of(plan, recipe(**changes))) is same


def test_places_are_those_of_the_track_that_was_measured() -> None:
    known, base = EvenTracks(), Recipe()
    assert known.recipes(EVEN, base) is None
    known.learn(wish_of(EVEN, base), replace(EVEN.track(base), places=(0.0, 0.1, 0.2, 0.3, 0.4, 1.0)))
    found = known.recipes(replace(EVEN, fps=3.0), base)
    assert found is not None
    assert [getattr(one.start, "fraction", None) for one in found] == [None, 0.1, 0.2, 0.3, 0.4, None]
    assert known.recipes(EVEN.with_changed_key(1, Key(FromSeed(seed=3))), base) is None
    assert known.recipes(PLAN, base) is not None
