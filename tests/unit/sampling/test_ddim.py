"""DDIM: its deterministic end, its figures on a Gaussian, and its middle between no noise and DDPM's."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from studio.sampling.ddim import DDIM, ddim_noise
from studio.sampling.ddpm import DDPM
from studio.sampling.denoiser import Prediction
from studio.sampling.grid import timestep_grid
from studio.sampling.info import SamplerInfo
from studio.sampling.sampler import Run
from studio.sampling.schedule import CLEAN, posterior
from tests.unit.sampling.processes import SCHEDULES, Gaussian, curved, drawing, no_noise, no_path, states, walk

CLEAN_END = SamplerInfo("clean", "Clean", "A grid that ends clean.", final_level="clean")


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize(("steps", "spacing"), [(1000, "leading"), (20, "leading"), (33, "trailing"), (12, "karras")])
def test_with_eta_1_it_is_ddpm_with_the_small_variance(name: str, steps: int, spacing: str) -> None:
    schedule = SCHEDULES[name]
    grid = timestep_grid(schedule, steps, spacing, CLEAN_END)
    x = states(shape=(1, 2, 3, 3)) * grid.levels[0].sigma
    ddim = walk(DDIM(), schedule, grid, x, curved, drawing(5, x), eta=1.0)
    ddpm = walk(DDPM(), schedule, grid, x, curved, drawing(5, x), variance="small")
    scale = max(1.0, float(x.abs().max()))
    assert max(float((a - b).abs().max()) for a, b in zip(ddim, ddpm, strict=True)) <= 1e-10 * scale


@pytest.mark.parametrize(
    ("steps", "expected"), [(50, 0.2644), (100, 0.2794), (200, 0.2884), (500, 0.2947), (1000, 0.2971)]
)
def test_deviation_of_a_gaussian(steps: int, expected: float) -> None:
    """The denoiser is affine, so mean and deviation of all samples follow from two of them, one deviation apart."""
    schedule, data = SCHEDULES["scaled_linear"], Gaussian(0.5, 0.3)
    grid = timestep_grid(schedule, steps, "trailing", CLEAN_END)
    top = grid.levels[0]
    x = torch.tensor([0.0, data.spread(top)], dtype=torch.float64) + top.alpha * data.mean
    middle, high = walk(DDIM(), schedule, grid, x, data, eta=0.0)[-1].tolist()
    assert high - middle == pytest.approx(expected, abs=5e-5)
    assert middle == pytest.approx(data.mean, abs=1e-9)


def test_deterministic_steps_draw_nothing_and_stochastic_ones_draw_once_each() -> None:
    schedule = SCHEDULES["scaled_linear"]
    grid = timestep_grid(schedule, 6, "leading", DDIM.info)
    x = states()
    again = [walk(DDIM(), schedule, grid, x, curved, no_noise)[-1] for _ in range(2)]
    assert torch.equal(*again)
    draws = 0

    def counted() -> Tensor:
        nonlocal draws
        draws += 1
        return torch.zeros_like(x)

    walk(DDIM(), schedule, grid, x, curved, counted, eta=0.5)
    assert draws == grid.steps


def one_step(run: Run, x0: float, eps: float, z: float) -> float:
    """x' of the run's step for a pair and a draw that are numbers."""
    value = torch.ones(1, dtype=torch.float64)
    level, after = run.grid.levels[run.index], run.grid.levels[run.index + 1]
    drawn = replace(run, noise=lambda: value * z)
    step = DDIM().step(
        value * math.nan, level, after, lambda x, level: Prediction(value * x0, value * eps), drawn, None
    )
    return float(step.x)


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("name", SCHEDULES)
def test_marginal_is_kept_whatever_eta(name: str, eta: float) -> None:
    """For the true x0 and eps, x' has mean alpha' x0 and deviation sigma': s² and the rest of eps add up."""
    schedule = SCHEDULES[name]
    grid = timestep_grid(schedule, 9, "trailing", CLEAN_END)
    for k in range(grid.steps - 1):
        run = Run(grid, k, {"eta": eta}, schedule, no_noise, no_path)
        mean, old, fresh = one_step(run, 1, 0, 0), one_step(run, 0, 1, 0), one_step(run, 0, 0, 1)
        after = grid.levels[k + 1]
        assert mean == pytest.approx(after.alpha, rel=1e-12)
        assert math.hypot(old, fresh) == pytest.approx(after.sigma, rel=1e-9)
        assert fresh == pytest.approx(eta * math.sqrt(posterior(grid.levels[k], after).small), rel=1e-9, abs=1e-12)


def test_last_level_is_the_first_trained_one_where_the_model_says_so() -> None:
    schedule = SCHEDULES["offset"]
    grid = timestep_grid(schedule, 10, "leading", DDIM.info)
    assert grid.levels[-1] == schedule.level(0)
    assert timestep_grid(SCHEDULES["scaled_linear"], 10, "leading", DDIM.info).levels[-1] == CLEAN


def test_a_step_between_equal_levels_changes_nothing_at_pure_noise_too() -> None:
    """Clipping to T-1 puts the top level twice into a leading grid with an offset, and alpha may be 0 there."""
    schedule = replace(SCHEDULES["zero_snr"], steps_offset=1)
    grid = timestep_grid(schedule, 1000, "leading", DDIM.info)
    assert grid.levels[0] == grid.levels[1]
    assert grid.levels[0].alpha == 0.0
    assert ddim_noise(grid.levels[0], grid.levels[1], 1.0) == 0.0
    x = states()
    for sampler, options in ((DDIM(), {"eta": 1.0}), (DDPM(), {"variance": "small"})):
        run = Run(grid, 0, options, schedule, drawing(0, x), no_path)
        torch.testing.assert_close(sampler.step(x, grid.levels[0], grid.levels[1], curved, run, None).x, x)


def test_walks_upwards_from_the_clean_level() -> None:
    """Inversion uses the same step from less to more noise."""
    schedule = SCHEDULES["scaled_linear"]
    x0, eps = states(1), states(2)
    level = schedule.level(400)
    run = Run(timestep_grid(schedule, 5, "leading", DDIM.info), 0, {"eta": 0.0}, schedule, no_noise, no_path)
    up = DDIM().step(x0, CLEAN, level, lambda x, level: Prediction(x0, eps), run, None)
    torch.testing.assert_close(up.x, level.alpha * x0 + level.sigma * eps)
