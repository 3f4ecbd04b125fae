from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.export.sequence import TIMINGS, Frame, FramePlan, Pace, plan_frames
from studio.sampling.schedule import CLEAN, NoiseLevel, from_betas, linear_betas, rectified_flow, variance_exploding

SCHEDULES = {
    "vp": from_betas(linear_betas()),
    "zero snr": from_betas(linear_betas(), zero_terminal_snr=True),
    "ve": variance_exploding(),
    "flow": rectified_flow(),
}


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[NoiseLevel], list[int]]:
    """Levels of a run of one of the families, perhaps with a clean end, and steps of it that were kept."""
    schedule = SCHEDULES[draw(st.sampled_from(sorted(SCHEDULES)))]
    indices = draw(st.lists(st.integers(0, len(schedule) - 1), min_size=1, max_size=40, unique=True))
    levels = [schedule.level(index) for index in sorted(indices, reverse=True)]
    levels += [CLEAN] if draw(st.booleans()) or len(levels) == 1 else []
    kept = draw(st.lists(st.integers(0, len(levels) - 1), min_size=1, unique=True))
    return levels, sorted(kept)


def steps(plan: FramePlan) -> list[int]:
    return [frame.step for frame in plan.frames]


def coordinate(level: NoiseLevel, timing: str) -> float:
    if timing == "sigma":
        return -level.sigma
    return math.log(level.snr) if 0 < level.snr < math.inf else math.copysign(math.inf, level.snr - 1.0)


@given(runs(), st.sampled_from(TIMINGS))
def test_every_timing_shows_as_many_frames_from_the_first_step_to_the_last(run, timing):
    levels, kept = run
    shown = steps(plan_frames(levels, kept, Pace(timing)))
    assert len(shown) == len(kept)
    assert (shown[0], shown[-1]) == (kept[0], kept[-1])
    assert set(shown) <= set(kept)
    assert all(a <= b for a, b in pairwise(shown))


@given(runs())
def test_by_step_each_recorded_step_is_shown_once(run):
    levels, kept = run
    assert steps(plan_frames(levels, kept, Pace("step"))) == kept


@given(runs(), st.sampled_from(["sigma", "logsnr"]))
def test_each_frame_is_the_recorded_step_at_or_before_its_even_place(run, timing):
    levels, kept = run
    values = [coordinate(levels[step], timing) for step in kept]
    if len(kept) < 2 or not all(map(math.isfinite, values)) or values[-1] <= values[0]:
        return
    span, near = values[-1] - values[0], 1e-6 * (values[-1] - values[0])
    for number, step in enumerate(steps(plan_frames(levels, kept, Pace(timing)))):
        place = values[0] + span * number / (len(kept) - 1)
        shown = kept.index(step)
        assert values[shown] <= place + near
        assert all(value > place - near for value in values[shown + 1 :])


def test_infinite_levels_lie_as_far_out_as_their_neighbours_are_apart():
    levels = [NoiseLevel(t, a, s) for t, a, s in ((4, 0.0, 1.0), (3, 0.1, 1.0), (2, 1.0, 1.0), (1, 10.0, 1.0))]
    levels.append(NoiseLevel(-1, 1.0, 0.0))
    assert steps(plan_frames(levels, range(5), Pace("logsnr"))) == [0, 1, 2, 3, 4]


def test_where_the_noise_falls_slowly_frames_repeat():
    levels = [NoiseLevel(0, 1.0, sigma) for sigma in (10.0, 9.0, 1.0, 0.5, 0.0)]
    assert steps(plan_frames(levels, range(5), Pace("sigma"))) == [0, 1, 1, 1, 4]


@given(
    runs(),
    st.floats(1, 60).map(lambda fps: round(fps, 3)),
    st.floats(0, 60),
    st.booleans(),
    st.booleans(),
    st.sampled_from([100, 1000]),
)
def test_time_adds_up(run, fps, hold, boomerang, loop, units):
    levels, kept = run
    plan = plan_frames(levels, kept, Pace("step", fps, hold, boomerang, loop))
    assert plan.seconds == pytest.approx(plan.ticks / fps, rel=1e-3)
    assert abs(sum(plan.delays(units)) / units - plan.seconds) <= 0.5 / units + 1e-9
    assert all(abs(d - f.ticks * units / plan.rate) <= 1 for d, f in zip(plan.delays(units), plan.frames, strict=True))
    each = plan.each_tick()
    assert (each.ticks, each.seconds, len(each.frames)) == (plan.ticks, plan.seconds, plan.ticks)


@given(runs(), st.booleans())
def test_a_boomerang_comes_back_and_a_loop_has_no_frame_twice_at_its_seam(run, loop):
    levels, kept = run
    shown = steps(plan_frames(levels, kept, Pace(boomerang=True, loop=loop)))
    if len(kept) == 1:
        assert shown == kept
    elif loop:
        assert shown == kept + kept[-2:0:-1]
    else:
        assert shown == shown[::-1] == kept + kept[-2::-1]


def test_the_clip_rests_at_each_of_its_ends():
    levels = [NoiseLevel(0, 1.0, sigma) for sigma in (3.0, 2.0, 1.0, 0.0)]
    plan = plan_frames(levels, range(4), Pace(fps=10, hold=1.5))
    assert plan.frames == (Frame(0, 15), Frame(1), Frame(2), Frame(3, 15))
    back = plan_frames(levels, range(4), Pace(fps=10, hold=1.5, boomerang=True, loop=False))
    assert [frame.ticks for frame in back.frames] == [15, 1, 1, 15, 1, 1, 15]
    assert plan_frames(levels, [2], Pace(fps=10, hold=1.5)).frames == (Frame(2, 15),)


def test_rates_of_television_are_exact():
    assert Pace(fps=29.97).rate == Fraction(2997, 100)
    assert Pace(fps=24000 / 1001).rate == Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("fps", {"fps": 0}),
        ("fps", {"fps": 1000}),
        ("fps", {"fps": math.nan}),
        ("hold", {"hold": -1}),
        ("hold", {"hold": 61}),
        ("timing", {"timing": "time"}),
    ],
)
def test_what_is_not_allowed_names_its_field(field, values):
    with pytest.raises(InvalidField) as problem:
        Pace(**values)
    assert problem.value.field == field


def test_nothing_recorded_is_told():
    with pytest.raises(InvalidField, match="nothing to export"):
        plan_frames([CLEAN], [], Pace())
