"""Walks of bundled samplers and of diffusers' schedulers with the exact Gaussian denoiser, in float64."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
from diffusers import (
    DEISMultistepScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSinglestepScheduler,
    EulerAncestralDiscreteScheduler,
    KDPM2DiscreteScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

from studio import paths as places
from studio.plugin.gaussian import GaussianDenoiser
from studio.plugin.loader import load
from studio.plugin.manifest import read_manifest
from studio.sampling.grid import TimestepGrid
from studio.sampling.noise import BatchNoise, ImageNoise
from studio.sampling.sampler import Run, Sampler
from studio.sampling.schedule import CLEAN, NoiseLevel, from_betas, scaled_linear_betas

SCHEDULE = from_betas(scaled_linear_betas())
SD = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
SHAPE = (2, 4, 8, 8)
WALKS_X = (
    DEISMultistepScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSinglestepScheduler,
    UniPCMultistepScheduler,
)
FOLDERS = sorted(path.parent for path in places.plugins().glob("*/plugin.toml"))


@cache
def samplers() -> dict[str, Sampler]:
    """All bundled samplers by their names, as their own code gives them."""
    found = [sampler for folder in FOLDERS for sampler in load(read_manifest(folder), folder).samplers]
    return {sampler.info.name: sampler for sampler in found}


def noise(seed: int) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def noises(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def walk(
    sampler: Sampler, x: Tensor, levels: tuple[NoiseLevel, ...], generator: torch.Generator, **options: Any
) -> Iterator[Tensor]:
    """The states after each step, with the exact Gaussian denoiser."""
    grid, memory = TimestepGrid(levels), None
    paths = BatchNoise([ImageNoise(seed, SHAPE[1:]) for seed in range(SHAPE[0])])

    def draw() -> Tensor:
        return torch.randn(SHAPE, generator=generator, dtype=torch.float64)

    def between(start: NoiseLevel, end: NoiseLevel) -> Tensor:
        return paths.between(start, end, SCHEDULE).double()

    for index in range(grid.steps):
        run = Run(grid, index, sampler.info.resolve(options), SCHEDULE, draw, between)
        step = sampler.step(x, levels[index], levels[index + 1], GaussianDenoiser(), run, memory)
        x, memory = step.x, step.memory
        yield x


class Theirs:
    """A scheduler of diffusers in float64, walked with the same denoiser.

    It walks `y = x/alpha`, except those in `WALKS_X`. Of two calls a step only the states after both are told.
    """

    def __init__(self, scheduler: Any, steps: int) -> None:
        self.scheduler = scheduler
        scheduler.set_timesteps(steps)
        scheduler.sigmas = scheduler.sigmas.double()
        self.scaled = not isinstance(scheduler, WALKS_X)
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
