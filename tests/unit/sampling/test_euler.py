"""Euler is the probability-flow ODE's first-order method, and on one grid it is DDIM without noise."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from studio.sampling.ddim import DDIM
from studio.sampling.euler import Euler
from studio.sampling.grid import SPACINGS, TimestepGrid, timestep_grid
from studio.sampling.schedule import NoiseSchedule
from tests.unit.sampling.processes import SCHEDULES, Gaussian, curved, states, walk


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("name", SCHEDULES)
def test_equals_ddim_without_noise(name: str, spacing: str) -> None:
    schedule = SCHEDULES[name]
    for info in (DDIM.info, Euler.info):
        grid = timestep_grid(schedule, 17, spacing, info)
        x = states()
        ddim = walk(DDIM(), schedule, grid, x, curved, eta=0.0)
        euler = walk(Euler(), schedule, grid, x, curved)
        assert max(float((a - b).abs().max()) for a, b in zip(ddim, euler, strict=True)) <= 1e-10


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name not in ("zero_snr", "flow", "flow_shifted")])
def test_is_a_straight_step_of_x_over_alpha(name: str) -> None:
    """Against the form of the textbook, with y = x/alpha and s = sigma/alpha."""
    schedule = SCHEDULES[name]
    grid = timestep_grid(schedule, 25, "trailing", Euler.info)
    walked = walk(Euler(), schedule, grid, states(), curved)
    for k in range(grid.steps):
        level, after = grid.levels[k], grid.levels[k + 1]
        slope = curved(walked[k], level).eps
        y = walked[k] / level.alpha + (after.ratio - level.ratio) * slope
        torch.testing.assert_close(walked[k + 1], after.alpha * y, rtol=1e-9, atol=1e-10)


def between(schedule: NoiseSchedule, steps: int) -> TimestepGrid:
    """Steps uniform in log(sigma/alpha) between two fixed levels that are both noisy."""
    return TimestepGrid(tuple(schedule.at(float(ratio)) for ratio in np.geomspace(8.0, 0.2, steps + 1)))


@pytest.mark.parametrize("name", ["scaled_linear", "ve", "flow"])
def test_is_of_first_order(name: str) -> None:
    schedule, data = SCHEDULES[name], Gaussian()
    errors = []
    for steps in (40, 80, 160):
        grid = between(schedule, steps)
        top, end = grid.levels[0], grid.levels[-1]
        x = top.alpha * data.mean + data.spread(top) * torch.linspace(-2.0, 2.0, 9, dtype=torch.float64)
        reached = walk(Euler(), schedule, grid, x, data)[-1]
        errors.append(float((reached - data.flow(x, top, end)).abs().max()))
    for coarse, fine in pairwise(errors):
        assert math.log2(coarse / fine) == pytest.approx(1.0, abs=0.2)


def test_reaches_x0_at_the_clean_level_and_passes_pure_noise() -> None:
    """At the top of a zero-SNR schedule alpha is 0; the first step must be finite and the last must be x0 itself."""
    schedule = SCHEDULES["zero_snr"]
    grid = timestep_grid(schedule, 5, "trailing", Euler.info)
    assert grid.levels[0].alpha == 0.0
    walked = walk(Euler(), schedule, grid, states(), curved)
    assert all(bool(torch.isfinite(x).all()) for x in walked)
    torch.testing.assert_close(walked[-1], curved(walked[-2], grid.levels[-2]).x0, rtol=0, atol=0)
