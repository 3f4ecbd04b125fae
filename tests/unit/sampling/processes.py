"""Schedules of every family, denoisers whose truth is known, and a bare loop over a grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from studio.sampling.denoiser import Denoiser, Prediction
from studio.sampling.grid import TimestepGrid
from studio.sampling.sampler import Memory, Run, Sampler
from studio.sampling.schedule import (
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

SCHEDULES: Mapping[str, NoiseSchedule] = MappingProxyType(
    {
        "linear": from_betas(linear_betas()),
        "scaled_linear": from_betas(scaled_linear_betas()),
        "cosine": from_betas(cosine_betas()),
        "zero_snr": from_betas(scaled_linear_betas(), zero_terminal_snr=True),
        "offset": replace(from_betas(scaled_linear_betas()), steps_offset=1, set_alpha_to_one=False),
        "ve": variance_exploding(),
        "sub_vp": sub_vp(),
        "flow": rectified_flow(),
        "flow_shifted": rectified_flow(shift=3.0),
    }
)


def consistent(x0: Tensor, eps: Tensor, level: NoiseLevel) -> Tensor:
    """The state that the pair belongs to."""
    return level.alpha * x0 + level.sigma * eps


def curved(x: Tensor, level: NoiseLevel) -> Prediction:
    """A bounded, strongly nonlinear denoiser that is defined at alpha = 0 too; its pair belongs to x."""
    x0 = torch.tanh(1.7 * x / (1.0 + level.sigma) + 0.3 * torch.cos(2.0 * x))
    return Prediction(x0, (x - level.alpha * x0) / level.sigma)


@dataclass(frozen=True)
class Gaussian:
    """Data from N(mean, deviation²): the best denoiser, the marginals and the probability flow are known exactly."""

    mean: float = 0.5
    deviation: float = 0.3

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        gain = level.alpha * self.deviation**2 / self.spread(level) ** 2
        x0 = self.mean + gain * (x - level.alpha * self.mean)
        return Prediction(x0, (x - level.alpha * x0) / level.sigma)

    def spread(self, level: NoiseLevel) -> float:
        """Standard deviation of the marginal at a level."""
        return math.hypot(level.alpha * self.deviation, level.sigma)

    def flow(self, x: Tensor, level: NoiseLevel, other: NoiseLevel) -> Tensor:
        """Where the probability flow carries x from one level to another: it keeps the standardised value."""
        standard = (x - level.alpha * self.mean) / self.spread(level)
        return other.alpha * self.mean + self.spread(other) * standard


def no_noise() -> Tensor:
    raise AssertionError("a deterministic step drew noise")


def no_path(start: NoiseLevel, end: NoiseLevel) -> Tensor:
    raise AssertionError("a sampler that needs no path asked for one")


def drawing(seed: int, like: Tensor) -> Callable[[], Tensor]:
    """Draws of one seed in the shape and dtype of `like`."""
    generator = torch.Generator().manual_seed(seed)
    return lambda: torch.randn(like.shape, generator=generator, dtype=like.dtype)


def walk(
    sampler: Sampler,
    schedule: NoiseSchedule,
    grid: TimestepGrid,
    x: Tensor,
    denoiser: Denoiser,
    noise: Callable[[], Tensor] = no_noise,
    **options: object,
) -> list[Tensor]:
    """The states at all levels of the grid, from x at its first one."""
    chosen = sampler.info.resolve(options)
    states = [x]
    memory: Memory | None = None
    for index in range(grid.steps):
        run = Run(grid, index, chosen, schedule, noise, no_path)
        step = sampler.step(states[-1], grid.levels[index], grid.levels[index + 1], denoiser, run, memory)
        states.append(step.x)
        memory = step.memory
    return states


def states(seed: int = 0, shape: tuple[int, ...] = (2, 3, 4, 4), dtype: torch.dtype = torch.float64) -> Tensor:
    """Standard normal values of a seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)
