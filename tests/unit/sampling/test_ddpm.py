"""DDPM: the posterior of the papers, on full and strided grids, with all three variances."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.sampling.ddpm import DDPM
from studio.sampling.denoiser import Prediction
from studio.sampling.grid import timestep_grid
from studio.sampling.sampler import Run
from studio.sampling.schedule import CLEAN, linear_betas, posterior
from tests.unit.sampling.processes import (
    SCHEDULES,
    Gaussian,
    consistent,
    curved,
    drawing,
    no_noise,
    no_path,
    states,
    walk,
)


def test_mean_on_the_full_grid_is_that_of_algorithm_2() -> None:
    schedule, betas = SCHEDULES["linear"], linear_betas()
    x0, eps = states(1), states(2)
    for t in (0, 1, 2, 10, 500, 999):
        level = schedule.level(t)
        q = posterior(level, schedule.level(t - 1) if t else CLEAN)
        x = consistent(x0, eps, level)
        expected = (x - betas[t] / level.sigma * eps) / math.sqrt(1 - betas[t])
        torch.testing.assert_close(q.x_weight * x + q.x0_weight * x0, expected, rtol=1e-9, atol=1e-9)
        assert q.beta == pytest.approx(betas[t], rel=1e-9)


@given(st.sampled_from(sorted(SCHEDULES)), st.integers(1, 999), st.integers(1, 999))
def test_posterior_is_bayes_rule(name: str, high: int, gap: int) -> None:
    """q(x'|x, x0) from precisions: of q(x|x') = N(a x', β) as a likelihood and of q(x'|x0) = N(alpha' x0, sigma'²)."""
    schedule = SCHEDULES[name]
    level, after = schedule.level(high), schedule.level(max(high - gap, 0))
    q = posterior(level, after)
    a = level.alpha / after.alpha
    precision = a * a / q.beta + 1 / after.sigma**2
    assert q.beta == pytest.approx(level.sigma**2 - a * a * after.sigma**2, rel=1e-6)
    assert q.small == pytest.approx(1 / precision, rel=1e-6)
    assert q.x_weight == pytest.approx(a / q.beta / precision, rel=1e-6)
    assert q.x0_weight == pytest.approx(after.alpha / after.sigma**2 / precision, rel=1e-6)


def test_posterior_between_equal_levels_changes_nothing() -> None:
    top = SCHEDULES["zero_snr"].level(999)
    q = posterior(top, top)
    assert (q.x_weight, q.x0_weight, q.small) == (1.0, 0.0, 0.0)


def one_step(variance: str, nu: torch.Tensor | None = None, model: str = "small") -> torch.Tensor:
    """x' of one step with x0 = eps = x = 0 and a draw of ones: the deviation itself."""
    schedule = replace(SCHEDULES["scaled_linear"], variance=model)
    grid = timestep_grid(schedule, 20, "leading", DDPM.info)
    zeros = torch.zeros(1, 1, 2, 2, dtype=torch.float64)
    pair = Prediction(zeros, zeros, nu)
    run = Run(grid, 3, DDPM.info.resolve({"variance": variance}), schedule, lambda: torch.ones_like(zeros), no_path)
    return DDPM().step(zeros, grid.levels[3], grid.levels[4], lambda x, level: pair, run, None).x


def test_variances() -> None:
    grid = timestep_grid(SCHEDULES["scaled_linear"], 20, "leading", DDPM.info)
    level, after = grid.levels[3], grid.levels[4]
    beta = 1 - (level.alpha / after.alpha) ** 2
    small = beta * after.sigma**2 / level.sigma**2
    nu = torch.tensor([[[[0.0, 0.25], [0.5, 1.0]]]], dtype=torch.float64)
    learned = torch.exp(nu * math.log(beta) + (1 - nu) * math.log(small))
    for model in ("small", "large", "learned"):
        torch.testing.assert_close(one_step("small", nu, model) ** 2, torch.full_like(nu, small))
        torch.testing.assert_close(one_step("large", nu, model) ** 2, torch.full_like(nu, beta))
        torch.testing.assert_close(one_step("learned", nu, model) ** 2, learned)
        assert torch.equal(one_step("model", nu, model), one_step(model, nu))


