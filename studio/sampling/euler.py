"""Euler's method on the probability-flow ODE (Song et al. 2021; Karras et al. 2022, equation 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.sampling.info import SamplerInfo
from studio.sampling.sampler import Memory, Run, Step
from studio.sampling.schedule import NoiseLevel

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Denoiser


class Euler:
    """With `y = x/alpha` and `s = sigma/alpha`: `y' = y + (s' - s) eps`, that is `x' = alpha' x0 + sigma' eps`.

    On one grid it is DDIM with η = 0. Written without `x / alpha`, because alpha is 0 at the top of some schedules.
    """

    info = SamplerInfo(
        name="euler",
        title="Euler",
        description="Follows the probability flow in straight pieces and always ends clean.",
        final_level="clean",
        fractional_timesteps=True,
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0)
