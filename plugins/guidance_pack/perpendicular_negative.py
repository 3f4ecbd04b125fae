"""A negative prompt that cannot work against the prompt (Armandpour et al. 2023, Perp-Neg)."""

from __future__ import annotations

from reverie_plugins.guidance_pack.arithmetic import difference, guided, precise, share, shifted
from torch import Tensor

from studio.plugin.api import GuidanceContext, GuidanceInfo, Memory, NoiseLevel, Option, Prediction


class PerpendicularNegative:
    """With `p = eps_c - eps_0` and `n = eps_n - eps_0`: `eps_0 + s (p - w (n - p <n, p>/<p, p>))`; x0 likewise.

    eps_0 is the prediction for no words and eps_n that for the negative prompt. Without a negative prompt n is 0, and
    it is plain classifier-free guidance; with w = 0 it is that too, as if there were none.
    """

    info = GuidanceInfo(
        "perpendicular_negative",
        "Perpendicular negative",
        "Of the negative prompt only what does not touch the prompt. Costs one more network call beside one.",
        (
            Option(
                "weight", "Negative weight", "float", 1.0, 0.0, 5.0,
                description="How much of the negative prompt is taken away; 0 leaves it out.",
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
        nothing = uncond if context.wordless is None else context.wordless()
        towards, away = difference(cond, nothing, level), difference(uncond, nothing, level)
        common = share(precise(away), precise(towards)).to(x.dtype)
        change = -scale * float(context.options["weight"]) * (away - common * towards)
        return shifted(guided(cond, nothing, scale), change, level), memory
