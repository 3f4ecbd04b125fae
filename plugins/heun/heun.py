"""Heun's method with churn (Karras et al. 2022, algorithms 1 and 2), for any two levels.

With `r = sigma/alpha` the state `x/alpha` follows `d(x/alpha)/dr = eps`. The step is written without the division:
alpha is 0 at the top of some schedules.
"""

from __future__ import annotations

import math

from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Option, Run, SamplerInfo, Step

CHURN_MAXIMUM = math.sqrt(2.0) - 1.0


class Heun:
    """`x' = alpha' x0 + sigma' eps + ½ (sigma' - alpha' r) (eps' - eps)`, eps' predicted where the Euler step ends."""

    info = SamplerInfo(
        name="heun",
        title="Heun",
        description="Two network calls a step, and far truer steps. Churn adds fresh noise.",
        options=(
            Option(
                "churn", "Churn", "float", 0.0, 0.0, 100.0,
                description="Noise added before each step, spread over the run: 0 is none, 40 is much.",
            ),
            Option("noise_scale", "Noise scale", "float", 1.0, 0.9, 1.1, description="How strong the added noise is."),
        ),
        calls_per_step=2,
    )  # fmt: skip

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        x, level = self._churned(x, level, run)
        pair = denoiser(x, level)
        after = next_level.alpha * pair.x0 + next_level.sigma * pair.eps
        # No slope is known at a clean level, and none can be divided by alpha 0.
        if next_level.sigma == 0 or level.alpha == 0 or level == next_level:
            return Step(after, pair.x0)
        end = denoiser(after, next_level)
        half = (next_level.sigma - next_level.alpha * level.ratio) / 2
        return Step(after + half * (end.eps - pair.eps), pair.x0)

    def _churned(self, x: Tensor, level: NoiseLevel, run: Run) -> tuple[Tensor, NoiseLevel]:
        """The state at a noisier level, with as much fresh noise as lies between."""
        churn = float(run.options["churn"])
        if churn == 0 or level.alpha == 0:
            return x, level
        gamma = min(churn / run.grid.steps, CHURN_MAXIMUM)
        noisier = run.schedule.at(level.ratio * (1 + gamma))
        kept = noisier.alpha / level.alpha
        deviation = math.sqrt(max(noisier.sigma**2 - (kept * level.sigma) ** 2, 0.0))
        return kept * x + float(run.options["noise_scale"]) * deviation * run.noise(), noisier


CONTRIBUTIONS = (Heun(),)
