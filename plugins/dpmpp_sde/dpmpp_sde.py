"""DPM-Solver++ for the diffusion SDE, single step of order 2 (Lu et al. 2022; k-diffusion), with r = 1/2.

The noise is that of one Brownian path in sigma/alpha: what the first half of a step draws is part of the whole
step's, and with more steps the pictures of one seed come nearer to each other.
"""

from __future__ import annotations

import math

from torch import Tensor

from studio.plugin.api import CLEAN, Denoiser, Memory, NoiseLevel, Option, Run, SamplerInfo, Step


class DPMppSDE:
    """An ancestral step to the middle of λ = -log(sigma/alpha), and with what is predicted there one over the whole."""

    info = SamplerInfo(
        name="dpmpp_sde",
        title="DPM++ SDE",
        description="Two network calls a step; fresh noise that belongs together.",
        options=(Option("eta", "Eta", "float", 1.0, 0.0, 1.0, description="Fresh noise in each step: 0 is none."),),
        calls_per_step=2,
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        eta = float(run.options["eta"])
        if next_level.sigma == 0 or level.alpha == 0 or level == next_level:
            return Step(_ancestral(x, pair.x0, level, next_level, eta, run), pair.x0)
        middle = run.schedule.at(math.sqrt(level.ratio * next_level.ratio))
        there = denoiser(_ancestral(x, pair.x0, level, middle, eta, run), middle)
        return Step(_ancestral(x, there.x0, level, next_level, eta, run), pair.x0)


def _ancestral(x: Tensor, x0: Tensor, level: NoiseLevel, next_level: NoiseLevel, eta: float, run: Run) -> Tensor:
    """To a level below the next one with this x0, and noise back up."""
    gone = 1.0 if level.alpha == 0 else max(1.0 - (next_level.ratio / level.ratio) ** 2, 0.0)
    up = min(next_level.ratio, eta * next_level.ratio * math.sqrt(gone))
    lower = math.sqrt(max(next_level.ratio**2 - up**2, 0.0))
    down = run.schedule.at(lower) if lower > 0 else CLEAN
    kept = down.sigma / level.sigma
    after = (next_level.alpha / down.alpha) * (kept * x + (down.alpha - level.alpha * kept) * x0)
    return after + next_level.alpha * up * run.noise_between(level, next_level) if up > 0 else after


CONTRIBUTIONS = (DPMppSDE(),)
