"""The timestep grid of one run: n+1 levels, noise falling, and the spacings that choose them.

A grid is its levels. Whoever needs the previous level reads it from the list and computes no timestep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from studio.errors import InvalidField
from studio.sampling.info import SamplerInfo, SpacingInfo
from studio.sampling.schedule import CLEAN, NoiseLevel, NoiseSchedule

KARRAS_RHO = 7.0
ROUNDING = 1e-12


@dataclass(frozen=True)
class TimestepGrid:
    """The n+1 levels of a run, noisiest first. `levels[k]` is the level of the state after k steps."""

    levels: tuple[NoiseLevel, ...]

    def __post_init__(self) -> None:
        if len(self.levels) < 2:
            raise ValueError("a grid has at least two levels")
        # Two ways to one level may differ in the last bits.
        if any(a.ratio * (1 + ROUNDING) < b.ratio for a, b in pairwise(self.levels)):
            raise ValueError("the noise of a grid never rises")

    @property
    def steps(self) -> int:
        return len(self.levels) - 1


@dataclass(frozen=True)
class Spacing:
    """A way to choose the levels of a run.

    `levels(schedule, n, fractional)` gives n levels of the schedule, noisiest first and none of them clean. Where
    `fractional` is False the network is asked about trained timesteps only, so those of even spacings are rounded.
    """

    info: SpacingInfo
    levels: Callable[[NoiseSchedule, int, bool], Sequence[NoiseLevel]]


def leading(schedule: NoiseSchedule, n: int, fractional: bool = False) -> list[NoiseLevel]:
    """t = i·⌊T/n⌋ + offset, i = n-1 … 0, at most T-1."""
    ratio = len(schedule) // n
    top = len(schedule) - 1
    return [schedule.level(min(i * ratio + schedule.steps_offset, top)) for i in reversed(range(n))]


def trailing(schedule: NoiseSchedule, n: int, fractional: bool = False) -> list[NoiseLevel]:
    """t = round(T - i·T/n) - 1, i = 0 … n-1: begins at the noisiest trained level."""
    total = len(schedule)
    return [schedule.level(float(np.round(total - i * total / n)) - 1) for i in range(n)]


def linspace(schedule: NoiseSchedule, n: int, fractional: bool = False) -> list[NoiseLevel]:
    """n timesteps from T-1 to 0, evenly; rounded unless the sampler takes levels between the trained ones."""
    places = np.linspace(0, len(schedule) - 1, n, dtype=np.float64)[::-1]
    return [schedule.level(float(t)) for t in (places if fractional else np.round(places))]


def karras(schedule: NoiseSchedule, n: int, fractional: bool = False) -> list[NoiseLevel]:
    """Even in (sigma/alpha)^(1/ρ), ρ = 7 (Karras et al. 2022, equation 5), between the ends of the model's own grid."""
    high, low = _ends(schedule, n)
    ramp = np.linspace(0, 1, n)
    ratios = (high ** (1 / KARRAS_RHO) + ramp * (low ** (1 / KARRAS_RHO) - high ** (1 / KARRAS_RHO))) ** KARRAS_RHO
    return [schedule.at(float(ratio)) for ratio in ratios]


def exponential(schedule: NoiseSchedule, n: int, fractional: bool = False) -> list[NoiseLevel]:
    """Even in log(sigma/alpha) between the ends of the model's own grid."""
    high, low = _ends(schedule, n)
    return [schedule.at(float(ratio)) for ratio in np.geomspace(high, low, n)]


def _ends(schedule: NoiseSchedule, n: int) -> tuple[float, float]:
    base = {"trailing": trailing, "linspace": linspace}.get(schedule.spacing, leading)
    levels = base(schedule, n, True)
    # Pure noise has no finite ratio, and one step may have it at both ends.
    highest = float(schedule.ratios()[-1])
    return min(levels[0].ratio, highest), min(levels[-1].ratio, highest)


_BUILT_IN = (
    Spacing(SpacingInfo("leading", "Leading", "Even steps that stop short of pure noise."), leading),
    Spacing(SpacingInfo("trailing", "Trailing", "Even steps from the noisiest level down."), trailing),
    Spacing(SpacingInfo("linspace", "Linear", "Even steps that take in both ends."), linspace),
    Spacing(SpacingInfo("karras", "Karras", "Finer steps where little noise is left."), karras),
    Spacing(SpacingInfo("exponential", "Exponential", "Even in the logarithm of the noise."), exponential),
)
SPACINGS: Mapping[str, Spacing] = MappingProxyType({spacing.info.name: spacing for spacing in _BUILT_IN})


def timestep_grid(
    schedule: NoiseSchedule,
    steps: int,
    spacing: str,
    info: SamplerInfo,
    timesteps: Sequence[float] | None = None,
    spacings: Mapping[str, Spacing] = SPACINGS,
) -> TimestepGrid:
    """The grid of a run: `steps` levels by the spacing, then the final level that sampler and model agree on.

    "explicit" takes the numbers of trained levels, falling, from `timesteps`; fractions are between two levels.
    Raises `InvalidField` for more steps than trained levels, an unknown spacing and timesteps that are out of range,
    do not fall or are not as many as the steps.
    """
    if steps < 1 or steps > len(schedule):
        raise InvalidField("steps", f"Steps {steps} is out of range. This model allows 1 to {len(schedule)}.")
    if spacing == "explicit":
        levels = _explicit(schedule, steps, timesteps or ())
    elif spacing in spacings:
        levels = [*spacings[spacing].levels(schedule, steps, info.fractional_timesteps)]
    else:
        known = ", ".join((*spacings, "explicit"))
        raise InvalidField("spacing", f"Spacing '{spacing[:40]}' is not known. Use one of: {known}.")
    return TimestepGrid((*levels, _final_level(schedule, info)))


def _explicit(schedule: NoiseSchedule, steps: int, timesteps: Sequence[float]) -> list[NoiseLevel]:
    if len(timesteps) != steps:
        raise InvalidField("timesteps", f"The list has {len(timesteps)} timesteps. Give {steps}, one for each step.")
    levels = [schedule.level(t) for t in timesteps]
    if any(a <= b for a, b in pairwise(timesteps)):
        raise InvalidField("timesteps", "The timesteps do not fall. Give the noisiest first, each less than the last.")
    return levels


def _final_level(schedule: NoiseSchedule, info: SamplerInfo) -> NoiseLevel:
    as_trained = info.final_level == "model" and not schedule.set_alpha_to_one
    return schedule.level(0) if as_trained or schedule.final_sigma_min else CLEAN
