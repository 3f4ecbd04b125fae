"""Parametrisations: each against its definition, and all there and back."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import StudioError
from studio.sampling.denoiser import Prediction, network_output, prediction, restrict_x0
from studio.sampling.schedule import X0Rule, linear_betas
from tests.unit.sampling.processes import SCHEDULES, consistent, states

FITTING = [
    (name, parametrisation)
    for name, schedule in SCHEDULES.items()
    for parametrisation in ("eps", "x0", "v", "flow", "mean")
    if {"v": "vp", "flow": "flow"}.get(parametrisation, schedule.family) == schedule.family
]


@given(st.sampled_from(FITTING), st.floats(0, 999) | st.integers(0, 999), st.integers(0, 99))
def test_there_and_back(fitting: tuple[str, str], index: float, seed: int) -> None:
    name, parametrisation = fitting
    schedule = SCHEDULES[name]
    level = schedule.level(index)
    if parametrisation == "eps" and level.alpha == 0:
        return
    x0, eps = states(2 * seed), states(2 * seed + 1)
    x = consistent(x0, eps, level)
    output = network_output(Prediction(x0, eps), level, parametrisation, schedule)
    back = prediction(output, x, level, parametrisation, schedule)
    # What a level says little about comes back with the rounding of x magnified by that much.
    magnified = 1 + level.sigma + (level.ratio if level.alpha > 0 else 0) + level.alpha / level.sigma
    if parametrisation == "mean":
        magnified *= 1e4
    torch.testing.assert_close(back.x0, x0, rtol=0, atol=1e-13 * magnified)
    torch.testing.assert_close(back.eps, eps, rtol=0, atol=1e-13 * magnified)
    assert back.variance is None
    again = network_output(back, level, parametrisation, schedule)
    torch.testing.assert_close(again, output, rtol=0, atol=1e-13 * magnified)


def test_definitions() -> None:
    """What each network is trained to put out, in the words of its paper."""
    vp, flow = SCHEDULES["scaled_linear"], SCHEDULES["flow"]
    x0, eps = states(1), states(2)
    level = vp.level(700)
    angle = math.atan2(level.sigma, level.alpha)
    outputs = {"eps": eps, "x0": x0, "v": math.cos(angle) * eps - math.sin(angle) * x0}
    for parametrisation, output in outputs.items():
        pair = prediction(output, consistent(x0, eps, level), level, parametrisation, vp)
        torch.testing.assert_close(pair.x0, x0)
        torch.testing.assert_close(pair.eps, eps)
    level = flow.level(700)
    pair = prediction(eps - x0, consistent(x0, eps, level), level, "flow", flow)
    torch.testing.assert_close(pair.x0, x0)
    torch.testing.assert_close(pair.eps, eps)


@pytest.mark.parametrize("t", [0, 1, 400, 999])
def test_mean_is_that_of_the_schedules_own_step(t: int) -> None:
    """Ho et al. 2020, equation 7, between t and t-1 of the training, whatever grid is walked."""
    schedule, betas = SCHEDULES["linear"], linear_betas()
    bar = math.prod(1 - betas[: t + 1])
    bar_before = math.prod(1 - betas[:t])
    x0, eps = states(1), states(2)
    x = math.sqrt(bar) * x0 + math.sqrt(1 - bar) * eps
    mean = (math.sqrt(bar_before) * betas[t] * x0 + math.sqrt(1 - betas[t]) * (1 - bar_before) * x) / (1 - bar)
    pair = prediction(mean, x, schedule.level(t), "mean", schedule)
    torch.testing.assert_close(pair.x0, x0, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(pair.eps, eps, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("parametrisation", ["x0", "v", "mean"])
def test_pure_noise_is_fine_for_all_but_eps(parametrisation: str) -> None:
    schedule = SCHEDULES["zero_snr"]
    top = schedule.level(999)
    x0, eps = states(1), states(2)
    output = network_output(Prediction(x0, eps), top, parametrisation, schedule)
    pair = prediction(output, eps, top, parametrisation, schedule)
    torch.testing.assert_close(pair.x0, x0)
    torch.testing.assert_close(pair.eps, eps)


def test_eps_at_pure_noise_is_refused() -> None:
    schedule = SCHEDULES["zero_snr"]
    with pytest.raises(StudioError, match="spacing"):
        prediction(states(), states(), schedule.level(999), "eps", schedule)
    assert bool(torch.isfinite(prediction(states(), states(), schedule.level(998), "eps", schedule).x0).all())


@pytest.mark.parametrize(("parametrisation", "name"), [("v", "ve"), ("v", "flow"), ("flow", "linear"), ("flow", "ve")])
def test_parametrisation_that_means_nothing_on_a_schedule_is_refused(parametrisation: str, name: str) -> None:
    with pytest.raises(StudioError, match="does not fit"):
        prediction(states(), states(), SCHEDULES[name].level(5), parametrisation, SCHEDULES[name])


def test_learned_variance_is_the_second_half_mapped_to_fractions() -> None:
    schedule = SCHEDULES["linear"]
    x, eps = states(1), states(2)
    nu = torch.linspace(-1, 1, x.numel(), dtype=x.dtype).reshape(x.shape)
    pair = prediction(torch.cat([eps, nu], dim=1), x, schedule.level(300), "eps", schedule)
    assert pair.variance is not None
    torch.testing.assert_close(pair.variance, (nu + 1) / 2, rtol=0, atol=0)
    torch.testing.assert_close(pair.eps, eps, rtol=0, atol=0)


@given(st.floats(0.1, 3.0), st.integers(0, 50))
def test_clipping_touches_x0_alone(clip: float, seed: int) -> None:
    pair = Prediction(states(seed) * 2, states(seed + 1), states(seed + 2))
    clipped = restrict_x0(pair, X0Rule(clip=clip))
    torch.testing.assert_close(clipped.x0, pair.x0.clamp(-clip, clip), rtol=0, atol=0)
    assert clipped.eps is pair.eps
    assert clipped.variance is pair.variance
    assert restrict_x0(pair, X0Rule()) is pair


def test_thresholding_scales_each_picture_by_its_own_quantile() -> None:
    x0 = torch.linspace(-1, 1, 101, dtype=torch.float64).reshape(1, 1, 1, 101) * torch.tensor([0.5, 2.0, 8.0]).reshape(
        3, 1, 1, 1
    )
    rule = X0Rule(clip=0.1, quantile=0.9, quantile_maximum=3.0)
    done = restrict_x0(Prediction(x0, x0), rule).x0
    for picture, limit in enumerate([1.0, 2.0 * 0.9, 3.0]):
        torch.testing.assert_close(done[picture], x0[picture].clamp(-limit, limit) / limit, rtol=1e-9, atol=1e-9)
    half = restrict_x0(Prediction(x0.half(), x0.half()), rule).x0
    assert half.dtype == torch.float16
    torch.testing.assert_close(half.double(), done, rtol=0, atol=2e-3)
