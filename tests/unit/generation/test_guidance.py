"""Guidance: the formula on every parametrisation, one network call of two, and plain conditional at scale 1."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import rescale_noise_cfg
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from studio.errors import CancelRequested
from studio.generation.guidance import GuidedDenoiser
from studio.job.cancel import CancelToken
from studio.job.recipe import Guidance
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.denoiser import Parametrisation, Prediction, network_output, prediction
from studio.sampling.guidance_rule import GuidanceContext
from studio.sampling.schedule import (
    NoiseLevel,
    NoiseSchedule,
    X0Rule,
    from_betas,
    rectified_flow,
    scaled_linear_betas,
    variance_exploding,
)

VP = from_betas(scaled_linear_betas())
SCHEDULES: dict[str, NoiseSchedule] = {
    "eps": VP,
    "x0": VP,
    "v": from_betas(scaled_linear_betas(), zero_terminal_snr=True),
    "flow": rectified_flow(),
    "mean": variance_exploding(),
}
parametrisations = st.sampled_from(sorted(SCHEDULES))


def normal(seed: int, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape or (1, 3, 6, 5), generator=torch.Generator().manual_seed(seed), dtype=dtype)


CONDITIONAL, UNCONDITIONAL = normal(1, 1, 7, 3), normal(2, 1, 7, 3)


@dataclass
class Network:
    """A deterministic stand-in for a network that depends on all its inputs, picture by picture; notes its calls."""

    variance: bool = False
    calls: list[tuple[tuple[int, ...], Tensor]] = field(default_factory=list)

    def __call__(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        self.calls.append((tuple(x.shape), conditioning))
        mood = conditioning.mean(dim=(1, 2)).reshape(-1, 1, 1, 1)
        output = torch.tanh(x * (1 + mood) + 3 * mood + level.sigma)
        return torch.cat([output, torch.sin(5 * output + mood)], dim=1) if self.variance else output


def denoiser(
    network: Any,
    guidance: Guidance,
    parametrisation: Parametrisation = "eps",
    schedule: NoiseSchedule = VP,
    **more: Any,
) -> GuidedDenoiser:
    return GuidedDenoiser(network, CONDITIONAL, UNCONDITIONAL, guidance, parametrisation, schedule, **more)


def outputs(x: Tensor, level: NoiseLevel) -> tuple[Tensor, Tensor]:
    """The network's bare outputs: conditional, unconditional."""
    return Network()(x, level, CONDITIONAL), Network()(x, level, UNCONDITIONAL)


@given(parametrisations, st.floats(0, 20).filter(lambda s: s != 1), st.integers(0, 998))
def test_the_outputs_are_combined(parametrisation: Parametrisation, scale: float, t: int) -> None:
    """x0 and eps are affine in the output, so guiding the pair is guiding whatever the network puts out."""
    schedule = SCHEDULES[parametrisation]
    level, x = schedule.level(t), normal(t)
    cond, uncond = outputs(x, level)
    expected = prediction(uncond + scale * (cond - uncond), x, level, parametrisation, schedule)
    made = denoiser(Network(), Guidance(scale=scale), parametrisation, schedule)(x, level)
    size = float(expected.x0.abs().max() + expected.eps.abs().max()) + 1
    torch.testing.assert_close(made.x0, expected.x0, rtol=0, atol=1e-11 * size)
    torch.testing.assert_close(made.eps, expected.eps, rtol=0, atol=1e-11 * size)


@pytest.mark.parametrize("parametrisation", SCHEDULES)
@pytest.mark.parametrize("guidance", [Guidance(scale=1.0), Guidance(scale=7.0, interval=(0.6, 0.9))])
def test_scale_1_and_levels_outside_the_interval_are_exactly_plain_conditional(
    parametrisation: Parametrisation, guidance: Guidance
) -> None:
    schedule = SCHEDULES[parametrisation]
    network = Network()
    guided = denoiser(network, guidance, parametrisation, schedule)
    x, level = normal(5), schedule.level(400)
    made = guided(x, level)
    expected = prediction(Network()(x, level, CONDITIONAL), x, level, parametrisation, schedule)
    assert torch.equal(made.x0, expected.x0)
    assert torch.equal(made.eps, expected.eps)
    assert [shape for shape, _ in network.calls] == [(1, 3, 6, 5)]
    assert guided.calls == 1


def test_the_pair_is_one_call_of_two_with_the_unconditional_first() -> None:
    network = Network()
    guided = denoiser(network, Guidance(scale=3.0))
    for t in (900, 500, 1):
        guided(normal(t), VP.level(t))
    assert [shape for shape, _ in network.calls] == [(2, 3, 6, 5)] * 3
    assert guided.calls == 3
    for _, conditioning in network.calls:
        assert torch.equal(conditioning, torch.cat([UNCONDITIONAL, CONDITIONAL]))


