"""DDIM (Song, Meng and Ermon 2020, equation 12 with the σ of equation 16), for any two levels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from studio.sampling.info import Option, SamplerInfo
from studio.sampling.sampler import Memory, Run, Step
from studio.sampling.schedule import NoiseLevel, decay

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Denoiser


class DDIM:
    """`x' = alpha' x0 + sqrt(sigma'² - s²) eps + s z`, where s is `ddim_noise`.

    With η = 0 it is deterministic; with η = 1 it is DDPM with the small variance.
    """

    info = SamplerInfo(
        name="ddim",
        title="DDIM",
        description="Deterministic: the same noise always becomes the same picture. Good with few steps.",
        options=(
            Option(
                "eta", "Eta", "float", 0.0, 0.0, 1.0,
                description="Fresh noise in each step: 0 is none, 1 is as much as DDPM adds.",
            ),
        ),
        final_level="model",
    )  # fmt: skip

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        eta = float(run.options["eta"])
        s = ddim_noise(level, next_level, eta)
        after = next_level.alpha * pair.x0 + math.sqrt(max(next_level.sigma**2 - s * s, 0.0)) * pair.eps
        if eta > 0:  # drawn where s is 0 too: the draws of a run must not depend on its grid
            after = after + s * run.noise()
        return Step(after, pair.x0)


def ddim_noise(level: NoiseLevel, next_level: NoiseLevel, eta: float) -> float:
    """Standard deviation of the fresh noise: `s² = η² (sigma'²/sigma²) (sigma² - (alpha/alpha')² sigma'²)`."""
    if eta == 0:
        return 0.0
    a = decay(level, next_level)
    part = (next_level.sigma / level.sigma) ** 2
    return eta * math.sqrt(max(part * (level.sigma**2 - (a * next_level.sigma) ** 2), 0.0))
