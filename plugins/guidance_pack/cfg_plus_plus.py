"""CFG++ (Chung et al. 2024, Algorithm 2): guidance that stays among the states that the model knows."""

from __future__ import annotations

from reverie_plugins.guidance_pack.arithmetic import guided
from torch import Tensor

from studio.plugin.api import GuidanceContext, GuidanceInfo, Memory, NoiseLevel, Option, Prediction


class CfgPlusPlus:
    """x0 from the guided `eps_u + λ (eps_c - eps_u)`, λ from 0 to 1, and eps_u itself as the noise to add again.

    The pair disagrees with x on purpose. A sampler that makes its step of x0 and eps, as DDIM does, then takes
    `alpha' x0_λ + sigma' eps_u`: with r = sigma/alpha that is a step of classifier-free guidance with the scale
    `λ r / (r - r')`, strong where steps are small and λ at the end. The scale of the recipe is not used, but at 1 no
    rule of this kind is asked.
    """

    info = GuidanceInfo(
        "cfg_plus_plus",
        "CFG++",
        "Goes towards the prompt by a part of the way, and adds the noise of no prompt again. For DDIM and Euler.",
        (
            Option(
                "lambda", "Lambda", "float", 0.6,
                description="Takes the place of the guidance scale: 0 is no prompt at all, 1 is all of it.",
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
        pair = guided(cond, uncond, float(context.options["lambda"]))
        return Prediction(pair.x0, uncond.eps, cond.variance), memory
