"""Schedules and their levels: the formulas of the papers, and what holds for every family."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.sampling.schedule import (
    CLEAN,
    RATIO_MAXIMUM,
    NoiseLevel,
    NoiseSchedule,
    cosine_betas,
    from_betas,
    linear_betas,
    rectified_flow,
    scaled_linear_betas,
    sub_vp,
    variance_exploding,
)
from tests.unit.sampling.processes import SCHEDULES

names = st.sampled_from(sorted(SCHEDULES))


def test_linear_betas_are_those_of_the_first_paper() -> None:
    betas = linear_betas()
    assert len(betas) == 1000
    assert (betas[0], betas[-1]) == (1e-4, 0.02)
    assert np.allclose(np.diff(betas), (0.02 - 1e-4) / 999, rtol=1e-9)


def test_scaled_linear_betas_are_linear_in_the_root() -> None:
    betas = scaled_linear_betas()
    assert betas[0] == pytest.approx(0.00085)
    assert betas[-1] == pytest.approx(0.012)
    assert np.allclose(np.diff(np.sqrt(betas)), (math.sqrt(0.012) - math.sqrt(0.00085)) / 999, rtol=1e-9)


def test_cosine_betas_follow_the_curve_until_the_cap() -> None:
    betas = cosine_betas()
    bar = np.cumprod(1 - betas)
    for t in (0, 1, 250, 500, 998):
        curve = math.cos(((t + 1) / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2
        assert bar[t] == pytest.approx(curve / math.cos(0.008 / 1.008 * math.pi / 2) ** 2, rel=1e-9)
    assert betas.max() == betas[-1] == 0.999
    assert np.all(betas[:-1] < 0.999)


@given(st.lists(st.floats(1e-6, 0.5), min_size=1, max_size=200))
def test_levels_of_any_betas(betas: list[float]) -> None:
    schedule = from_betas(betas)
    bar = 1.0
    for t, beta in enumerate(betas):
        bar *= 1 - beta
        assert schedule.alphas[t] == pytest.approx(math.sqrt(bar), rel=1e-12)
        assert schedule.sigmas[t] == pytest.approx(math.sqrt(1 - bar), rel=1e-9)
    assert np.allclose(schedule.alphas**2 + schedule.sigmas**2, 1.0, atol=1e-12)


@pytest.mark.parametrize("name", SCHEDULES)
def test_noise_rises_and_the_family_holds(name: str) -> None:
    schedule = SCHEDULES[name]
    assert np.all(np.diff(schedule.ratios()) > 0)
    assert np.all(np.isfinite(schedule.ratios()))
    check_family(schedule, [schedule.level(t) for t in range(len(schedule))])


def check_family(schedule: NoiseSchedule, levels: list[NoiseLevel]) -> None:
    for level in levels:
        assert level.alpha >= 0
        assert level.sigma >= 0
        held = {
            "vp": math.hypot(level.alpha, level.sigma),
            "ve": level.alpha,
            "sub_vp": level.alpha**2 + level.sigma,
            "flow": level.alpha + level.sigma,
        }[schedule.family]
        assert held == pytest.approx(1.0, abs=1e-12)


def test_zero_terminal_snr_shifts_and_scales_the_roots() -> None:
    plain = from_betas(scaled_linear_betas())
    schedule = from_betas(scaled_linear_betas(), zero_terminal_snr=True)
    assert schedule.alphas[-1] == 0.0
    assert schedule.sigmas[-1] == 1.0
    assert schedule.alphas[0] == pytest.approx(plain.alphas[0], rel=1e-12)
    slope = np.polyfit(plain.alphas, schedule.alphas, 1)
    assert np.allclose(np.polyval(slope, plain.alphas), schedule.alphas, atol=1e-12)
    assert schedule.level(999).ratio == math.inf
    assert schedule.level(999).snr == 0.0
    assert schedule.ratios()[-1] == RATIO_MAXIMUM


@pytest.mark.parametrize("schedule", [from_betas(linear_betas(), zero_terminal_snr=True), rectified_flow(shift=9.0)])
def test_ratios_rise_where_the_level_below_pure_noise_is_above_the_maximum(schedule: NoiseSchedule) -> None:
    ratios = schedule.ratios()
    assert ratios[-2] > RATIO_MAXIMUM
    assert np.all(np.diff(ratios) > 0)
    middle = math.sqrt(ratios[499] * ratios[500])
    assert schedule.timesteps[499] < schedule.at(middle).timestep < schedule.timesteps[500]


def test_variance_exploding_is_geometric() -> None:
    schedule = variance_exploding(0.02, 80.0, 100)
    assert (schedule.sigmas[0], schedule.sigmas[-1]) == (0.02, 80.0)
    assert np.allclose(np.diff(np.log(schedule.sigmas)), math.log(80 / 0.02) / 99)
    assert np.all(schedule.alphas == 1)


def test_sub_vp_is_one_minus_the_decay_of_the_variance() -> None:
    """Its sigma is the square of the variance-preserving one with the same alpha, so it lies below that."""
    schedule = sub_vp(0.1, 20.0, 100)
    for i in (0, 49, 99):
        t = (i + 1) / 100
        integral = 0.1 * t + 9.95 * t**2
        level = schedule.level(i)
        assert level.alpha == pytest.approx(math.exp(-integral / 2), rel=1e-12)
        assert level.sigma == pytest.approx(1 - math.exp(-integral), rel=1e-9)
        assert level.sigma == pytest.approx((1 - level.alpha**2), rel=1e-9)


@pytest.mark.parametrize("shift", [0.5, 1.0, 3.0])
def test_rectified_flow_and_its_shift(shift: float) -> None:
    schedule = rectified_flow(50, shift)
    for i in range(50):
        t = (i + 1) / 50
        shifted = shift * t / (1 + (shift - 1) * t)
        level = schedule.level(i)
        assert level.sigma == pytest.approx(shifted)
        assert level.alpha == pytest.approx(1 - shifted)
        assert level.timestep == pytest.approx(1000 * shifted)
    assert schedule.level(49).alpha == 0.0


@given(names, st.floats(0, 999))
def test_levels_between_two_trained_ones(name: str, index: float) -> None:
    schedule = SCHEDULES[name]
    level, below, above = schedule.level(index), schedule.level(math.floor(index)), schedule.level(math.ceil(index))
    check_family(schedule, [level])
    assert below.timestep <= level.timestep <= above.timestep
    assert below.ratio * (1 - 1e-12) <= level.ratio <= above.ratio * (1 + 1e-12)


def test_half_way_the_ratio_is_the_mean_of_its_neighbours() -> None:
    schedule = SCHEDULES["scaled_linear"]
    level = schedule.level(500.5)
    assert level.timestep == 500.5
    assert level.ratio == pytest.approx((schedule.level(500).ratio + schedule.level(501).ratio) / 2, rel=1e-12)


def test_in_the_flow_family_the_timestep_stays_that_of_sigma() -> None:
    level = rectified_flow(10).level(8.5)
    assert level.sigma == pytest.approx(0.95)
    assert level.timestep == pytest.approx(950.0)


@given(names, st.floats(1e-4, 5e4))
def test_level_at_a_ratio(name: str, ratio: float) -> None:
    schedule = SCHEDULES[name]
    level = schedule.at(ratio)
    assert level.ratio == pytest.approx(ratio, rel=1e-12)
    check_family(schedule, [level])
    assert schedule.timesteps[0] <= level.timestep <= schedule.timesteps[-1]


@given(names, st.integers(0, 998))
def test_at_finds_the_trained_levels_and_is_logarithmic_between_them(name: str, t: int) -> None:
    schedule = SCHEDULES[name]
    ratios = schedule.ratios()
    assert schedule.at(float(ratios[t])).timestep == pytest.approx(schedule.timesteps[t], abs=1e-6)
    middle = schedule.at(math.sqrt(ratios[t] * ratios[t + 1]))
    assert middle.timestep == pytest.approx((schedule.timesteps[t] + schedule.timesteps[t + 1]) / 2, abs=1e-6)


def test_at_knows_both_ends() -> None:
    assert SCHEDULES["linear"].at(0.0) == CLEAN
    assert SCHEDULES["zero_snr"].at(math.inf) == SCHEDULES["zero_snr"].level(999)
    for ratio in (math.inf, math.nan, -1.0):
        with pytest.raises(ValueError, match="no level"):
            SCHEDULES["linear"].at(ratio)


@pytest.mark.parametrize("name", SCHEDULES)
def test_before_is_the_trained_level_below(name: str) -> None:
    schedule = SCHEDULES[name]
    for t in (1, 2, 500, 999):
        before = schedule.before(schedule.level(t))
        assert before.timestep == pytest.approx(schedule.timesteps[t - 1], abs=1e-6)
        assert before.ratio == pytest.approx(schedule.level(t - 1).ratio, rel=1e-6)
    assert schedule.before(schedule.level(0)) == CLEAN
    assert 0 < schedule.before(schedule.level(0.5)).ratio < schedule.level(0).ratio


def test_time_is_a_fraction_of_the_trained_time() -> None:
    linear, flow = SCHEDULES["linear"], rectified_flow(10)
    assert linear.time(linear.level(250)) == 0.25
    assert linear.time(CLEAN) == 0.0
    assert flow.time(flow.level(4)) == pytest.approx(0.5)
    assert flow.time(flow.level(9)) == 1.0


@pytest.mark.parametrize("index", [-1, -0.5, 999.5, 1000, math.nan, math.inf])
def test_levels_out_of_range_are_refused_with_their_field(index: float) -> None:
    with pytest.raises(InvalidField, match="Use 0 to 999") as refused:
        SCHEDULES["linear"].level(index)
    assert refused.value.field == "timesteps"


@pytest.mark.parametrize("betas", [[], [[0.1]], [0.0, 0.1], [-0.1], [1.1], [math.nan], [1.0, 0.5], [1e-18]])
def test_betas_that_make_no_schedule_are_refused(betas: list[float]) -> None:
    with pytest.raises(ValueError, match=r"betas|levels|noise"):
        from_betas(betas)


def test_zero_terminal_snr_of_one_level_is_refused() -> None:
    with pytest.raises(ValueError, match="two levels"):
        from_betas([0.1], zero_terminal_snr=True)


@pytest.mark.parametrize(
    ("alphas", "sigmas", "timesteps"),
    [
        ([], [], []),
        ([0.9, 0.8], [0.1, 0.2], [0]),
        ([0.9, 0.8], [0.2, 0.1], [0, 1]),
        ([0.9, 0.9], [0.1, 0.1], [0, 1]),
        ([0.9, math.nan], [0.1, 0.2], [0, 1]),
        ([0.9, -0.8], [0.1, 0.2], [0, 1]),
        ([1.0, 0.8], [0.0, 0.2], [0, 1]),
        ([0.0, 0.0], [1.0, 1.0], [0, 1]),
    ],
)
def test_levels_that_make_no_schedule_are_refused(
    alphas: list[float], sigmas: list[float], timesteps: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"alphas|levels|noise"):
        NoiseSchedule(np.array(alphas), np.array(sigmas), np.array(timesteps))


def test_a_schedule_cannot_be_changed() -> None:
    source = np.array([0.9, 0.5])
    schedule = NoiseSchedule(source, np.sqrt(1 - source**2), np.arange(2.0))
    source[0] = 0.1
    assert schedule.alphas[0] == 0.9
    with pytest.raises(ValueError, match="read-only"):
        schedule.alphas[0] = 0.1
