"""What a guidance rule is: a way to make one prediction from a conditional and an unconditional one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from studio.sampling.sampler import Memory
from studio.sampling.schedule import NoiseLevel, NoiseSchedule

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Parametrisation, Prediction


@dataclass(frozen=True)
class GuidanceContext:
    """What a rule may know of its run: what the network puts out, on which schedule, and φ of the recipe."""

    parametrisation: Parametrisation
    schedule: NoiseSchedule
    rescale: float = 0.0


class GuidanceRule(Protocol):
    """A way to make one prediction from two.

    `memory` is what the rule returned in the step before, None at the start. The host takes a new one only from the
    first call of a step. The pair that is returned may disagree with x on purpose.
    """

    def combine(
        self,
        x: Tensor,
        level: NoiseLevel,
        cond: Prediction,
        uncond: Prediction,
        scale: float,
        context: GuidanceContext,
        memory: Memory | None,
    ) -> tuple[Prediction, Memory | None]: ...
