"""A denoiser that is known exactly, so that a sampler can be measured against the truth.

For data drawn from N(mean, deviation²) the expectation of x0 is a formula, and so is the path of the probability-flow
ODE: `(x - alpha mean) / sqrt(alpha² deviation² + sigma²)` stays what it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.sampling.denoiser import Prediction
from studio.sampling.schedule import NoiseLevel

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class GaussianDenoiser:
    """Counts its calls. With `gain` its answers are spoiled: not a number, if the gain is none."""

    mean: float = 0.5
    deviation: float = 0.3
    gain: float = 1.0
    calls: int = field(default=0)

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        self.calls += 1
        variance = (level.alpha * self.deviation) ** 2 + level.sigma**2
        x0 = self.gain * (level.alpha * self.deviation**2 * x + level.sigma**2 * self.mean) / variance
        return Prediction(x0, (x - level.alpha * x0) / level.sigma if level.sigma > 0 else x * 0.0)

    def exact(self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel) -> Tensor:
        """Where the probability-flow ODE leads from x."""
        return next_level.alpha * self.mean + (self._spread(next_level) / self._spread(level)) * (
            x - level.alpha * self.mean
        )

    def _spread(self, level: NoiseLevel) -> float:
        return math.sqrt((level.alpha * self.deviation) ** 2 + level.sigma**2)