def test_combining_at_scale_1_returns_the_conditional_prediction_itself() -> None:
    cond, uncond = Prediction(normal(1), normal(2)), Prediction(normal(3), normal(4))
    context = GuidanceContext("eps", VP, rescale=0.7)
    made, memory = ClassifierFree().combine(normal(5), VP.level(9), cond, uncond, 1.0, context, {"kept": 1})
    assert made is cond
    assert memory == {"kept": 1}


@pytest.mark.parametrize(
    ("t", "inside"), [(0, False), (299, False), (300, True), (550, True), (800, True), (801, False), (999, False)]
)
def test_the_interval_holds_both_its_ends_in_trained_time(t: int, inside: bool) -> None:
    guided = denoiser(network := Network(), Guidance(scale=4.0, interval=(0.3, 0.8)))
    guided(normal(1), VP.level(t))
    assert len(network.calls[0][1]) == (2 if inside else 1)


def test_the_whole_interval_guides_every_level() -> None:
    for schedule in SCHEDULES.values():
        guided = denoiser(Network(), Guidance(scale=4.0), schedule=schedule)
        assert all(guided.scale_at(schedule.level(t)) == 4.0 for t in (0, 1, 500, 999))


@pytest.mark.parametrize("parametrisation", ["eps", "v"])
@pytest.mark.parametrize("rescale", [0.3, 1.0])
def test_rescale_is_that_of_diffusers(parametrisation: Parametrisation, rescale: float) -> None:
    for t in (1, 500, 981):
        level, x = VP.level(t), normal(t, dtype=torch.float32)
        network = Network()
        guided = GuidedDenoiser(
            network,
            CONDITIONAL.float(),
            UNCONDITIONAL.float(),
            Guidance(scale=6.0, rescale=rescale),
            parametrisation,
            VP,
        )
        made = guided(x, level)
        uncond, cond = Network()(torch.cat([x, x]), level, torch.cat([UNCONDITIONAL, CONDITIONAL]).float()).chunk(2)
        expected = rescale_noise_cfg(uncond + 6.0 * (cond - uncond), cond, guidance_rescale=rescale)
        output = network_output(made, level, parametrisation, VP)
        torch.testing.assert_close(output, expected, rtol=0, atol=1e-5)


@given(parametrisations, st.floats(0.01, 1.0), st.integers(0, 998))
def test_rescale_moves_the_deviation_of_the_output_towards_the_conditional_one(
    parametrisation: Parametrisation, rescale: float, t: int
) -> None:
    schedule = SCHEDULES[parametrisation]
    level, x = schedule.level(t), normal(t)
    cond, uncond = outputs(x, level)
    plain = uncond + 5.0 * (cond - uncond)
    made = denoiser(Network(), Guidance(scale=5.0, rescale=rescale), parametrisation, schedule)(x, level)
    deviation = float(network_output(made, level, parametrisation, schedule).std())
    expected = rescale * float(cond.std()) + (1 - rescale) * float(plain.std())
    assert deviation == pytest.approx(expected, rel=1e-5)


def test_rescale_of_a_flat_output_stays_finite() -> None:
    def flat(x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        return torch.zeros_like(x)

    made = denoiser(flat, Guidance(scale=5.0, rescale=0.7))(normal(1), VP.level(500))
    assert bool(torch.isfinite(made.x0).all())


@pytest.mark.parametrize("rescale", [0.0, 0.7])
def test_learned_variance_is_that_of_the_conditional_prediction(rescale: float) -> None:
    level, x = VP.level(300), normal(3)
    made = denoiser(Network(variance=True), Guidance(scale=5.0, rescale=rescale))(x, level)
    expected = prediction(Network(variance=True)(x, level, CONDITIONAL), x, level, "eps", VP).variance
    assert made.variance is not None
    torch.testing.assert_close(made.variance, expected)


def test_the_rule_for_x0_comes_after_the_combination() -> None:
    schedule = replace(VP, x0_rule=X0Rule(clip=0.25))
    x, level = normal(4), schedule.level(700)
    free = denoiser(Network(), Guidance(scale=5.0))(x, level)
    clipped = denoiser(Network(), Guidance(scale=5.0), schedule=schedule)(x, level)
    assert float(free.x0.abs().max()) > 0.25
    torch.testing.assert_close(clipped.x0, free.x0.clamp(-0.25, 0.25), rtol=0, atol=0)
    torch.testing.assert_close(clipped.eps, free.eps, rtol=0, atol=0)
    plain = denoiser(Network(), Guidance(scale=1.0), schedule=schedule)(x, level)
    assert float(plain.x0.abs().max()) <= 0.25


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_the_hook_runs_before_every_network_call(scale: float) -> None:
    network, cancel = Network(), CancelToken()
    guided = denoiser(network, Guidance(scale=scale), before_call=cancel.check)
    guided(normal(1), VP.level(500))
    cancel.cancel()
    with pytest.raises(CancelRequested):
        guided(normal(1), VP.level(400))
    assert len(network.calls) == guided.calls == 1
