"""What a plugin's module lists beside samplers: spacings and guidance rules, each under its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.sampling.guidance_rule import GuidanceRule
from studio.sampling.schedule import NoiseLevel, NoiseSchedule


@dataclass(frozen=True)
class SpacingContribution:
    """`levels(schedule, n)` gives n levels of a schedule, noisiest first and none of them clean."""

    name: str
    levels: Callable[[NoiseSchedule, int], Sequence[NoiseLevel]]


@dataclass(frozen=True)
class GuidanceContribution:
    """A guidance rule and the name it is chosen by."""

    name: str
    rule: GuidanceRule
