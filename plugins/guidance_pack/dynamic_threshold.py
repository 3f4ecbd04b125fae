"""Dynamic thresholding (Saharia et al. 2022, section 2.3) in a space that has no white and no black."""

from __future__ import annotations

import torch
from reverie_plugins.guidance_pack.arithmetic import guided, precise, shifted
from torch import Tensor

from studio.plugin.api import GuidanceContext, GuidanceInfo, Memory, NoiseLevel, Option, Prediction


class DynamicThreshold:
    """The guided x0 is cut off at ± its own quantile q of |x0| and scaled by `q_c / q`, q_c that of the conditional x0.

    In the paper q_c is 1, the brightest that a pixel may be; latents have no such bound, and what is drawn without
    guidance takes its place. Nothing is changed where q is no larger. Then `mix` between that and plain classifier-free
    guidance, which it is with `mix` = 0. eps follows x0. With `mix` = 1 colours pale, step after step.
    """

    info = GuidanceInfo(
        "dynamic_threshold",
        "Dynamic threshold",
        "Classifier-free, with the largest values brought back to those of the unguided picture.",
        (
            Option(
                "quantile", "Quantile", "float", 0.995, 0.5, 1.0,
                description="Which part of the values must not grow; the few above it are cut off.",
            ),
            Option("mix", "Mix", "float", 0.5, description="0 is plain guidance, 1 is the threshold alone."),
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
        plain, quantile = guided(cond, uncond, scale), float(context.options["quantile"])
        mine, wanted = precise(plain.x0), quantile_of(cond.x0, quantile)
        limit = quantile_of(plain.x0, quantile)
        calm = mine.clamp(-limit, limit) * (wanted / limit)
        change = torch.where(limit > wanted, calm - mine, torch.zeros_like(mine)).to(x.dtype)
        return shifted(plain, float(context.options["mix"]) * change, level), memory


def quantile_of(x0: Tensor, quantile: float) -> Tensor:
    """Of |x0| of each picture, shape (n, 1, 1, 1), above 0."""
    found = torch.quantile(precise(x0).abs().flatten(1), quantile, dim=1)
    return found.clamp_min(torch.finfo(found.dtype).tiny).reshape(-1, *[1] * (x0.ndim - 1))
