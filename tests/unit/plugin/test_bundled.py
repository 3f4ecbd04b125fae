"""What is bundled: what each kind promises, the order of a sampler's theory, and the steps of other programs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    HeunDiscreteScheduler,
    KDPM2DiscreteScheduler,
)
from torch import Tensor

from studio import paths
from studio.plugin.conformance import conformance
from studio.plugin.gaussian import GaussianDenoiser
from studio.plugin.guarded import GuardedSampler
from studio.plugin.home import known_methods
from studio.plugin.loader import load
from studio.plugin.manifest import read_manifest
from studio.plugin.report import Report
from studio.sampling.ddim import DDIM
from studio.sampling.euler import Euler
from studio.sampling.grid import TimestepGrid
from studio.sampling.sampler import Run, Sampler
from studio.sampling.schedule import CLEAN, NoiseLevel, from_betas, scaled_linear_betas

SCHEDULE = from_betas(scaled_linear_betas())
SD = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
SHAPE = (2, 4, 8, 8)
FOLDERS = sorted(path.parent for path in paths.plugins().glob("*/plugin.toml"))
TOLERANCE = 1e-4

# numpy and torch 2 disagree about copies and results inside diffusers' schedulers.
pytestmark = pytest.mark.filterwarnings("ignore:__array(__|_wrap__) :DeprecationWarning")


@cache
def samplers() -> dict[str, Sampler]:
    """All bundled samplers by their names, as their own code gives them."""
    found = [sampler for folder in FOLDERS for sampler in load(read_manifest(folder), folder).samplers]
    return {sampler.info.name: sampler for sampler in found}


@cache
def others() -> dict[str, Any]:
    """All bundled spacings and guidance rules by their names, as their own code gives them."""
    loaded = [load(read_manifest(folder), folder) for folder in FOLDERS]
    return {method.info.name: method for one in loaded for method in (*one.spacings, *one.guidance)}


@cache
def report(name: str) -> Report:
    return conformance({"ddim": DDIM(), "euler": Euler(), **samplers()}[name])


NAMES = [entry.name for folder in FOLDERS for entry in read_manifest(folder).samplers]
OTHERS = [entry.name for folder in FOLDERS for entry in read_manifest(folder).contributions if entry.name not in NAMES]
ORDERS = {"euler": 1.0, "ddim": 1.0, "heun": 2.0, "dpm2": 2.0, "dpmpp_2m": 2.0, "rk4": 4.0}
CALLS = {"heun": 2, "dpm2": 2, "rk4": 4, "dpmpp_2s_ancestral": 2, "dpmpp_sde": 2}


def test_all_are_there_and_on(own_home):
    infos = {info.name: info for info in known_methods().samplers.infos()}
    assert list(infos)[:3] == ["ddim", "ddpm", "euler"]
    assert set(NAMES) == set(infos) - {"ddim", "ddpm", "euler"}
    assert all(isinstance(known_methods().samplers.get(name), GuardedSampler) for name in NAMES)
    assert {folder.name for folder in FOLDERS} == {read_manifest(folder).id for folder in FOLDERS}


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_what_a_sampler_promises(name):
    found = report(name)
    assert found.passed, [finding for finding in found.findings if not finding.good]
    assert found.calls == pytest.approx((CALLS.get(name, 1) * 7 + 1) / 8) or name == "rk45"


@pytest.mark.parametrize("name", OTHERS)
def test_it_keeps_what_a_spacing_or_a_guidance_rule_promises(name):
    found = conformance(others()[name])
    assert found.passed, [finding for finding in found.findings if not finding.good]
    assert math.isnan(found.calls) or found.calls == (1.0 if name == "perpendicular_negative" else 0.0)


@pytest.mark.parametrize("name", ORDERS)
def test_its_error_falls_as_its_theory_says(name):
    assert report(name).order == pytest.approx(ORDERS[name], abs=0.2)


def test_more_slopes_are_of_a_higher_order():
    assert report("lms").order >= 3.0
    assert report("rk45").order >= 4.0


@pytest.mark.parametrize("name", ["euler_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde"])
def test_without_fresh_noise_it_is_the_deterministic_method(name):
    """Euler's method for the first; second order for the others, measured in one halving of the steps."""
    errors = [flow_error(name, steps) for steps in (64, 128)]
    order = float(np.log2(errors[0] / errors[1]))
    assert order == pytest.approx(1.0 if name == "euler_ancestral" else 2.0, abs=0.25)


