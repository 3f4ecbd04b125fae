"""DDPM (Ho et al. 2020, Algorithm 2), on strided grids too, with the learned variance of Nichol and Dhariwal 2021."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from studio.errors import InvalidField
from studio.sampling.info import Option, SamplerInfo
from studio.sampling.sampler import Memory, Run, Step
from studio.sampling.schedule import NoiseLevel, Posterior, posterior

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Denoiser, Prediction


class DDPM:
    """`x' = μ̃(x, x0) + sqrt(Σ) z`, with μ̃ of `studio.sampling.schedule.posterior` and no noise on the last step.

    Σ is β̃ (small), β (large), or `exp(ν log β + (1 - ν) log β̃)` where the network has learned ν.
    """

    info = SamplerInfo(
        name="ddpm",
        title="DDPM",
        description="Adds fresh noise in every step, as the model was trained. Best with many steps.",
        options=(
            Option(
                "variance", "Variance", "choice", "model",
                choices=(
                    ("model", "As the model says"), ("small", "Small"), ("large", "Large"), ("learned", "Learned"),
                ),
                description="How much fresh noise a step adds.",
            ),
        ),
        final_level="clean",
    )  # fmt: skip

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        q = posterior(level, next_level)
        mean = q.x_weight * x + q.x0_weight * pair.x0
        if run.index == run.grid.steps - 1:
            return Step(mean, pair.x0)
        choice = str(run.options["variance"])
        deviation = _deviation(q, pair, run.schedule.variance if choice == "model" else choice)
        return Step(mean + deviation * run.noise(), pair.x0)


def _deviation(q: Posterior, pair: Prediction, variance: str) -> Tensor | float:
    """The square root of Σ for a choice of variance."""
    if variance == "small":
        return math.sqrt(q.small)
    if variance == "large":
        return math.sqrt(q.beta)
    if pair.variance is None:
        raise InvalidField("variance", "This model has not learned its variance. Use 'small' or 'large'.")
    nu = pair.variance
    return (0.5 * (nu * math.log(max(q.beta, 1e-20)) + (1 - nu) * math.log(max(q.small, 1e-20)))).exp()