def test_variance_that_was_not_learned_is_refused_with_its_field() -> None:
    with pytest.raises(InvalidField, match="small") as refused:
        one_step("learned")
    assert refused.value.field == "variance"


@pytest.mark.parametrize("name", ["scaled_linear", "offset", "flow"])
def test_last_step_draws_nothing(name: str) -> None:
    schedule = SCHEDULES[name]
    grid = timestep_grid(schedule, 7, "leading", DDPM.info)
    x = states()
    draw = drawing(3, x)
    calls = 0

    def counted() -> torch.Tensor:
        nonlocal calls
        calls += 1
        return draw()

    walked = walk(DDPM(), schedule, grid, x, curved, counted, variance="large")
    assert calls == grid.steps - 1
    assert grid.levels[-1] == CLEAN
    torch.testing.assert_close(walked[-1], curved(walked[-2], grid.levels[-2]).x0)
    one = timestep_grid(schedule, 1, "trailing", DDPM.info)
    walk(DDPM(), schedule, one, x, curved, no_noise)


def test_last_step_to_a_noisy_level_draws_nothing_either() -> None:
    schedule = replace(SCHEDULES["scaled_linear"], final_sigma_min=True)
    grid = timestep_grid(schedule, 1, "trailing", DDPM.info)
    assert grid.levels[-1].sigma > 0
    walk(DDPM(), schedule, grid, states(), curved, no_noise, variance="large")


def moments(variance: str, data: Gaussian) -> tuple[float, float]:
    """Mean and deviation of all samples on the full grid: with the exact denoiser each step is affine in x."""
    schedule = SCHEDULES["linear"]
    grid = timestep_grid(schedule, 1000, "leading", DDPM.info)
    probes = torch.tensor([0.0, 1.0], dtype=torch.float64)
    mean, spread = 0.0, 1.0
    for k in range(grid.steps):
        affine, noisy = (
            DDPM().step(probes, grid.levels[k], grid.levels[k + 1], data, run, None).x
            for run in (
                Run(grid, k, {"variance": variance}, schedule, draw, no_path) for draw in (zeros_pair, ones_pair)
            )
        )
        slope, fresh = float(affine[1] - affine[0]), float((noisy - affine)[0])
        mean, spread = float(affine[0]) + slope * mean, math.hypot(slope * spread, fresh)
    return mean, spread


def zeros_pair() -> torch.Tensor:
    return torch.zeros(2, dtype=torch.float64)


def ones_pair() -> torch.Tensor:
    return torch.ones(2, dtype=torch.float64)


def test_full_grid_samples_the_data_of_a_gaussian() -> None:
    """The two fixed variances bound the true one (Ho et al. 2020, section 3.2), so they bracket the data."""
    data = Gaussian(0.5, 0.3)
    (mean, small), (_, large) = moments("small", data), moments("large", data)
    assert mean == pytest.approx(0.5, abs=1e-3)
    assert small < 0.3 < large
    assert small == pytest.approx(0.3, rel=0.02)
    assert large == pytest.approx(0.3, rel=0.02)


def test_one_jump_equals_many_single_steps() -> None:
    """The forward process: mean and covariance of t steps within 3 standard errors of q(x_t | x_0)."""
    schedule, betas = SCHEDULES["linear"], linear_betas()
    generator = np.random.default_rng(20)
    samples, steps = 20_000, 120
    x0 = np.array([1.5, -0.7, 0.2])
    x = np.tile(x0, (samples, 1))
    for t in range(steps):
        x = math.sqrt(1 - betas[t]) * x + math.sqrt(betas[t]) * generator.standard_normal(x.shape)
    level = schedule.level(steps - 1)
    standard = (x - level.alpha * x0) / level.sigma
    assert np.abs(standard.mean(axis=0)).max() <= 3 / math.sqrt(samples)
    covariance = standard.T @ standard / samples
    errors = np.where(np.eye(3) == 1, math.sqrt(2 / samples), math.sqrt(1 / samples))
    assert np.all(np.abs(covariance - np.eye(3)) <= 3 * errors)
