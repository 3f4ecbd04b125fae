"""Multistep latent consistency sampling (Luo et al. 2023, algorithm 3).

Each step jumps to the picture and noises it again to the next level. The boundary condition of the consistency function
is that of the paper: `c_skip = σ_d² / (t² + σ_d²)`, `c_out = t / sqrt(t² + σ_d²)`, σ_d = 0.5, t ten times the timestep.
"""

from __future__ import annotations

import math

from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Run, SamplerInfo, Step

DATA_DEVIATION = 0.5
TIMESTEP_SCALE = 10.0


class LCM:
    """`f = c_skip x + c_out x0`; `x' = alpha' f + sigma' z`."""

    info = SamplerInfo(
        name="lcm",
        title="LCM",
        description="For models that were distilled for it. Others need another sampler.",
        distilled=True,
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        time = TIMESTEP_SCALE * level.timestep
        length = time**2 + DATA_DEVIATION**2
        found = (DATA_DEVIATION**2 / length) * x + (time / math.sqrt(length)) * pair.x0
        if next_level.sigma == 0:
            return Step(found, found)
        return Step(next_level.alpha * found + next_level.sigma * run.noise(), found)


CONTRIBUTIONS = (LCM(),)
