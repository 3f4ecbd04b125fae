"""DPM-Solver++(2S) (Lu et al. 2022, algorithm 1) to a level below the next one, and noise back up to it."""

from __future__ import annotations

import math

from torch import Tensor

from studio.plugin.api import CLEAN, Denoiser, Memory, NoiseLevel, Option, Run, SamplerInfo, Step


class DPMpp2SAncestral:
    """The step of order 2 goes by the middle of λ = -log(sigma/alpha); `up` and `down` are those of ancestral Euler."""

    info = SamplerInfo(
        name="dpmpp_2s_ancestral",
        title="DPM++ 2S ancestral",
        description="Two network calls a step, with fresh noise.",
        options=(Option("eta", "Eta", "float", 1.0, 0.0, 1.0, description="Fresh noise in each step: 0 is none."),),
        calls_per_step=2,
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair, fresh = denoiser(x, level), run.noise()
        gone = 1.0 if level.alpha == 0 else max(1.0 - (next_level.ratio / level.ratio) ** 2, 0.0)
        up = min(next_level.ratio, float(run.options["eta"]) * next_level.ratio * math.sqrt(gone))
        lower = math.sqrt(max(next_level.ratio**2 - up**2, 0.0))
        down = run.schedule.at(lower) if lower > 0 else CLEAN
        if down.sigma == 0 or level.alpha == 0 or level == next_level:
            after = down.alpha * pair.x0 + down.sigma * pair.eps
        else:
            middle = run.schedule.at(math.sqrt(level.ratio * down.ratio))
            x0 = denoiser(middle.alpha * pair.x0 + middle.sigma * pair.eps, middle).x0
            after = (down.sigma / level.sigma) * x + (down.alpha - level.alpha * down.sigma / level.sigma) * x0
        return Step((next_level.alpha / down.alpha) * after + next_level.alpha * up * fresh, pair.x0)


CONTRIBUTIONS = (DPMpp2SAncestral(),)