def flow_error(name: str, steps: int) -> float:
    levels = tuple(SCHEDULE.at(float(ratio)) for ratio in np.geomspace(8.0, 0.2, steps + 1))
    denoiser, x = GaussianDenoiser(), noise(1) * 2
    last = [*walk(samplers()[name], x, levels, noises(2), eta=0.0)][-1]
    return float((last - denoiser.exact(x, levels[0], levels[-1])).abs().max())


def noise(seed: int) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def noises(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def walk(
    sampler: Sampler, x: Tensor, levels: tuple[NoiseLevel, ...], generator: torch.Generator, **options: Any
) -> Iterator[Tensor]:
    """The states after each step, with the exact Gaussian denoiser."""
    grid, memory = TimestepGrid(levels), None

    def draw() -> Tensor:
        return torch.randn(SHAPE, generator=generator, dtype=torch.float64)

    for index in range(grid.steps):
        run = Run(grid, index, sampler.info.resolve(options), SCHEDULE, draw)
        step = sampler.step(x, levels[index], levels[index + 1], GaussianDenoiser(), run, memory)
        x, memory = step.x, step.memory
        yield x


class Theirs:
    """A scheduler of diffusers in float64, walked with the same denoiser.

    It walks `y = x/alpha`, except DPM-Solver, which walks x. Of two calls a step only the states after both are told.
    """

    def __init__(self, scheduler: Any, steps: int) -> None:
        self.scheduler = scheduler
        scheduler.set_timesteps(steps)
        scheduler.sigmas = scheduler.sigmas.double()
        self.scaled = not isinstance(scheduler, DPMSolverMultistepScheduler)
        ratios = list(dict.fromkeys(scheduler.sigmas.tolist()))
        self.levels = tuple(level(ratio) for ratio in ratios)

    def states(self, x: Tensor, generator: torch.Generator) -> Iterator[Tensor]:
        sample = x / self.levels[0].alpha if self.scaled else x
        ratios = [one.ratio for one in self.levels]
        for t in self.scheduler.timesteps:
            now = self._now(t)
            asked = now.alpha * sample if self.scaled else sample
            more = {"generator": generator} if isinstance(self.scheduler, EulerAncestralDiscreteScheduler) else {}
            sample = self.scheduler.step(GaussianDenoiser()(asked, now).eps, t, sample, **more).prev_sample
            whole = getattr(self.scheduler, "state_in_first_order", True)
            if whole or t == self.scheduler.timesteps[-1]:  # the last step, to the clean level, is one call
                reached = float(self.scheduler.sigmas[self.scheduler.step_index])
                yield (self.levels[ratios.index(level(reached).ratio)].alpha if self.scaled else 1.0) * sample

    def _now(self, t: Tensor) -> NoiseLevel:
        """The level at which it asks the network next."""
        if self.scheduler.step_index is None:
            self.scheduler._init_step_index(t)
        self.scheduler.is_scale_input_called = True
        index, sigmas = self.scheduler.step_index, self.scheduler.sigmas
        if isinstance(self.scheduler, KDPM2DiscreteScheduler) and not self.scheduler.state_in_first_order:
            sigmas = self.scheduler.sigmas_interpol
        return level(float(sigmas[index]))


def level(ratio: float) -> NoiseLevel:
    return SCHEDULE.at(ratio) if ratio > 0 else CLEAN


AGREEING = {
    "heun": HeunDiscreteScheduler,
    "dpm2": KDPM2DiscreteScheduler,
    "dpmpp_2m": DPMSolverMultistepScheduler,
    "euler_ancestral": EulerAncestralDiscreteScheduler,
}
SPACINGS = ("linspace", "trailing", "leading", "karras")
# Diffusers has no such grid for ancestral Euler.
CASES = [
    (name, spacing) for name in AGREEING for spacing in SPACINGS if (name, spacing) != ("euler_ancestral", "karras")
]


@pytest.mark.parametrize("steps", [10, 20])
@pytest.mark.parametrize(("name", "spacing"), CASES)
def test_step_by_step_it_is_that_of_diffusers(name, spacing, steps):
    settings: dict[str, object] = {"timestep_spacing": spacing, "steps_offset": 1}
    if spacing == "karras":
        settings = {"use_karras_sigmas": True}
    if name == "dpmpp_2m":
        settings["final_sigmas_type"] = "zero"
    theirs = Theirs(AGREEING[name](**SD, **settings), steps)
    assert theirs.levels[-1] == CLEAN
    x = noise(3)
    expected = [*theirs.states(x, noises(5))]
    found = [*walk(samplers()[name], x, theirs.levels, noises(5))]
    assert len(found) == len(expected) == steps
    for mine, other in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=TOLERANCE)
