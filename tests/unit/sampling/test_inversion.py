"""A step up is the step down walked the other way: nearly with one prediction, exactly where it is refined."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from studio.sampling.ddim import DDIM
from studio.sampling.denoiser import Prediction
from studio.sampling.grid import TimestepGrid, timestep_grid
from studio.sampling.inversion import rise, rising_levels
from studio.sampling.sampler import Run
from studio.sampling.schedule import CLEAN, NoiseLevel, from_betas, scaled_linear_betas
from tests.unit.sampling.processes import no_path

SCHEDULE = from_betas(scaled_linear_betas())
LOW, HIGH = SCHEDULE.level(300), SCHEDULE.level(340)


class Gaussian:
    """The best denoiser of data that is N(mean, deviation²), with a count of its calls."""

    def __init__(self, mean: float = 0.5, deviation: float = 0.3) -> None:
        self._mean, self._variance = mean, deviation**2
        self.levels: list[NoiseLevel] = []

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        self.levels.append(level)
        total = level.alpha**2 * self._variance + level.sigma**2
        x0 = self._mean + level.alpha * self._variance / total * (x - level.alpha * self._mean)
        return Prediction(x0, (x - level.alpha * x0) / level.sigma)


def down(x: Tensor, denoiser: Gaussian, high: NoiseLevel = HIGH, low: NoiseLevel = LOW) -> Tensor:
    grid = TimestepGrid((high, low))
    run = Run(grid, 0, {"eta": 0.0}, SCHEDULE, lambda: x, no_path)
    return DDIM().step(x, high, low, denoiser, run, None).x


def state() -> Tensor:
    return torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def test_each_repetition_comes_nearer_to_the_step_down() -> None:
    errors = [float((down(rise(state(), LOW, HIGH, Gaussian(), n).x, Gaussian()) - state()).norm()) for n in range(12)]
    assert all(later < 0.5 * before for before, later in pairwise(errors[:6]))
    assert errors[11] < 1e-6 * errors[0]


def test_the_residual_is_what_the_last_repetition_changed() -> None:
    steps = [rise(state(), LOW, HIGH, Gaussian(), n) for n in range(4)]
    assert steps[0].residual == 0.0
    for before, after in pairwise(steps):
        assert after.residual == pytest.approx(float((after.x - before.x).norm() / after.x.norm()), rel=1e-6)


def test_the_first_prediction_is_that_of_the_less_noisy_level_and_the_others_are_not() -> None:
    denoiser = Gaussian()
    rise(state(), LOW, HIGH, denoiser, 2)
    assert denoiser.levels == [LOW, HIGH, HIGH]


def test_between_two_equal_levels_nothing_changes_and_nothing_is_asked() -> None:
    denoiser, x = Gaussian(), state()
    assert torch.equal(rise(x, LOW, LOW, denoiser, 3).x, x)
    assert denoiser.levels == []


def test_a_step_to_a_level_without_signal_is_finite() -> None:
    top = NoiseLevel(999.0, 0.0, 1.0)
    assert bool(torch.isfinite(rise(state(), LOW, top, Gaussian(), 3).x).all())


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace", "karras"])
def test_levels_rise_from_the_first_trained_one(spacing: str) -> None:
    grid = timestep_grid(SCHEDULE, 10, spacing, DDIM.info)
    levels = rising_levels(grid, SCHEDULE)
    assert grid.levels[-1] == CLEAN
    assert levels[0] == SCHEDULE.level(0)
    assert levels[1:] == tuple(reversed(grid.levels[:-1]))
    ratios = [level.ratio for level in levels]
    assert all(math.isfinite(ratio) for ratio in ratios)
    assert ratios == sorted(ratios)


def test_a_grid_that_ends_at_a_level_begins_there() -> None:
    grid = TimestepGrid((HIGH, LOW))
    assert rising_levels(grid, SCHEDULE) == (LOW, HIGH)
