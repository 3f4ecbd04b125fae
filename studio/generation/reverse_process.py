"""The reverse process: the host's loop over the pairs of levels of a grid.

The loop belongs to the host and not to the samplers, so that cancel, pause, preview and recording are the same for all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor

from studio.errors import NotFinite
from studio.generation.inpainting.constraint import Constraint
from studio.sampling.denoiser import Denoiser, Prediction
from studio.sampling.grid import TimestepGrid
from studio.sampling.info import OptionValue
from studio.sampling.sampler import Memory, Run, Sampler, Step
from studio.sampling.schedule import NoiseLevel, NoiseSchedule


class SteppedDenoiser(Denoiser, Protocol):
    """A denoiser that is told when a step begins, and when a jump makes stale what its guidance rule remembers."""

    def begin_step(self) -> None: ...

    def forget(self) -> None: ...


class Draws(Protocol):
    """Where a walk's noise comes from: standard normal draws of shape (n, C, h, w).

    They come one after another, or belong to the way between two levels (see `studio.sampling.noise.ImageNoise`).
    """

    def draw(self) -> Tensor: ...

    def between(self, start: NoiseLevel, end: NoiseLevel, schedule: NoiseSchedule, again: int = 0) -> Tensor: ...


@dataclass(frozen=True)
class Walk:
    """Everything a walk needs besides its denoiser: who walks, on what, with which noise, held by what.

    With `repeats` > 1 each stretch of `jump_length` steps is walked so often: back up by the forward process in between
    (RePaint, Lugmayr et al. 2022, Algorithm 1).
    """

    sampler: Sampler
    options: Mapping[str, OptionValue]
    grid: TimestepGrid
    schedule: NoiseSchedule
    noise: Draws
    device: torch.device
    dtype: torch.dtype
    constraint: Constraint | None = None
    jump_length: int = 1
    repeats: int = 1

    def start(self, picture: Tensor | None = None, code: Tensor | None = None) -> Tensor:
        """The noise of the seed, with the deviation that data of deviation 1 has at the first level.

        With the latent of a `picture`, that picture at the first level; a `code` is the state itself. The first noise
        is drawn in any case, so that a code of a seed is followed by the same draws. What is known is held.
        """
        level, noise = self.grid.levels[0], self.draw()
        x = noise * start_deviation(level) if picture is None else level.alpha * picture + level.sigma * noise
        x = x if code is None else code
        return x if self.constraint is None else self.constraint.hold(x, level, 0, self.grid.steps)

    def draw(self) -> Tensor:
        """The next draw of the picture's generator, in the run's precision and place."""
        return self.noise.draw().to(self.device, self.dtype)

    def between(self, start: NoiseLevel, end: NoiseLevel, again: int = 0) -> Tensor:
        """The draw that belongs to the way between two levels, in the run's precision and place.

        A way that is walked several times has fresh noise each time: `again` is 0 the last time.
        """
        return self.noise.between(start, end, self.schedule, again).to(self.device, self.dtype)


def moved(memory: Memory | None, device: torch.device) -> Memory | None:
    """A copy of what a sampler remembers, with its tensors on `device`."""
    return None if memory is None else _changed(memory, lambda tensor: tensor.detach().to(device, copy=True))


def recast(memory: Memory | None, old: torch.dtype, new: torch.dtype) -> Memory | None:
    """What a sampler remembers, with its tensors of dtype `old` in `new`."""
    return (
        None if memory is None else _changed(memory, lambda tensor: tensor.to(new) if tensor.dtype == old else tensor)
    )


def _changed(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """The same structure with other tensors."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _changed(part, change) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        parts = [_changed(part, change) for part in value]
        return tuple(parts) if isinstance(value, tuple) else parts
    return value


def start_deviation(level: NoiseLevel) -> float:
    """Deviation of the noisiest state: exactly 1 for variance-preserving schedules."""
    variance = level.alpha**2 + level.sigma**2
    return 1.0 if abs(variance - 1.0) < 1e-9 else float(variance**0.5)


def walk(
    plan: Walk, denoiser: SteppedDenoiser, x: Tensor, first: int, last: int, memory: Memory | None = None
) -> Iterator[Step]:
    """Yield the steps from level number `first` of the grid to number `last`, beginning with the state `x`.

    `memory` is what the sampler remembers there. Raises `NotFinite` in the step where NaN appears. Of a stretch that is
    walked several times only the last time is told; a walk that begins inside one goes on with its last time.
    """
    for index in range(first, last):
        if plan.repeats > 1 and index % plan.jump_length == 0:
            x, memory = _rehearsed(plan, denoiser, x, index, memory), None
        step = _one_step(plan, denoiser, x, index, memory)
        x, memory = step.x, step.memory
        yield step


def _rehearsed(plan: Walk, denoiser: SteppedDenoiser, x: Tensor, first: int, memory: Memory | None) -> Tensor:
    """The state at level number `first` again, after the stretch from there was walked down and jumped back up."""
    last = min(first + plan.jump_length, plan.grid.steps)
    for again in range(1, plan.repeats):
        for index in range(first, last):
            step = _one_step(plan, denoiser, x, index, memory, again)
            x, memory = step.x, step.memory
        x, memory = _jumped_up(plan, x, plan.grid.levels[last], plan.grid.levels[first]), None
        denoiser.forget()
    return x


def _jumped_up(plan: Walk, x: Tensor, level: NoiseLevel, noisier: NoiseLevel) -> Tensor:
    """`x = a x' + sqrt(sigma² - a² sigma'²) z`, `a = alpha/alpha'`: a draw of the forward process."""
    a = noisier.alpha / level.alpha
    deviation = math.sqrt(max(noisier.sigma**2 - a**2 * level.sigma**2, 0.0))
    return a * x + deviation * plan.draw()


@torch.inference_mode()
def _one_step(
    plan: Walk, denoiser: SteppedDenoiser, x: Tensor, index: int, memory: Memory | None, again: int = 0
) -> Step:
    level, next_level = plan.grid.levels[index], plan.grid.levels[index + 1]
    denoiser.begin_step()
    watched = _Watched(denoiser)
    run = Run(plan.grid, index, plan.options, plan.schedule, plan.draw, partial(plan.between, again=again))
    step = plan.sampler.step(x, level, next_level, watched, run, memory)
    if not _finite(step.x, *watched.seen):
        culprit = plan.sampler.info.title if _finite(*watched.seen) else "The model"
        raise NotFinite(
            f"{culprit} gave values that are no numbers at step {index + 1} of {plan.grid.steps}, so the run was "
            "stopped and nothing was saved. Try less guidance, another precision or another sampler."
        )
    x = step.x
    if plan.constraint is not None:
        x = plan.constraint.hold(x, next_level, index + 1, plan.grid.steps)
    # In the order in which a recorded state is read back: kernels may round another order differently.
    return step if x is step.x and x.is_contiguous() else replace(step, x=x.contiguous())


@dataclass
class _Watched:
    """Keeps what a denoiser gave in one step: what a sampler clips or leaves out may hold NaN or infinity as well."""

    denoiser: Denoiser
    seen: list[Tensor] = field(default_factory=list)

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        pair = self.denoiser(x, level)
        self.seen += [tensor for tensor in (pair.x0, pair.eps, pair.variance) if tensor is not None]
        return pair


def _finite(*tensors: Tensor) -> bool:
    """Whether every element is a finite number. Asks the device once, because each question waits for it."""
    return bool(torch.stack([torch.isfinite(tensor).all() for tensor in tensors]).all())
