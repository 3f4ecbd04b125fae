"""What a guidance rule is: a way to make one prediction from a conditional and an unconditional one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from studio.sampling.info import GuidanceInfo, OptionValue
from studio.sampling.sampler import Memory
from studio.sampling.schedule import NoiseLevel, NoiseSchedule

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Parametrisation, Prediction


@dataclass(frozen=True)
class GuidanceContext:
    """What a rule may know of its run: what the network puts out, on which schedule, φ of the recipe, and its options.

    `wordless()` is the prediction for no words at all, at the x and the level of this call. It costs a network call of
    its own where the recipe has a negative prompt; without one it is the unconditional prediction, which is there.
    """

    parametrisation: Parametrisation
    schedule: NoiseSchedule
    rescale: float = 0.0
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    wordless: Callable[[], Prediction] | None = None


class GuidanceRule(Protocol):
    """A way to make one prediction from two.

    `cond` is the prediction for the prompt, `uncond` that for the negative prompt, `scale` is s of the recipe.
    `memory` is what the rule returned in the step before, None at the start. The host takes a new one only from the
    first call of a step. The pair that is returned may disagree with x on purpose.
    """

    @property
    def info(self) -> GuidanceInfo: ...

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
