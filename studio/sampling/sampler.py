"""The sampler protocol: one step, no hidden state.

The host owns the loop, so cancel, pause, progress, preview, recording and the search for NaN cost a sampler's author
nothing. What a multistep method must remember goes into `memory`, so any step can be saved, resumed and branched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from studio.sampling.grid import TimestepGrid
from studio.sampling.info import OptionValue, SamplerInfo
from studio.sampling.schedule import NoiseLevel, NoiseSchedule

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Denoiser

Memory = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """The state after a step: `x` at the next level, the `x0` it was made from, and what the sampler must remember.

    `memory` holds tensors with the batch first and plain numbers, or is None.
    """

    x: Tensor
    x0: Tensor
    memory: Memory | None = None


@dataclass(frozen=True)
class Run:
    """What a step may know of its run and never change. `index` counts from 0; `grid.levels[index]` is its level.

    `noise()` is the next draw of each picture's own generator, in the shape, dtype and place of x.
    `noise_between(a, b)` is such a draw, too, but always the same for two levels: the increment of one Brownian path
    per picture, `(W(b) - W(a)) / sqrt(|b - a|)` in the time sigma/alpha, so that parts of a step make up the whole.
    """

    grid: TimestepGrid
    index: int
    options: Mapping[str, OptionValue]
    schedule: NoiseSchedule
    noise: Callable[[], Tensor]
    noise_between: Callable[[NoiseLevel, NoiseLevel], Tensor]


class Sampler(Protocol):
    """An algorithm that walks the grid."""

    @property
    def info(self) -> SamplerInfo: ...

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step: ...
