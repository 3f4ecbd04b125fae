"""Guidance in an interval of noise (Kynkäänniemi et al. 2024): harmful at the top, needless at the bottom."""

from __future__ import annotations

import math

from reverie_plugins.guidance_pack.arithmetic import guided
from torch import Tensor

from studio.plugin.api import GuidanceContext, GuidanceInfo, Memory, NoiseLevel, Option, Prediction

BOUND = 20.0
"""Beyond ± this a logarithm counts as this: pure noise has no finite one."""


class Limited:
    """`eps_u + s (eps_c - eps_u)` where `lowest ≤ log(alpha²/sigma²) ≤ highest`, and eps_c elsewhere.

    A ratio means the same for every model, unlike the interval of the recipe, which is in time and may be used as well.
    Outside that one the host saves a network call; here both predictions are there already. From -20 to 20 it is plain
    classifier-free guidance. The defaults are sigma/alpha from 5 to 0.3, about what the paper uses.
    """

    info = GuidanceInfo(
        "limited",
        "Limited",
        "Classifier-free between two signal-to-noise ratios, and plain conditional outside them.",
        (
            Option(
                "lowest", "Lowest log SNR", "float", -3.2, -BOUND, BOUND,
                description="Noisier than this is not guided. -20 leaves nothing out.",
            ),
            Option(
                "highest", "Highest log SNR", "float", 2.4, -BOUND, BOUND,
                description="Cleaner than this is not guided. 20 leaves nothing out.",
            ),
        ),
    )  # fmt: skip

    def combine(
        self,
        x: Tensor,
        level: NoiseLevel,
        cond: Prediction,
        uncond: Prediction,
        scale: float,
        context: GuidanceContext,
        memory: Memory | None,
    ) -> tuple[Prediction, Memory | None]:
        lowest, highest = float(context.options["lowest"]), float(context.options["highest"])
        return (guided(cond, uncond, scale) if lowest <= log_snr(level) <= highest else cond), memory


def log_snr(level: NoiseLevel) -> float:
    """log(alpha²/sigma²) of a level, from -20 to 20."""
    if level.snr == 0:
        return -BOUND
    return max(-BOUND, min(math.log(level.snr), BOUND))
