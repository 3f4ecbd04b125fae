"""The midpoint method in log(sigma/alpha) (Karras et al. 2022, algorithm 3; Lu et al. 2022, DPM-Solver-2)."""

from __future__ import annotations

import math

from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Run, SamplerInfo, Step


class DPM2:
    """`x' = alpha' x0 + sigma' eps + (sigma' - alpha' r) (eps_m - eps)`, eps_m predicted at `r_m = sqrt(r r')`."""

    info = SamplerInfo(
        name="dpm2", title="DPM2", description="Two network calls a step: it asks again half-way.", calls_per_step=2
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        after = next_level.alpha * pair.x0 + next_level.sigma * pair.eps
        if next_level.sigma == 0 or level.alpha == 0 or level == next_level:
            return Step(after, pair.x0)
        middle = run.schedule.at(math.sqrt(level.ratio * next_level.ratio))
        there = denoiser(middle.alpha * pair.x0 + middle.sigma * pair.eps, middle)
        whole = next_level.sigma - next_level.alpha * level.ratio
        return Step(after + whole * (there.eps - pair.eps), pair.x0)


CONTRIBUTIONS = (DPM2(),)
