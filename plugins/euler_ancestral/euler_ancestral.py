"""Ancestral sampling with Euler steps (Song et al. 2021, DDPM's ancestral sampling in sigma/alpha; k-diffusion).

With `r = sigma/alpha`: `up² = η² r'² (r² - r'²) / r²`, `down² = r'² - up²`; `x' = alpha' (x0 + down eps + up z)`.
"""

from __future__ import annotations

import math

from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Option, Run, SamplerInfo, Step


class EulerAncestral:
    """An Euler step to a level below the next one, and noise back up to it."""

    info = SamplerInfo(
        name="euler_ancestral",
        title="Euler ancestral",
        description="Lively: fresh noise in each step, so more steps give another picture.",
        options=(Option("eta", "Eta", "float", 1.0, 0.0, 1.0, description="Fresh noise in each step: 0 is none."),),
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        up = ancestral(level, next_level, float(run.options["eta"]))
        down = math.sqrt(max(next_level.ratio**2 - up**2, 0.0))
        after = next_level.alpha * (pair.x0 + down * pair.eps + up * run.noise())
        return Step(after, pair.x0)


def ancestral(level: NoiseLevel, next_level: NoiseLevel, eta: float) -> float:
    """`up`: the fresh noise in units of sigma/alpha; at pure noise, where r is infinite, it is η r'."""
    gone = 1.0 if level.alpha == 0 else max(1.0 - (next_level.ratio / level.ratio) ** 2, 0.0)
    return min(next_level.ratio, eta * next_level.ratio * math.sqrt(gone))


CONTRIBUTIONS = (EulerAncestral(),)
