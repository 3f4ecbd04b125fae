"""DPM-Solver++(2M) (Lu et al. 2022, algorithm 2), for any two levels.

With `λ = -log(sigma/alpha)`, `h = λ' - λ`: `x' = (sigma'/sigma) x + alpha' (1 - exp(-h)) D`, where D extends the last
two x0 along λ.
"""

from __future__ import annotations

import math

from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Run, SamplerInfo, Step


class DPMpp2M:
    """`D = x0 + (h / 2 h_before) (x0 - x0_before)`; the first step and the last, to a clean level, take D = x0."""

    info = SamplerInfo(
        name="dpmpp_2m",
        title="DPM++ 2M",
        description="One network call a step, true with 15 to 25 steps.",
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        x0 = denoiser(x, level).x0
        data, half = x0, _half_log_snr(level)
        if memory is not None and next_level.sigma > 0 and level.alpha > 0:
            h, before = _half_log_snr(next_level) - half, half - float(memory["half_log_snr"])
            data = x0 + (h / (2 * before)) * (x0 - memory["x0"])
        after = (next_level.sigma / level.sigma) * x + _weight(level, next_level) * data
        kept = {"x0": x0, "half_log_snr": half} if level.alpha > 0 else None
        return Step(after, x0, kept)


def _half_log_snr(level: NoiseLevel) -> float:
    """λ, infinite at the ends."""
    return -math.log(level.ratio) if 0 < level.ratio < math.inf else math.copysign(math.inf, level.alpha - level.sigma)


def _weight(level: NoiseLevel, next_level: NoiseLevel) -> float:
    """`alpha' (1 - exp(-h)) = alpha' - alpha sigma'/sigma`, also where h is infinite."""
    return next_level.alpha - level.alpha * next_level.sigma / level.sigma


CONTRIBUTIONS = (DPMpp2M(),)
