"""Grids: the spacings as formulas, their ends, and what no grid may be."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.sampling.ddim import DDIM
from studio.sampling.ddpm import DDPM
from studio.sampling.euler import Euler
from studio.sampling.grid import KARRAS_RHO, SPACINGS, TimestepGrid, timestep_grid
from studio.sampling.info import SamplerInfo
from studio.sampling.schedule import CLEAN, NoiseSchedule, from_betas, linear_betas
from tests.unit.sampling.processes import SCHEDULES

INFOS = (DDIM.info, DDPM.info, Euler.info)
counts = st.integers(1, 1000)
offsets = st.sampled_from([0, 1, 5])


def timesteps(schedule: NoiseSchedule, steps: int, spacing: str, info: SamplerInfo = DDPM.info) -> list[float]:
    """The timesteps of the levels that the network sees."""
    return [level.timestep for level in timestep_grid(schedule, steps, spacing, info).levels[:-1]]


def with_offset(offset: int, spacing: str = "leading") -> NoiseSchedule:
    return replace(SCHEDULES["scaled_linear"], steps_offset=offset, spacing=spacing)


@given(counts, offsets)
def test_leading(n: int, offset: int) -> None:
    expected = [min(i * (1000 // n) + offset, 999) for i in range(n)][::-1]
    assert timesteps(with_offset(offset), n, "leading") == expected


@given(counts)
def test_trailing(n: int) -> None:
    """Python rounds a fraction half to even, exactly; the offset is not for this spacing."""
    expected = [round(1000 - i * Fraction(1000, n)) - 1 for i in range(n)]
    assert timesteps(with_offset(1), n, "trailing") == expected
    assert expected[0] == 999


@given(st.integers(2, 1000))
def test_linspace(n: int) -> None:
    exact = [999 - i * 999 / (n - 1) for i in range(n)]
    assert timesteps(with_offset(1), n, "linspace", Euler.info) == pytest.approx(exact, abs=1e-9)
    for info in (DDIM.info, DDPM.info):
        rounded = timesteps(with_offset(1), n, "linspace", info)
        assert all(float(t).is_integer() for t in rounded)
        assert np.abs(np.array(rounded) - exact).max() <= 0.5 + 1e-9


@given(st.integers(2, 1000), st.sampled_from(["leading", "trailing", "linspace"]), offsets)
def test_karras_and_exponential_run_between_the_ends_of_the_models_own_grid(n: int, base: str, offset: int) -> None:
    schedule = with_offset(offset, base)
    own = timestep_grid(schedule, n, base, Euler.info).levels
    ramp = np.linspace(0, 1, n)
    for spacing, straight in (("karras", lambda r: r ** (1 / KARRAS_RHO)), ("exponential", math.log)):
        levels = timestep_grid(schedule, n, spacing, Euler.info).levels[:-1]
        assert levels[0].ratio == pytest.approx(own[0].ratio, rel=1e-9)
        assert levels[-1].ratio == pytest.approx(own[-2].ratio, rel=1e-9)
        curve = [straight(level.ratio) for level in levels]
        assert np.allclose(curve, curve[0] + ramp * (curve[-1] - curve[0]), rtol=1e-9, atol=1e-9)


@given(st.sampled_from(sorted(SCHEDULES)), st.sampled_from(sorted(SPACINGS)), counts, st.sampled_from(INFOS))
def test_every_grid_has_its_steps_and_its_noise_never_rises(name: str, spacing: str, n: int, info: SamplerInfo) -> None:
    for base in ("leading", "trailing", "linspace"):
        schedule = replace(SCHEDULES[name], spacing=base, final_sigma_min=False)
        grid = timestep_grid(schedule, n, spacing, info)
        assert grid.steps == n
        assert all(a.ratio >= b.ratio * (1 - 1e-9) for a, b in pairwise(grid.levels))
        assert all(math.isfinite(level.alpha) and level.sigma > 0 for level in grid.levels[:-1])
        lowest, highest = schedule.timesteps[0], schedule.timesteps[-1]
        assert all(lowest <= level.timestep <= highest for level in grid.levels[:-1])


@given(st.integers(1, 60), st.sampled_from(sorted(SPACINGS)), st.lists(st.floats(1e-4, 0.5), min_size=60, max_size=90))
def test_every_grid_of_any_betas(n: int, spacing: str, betas: list[float]) -> None:
    schedule = replace(from_betas(betas), set_alpha_to_one=False)
    for info in INFOS:
        assert timestep_grid(schedule, n, spacing, info).steps == n


def test_final_level() -> None:
    trained = replace(SCHEDULES["scaled_linear"], set_alpha_to_one=False)
    lowest = replace(SCHEDULES["scaled_linear"], final_sigma_min=True)
    for info in INFOS:
        assert timestep_grid(SCHEDULES["scaled_linear"], 5, "leading", info).levels[-1] == CLEAN
        assert timestep_grid(lowest, 5, "leading", info).levels[-1] == lowest.level(0)
    assert timestep_grid(trained, 5, "leading", DDIM.info).levels[-1] == trained.level(0)
    assert timestep_grid(trained, 5, "leading", DDPM.info).levels[-1] == CLEAN
    assert timestep_grid(trained, 5, "leading", Euler.info).levels[-1] == CLEAN


def test_explicit_timesteps_are_taken_as_they_are() -> None:
    schedule = SCHEDULES["scaled_linear"]
    grid = timestep_grid(schedule, 3, "explicit", DDIM.info, [900, 300.5, 0])
    assert grid.levels == (schedule.level(900), schedule.level(300.5), schedule.level(0), CLEAN)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_one_step_and_all_steps(spacing: str) -> None:
    schedule = from_betas(linear_betas(steps=40))
    assert timestep_grid(schedule, 1, spacing, Euler.info).steps == 1
    if spacing in ("leading", "trailing", "linspace"):
        assert timesteps(schedule, 40, spacing) == list(range(39, -1, -1))


@pytest.mark.parametrize(
    ("steps", "spacing", "given_timesteps", "field", "says"),
    [
        (0, "leading", None, "steps", "1 to 1000"),
        (-3, "leading", None, "steps", "1 to 1000"),
        (1001, "trailing", None, "steps", "1 to 1000"),
        (10, "sideways", None, "spacing", "leading, .*explicit"),
        (3, "explicit", None, "timesteps", "Give 3"),
        (3, "explicit", [5, 4], "timesteps", "Give 3"),
        (2, "explicit", [5, 5], "timesteps", "fall"),
        (2, "explicit", [4, 5], "timesteps", "fall"),
        (2, "explicit", [1000, 5], "timesteps", "0 to 999"),
        (2, "explicit", [5, math.nan], "timesteps", "0 to 999"),
    ],
)
def test_refusals_name_the_field_and_what_is_allowed(
    steps: int, spacing: str, given_timesteps: list[float] | None, field: str, says: str
) -> None:
    with pytest.raises(InvalidField, match=says) as refused:
        timestep_grid(SCHEDULES["linear"], steps, spacing, DDIM.info, given_timesteps)
    assert refused.value.field == field
    assert refused.value.exit_code == 2


def test_a_grid_whose_noise_rises_cannot_be_built() -> None:
    schedule = SCHEDULES["linear"]
    with pytest.raises(ValueError, match="never rises"):
        TimestepGrid((schedule.level(5), schedule.level(6)))
    with pytest.raises(ValueError, match="two levels"):
        TimestepGrid((schedule.level(5),))
