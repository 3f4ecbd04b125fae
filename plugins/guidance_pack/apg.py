"""Adaptive projected guidance (Sadat et al. 2024): high guidance without burnt colours."""

from __future__ import annotations

import torch
from reverie_plugins.guidance_pack.arithmetic import difference, precise, share, shifted
from torch import Tensor

from studio.plugin.api import GuidanceContext, GuidanceInfo, Memory, NoiseLevel, Option, Prediction


class AdaptiveProjected:
    """`x0_c + (s - 1) (d⊥ + η d∥)` with `d = x0_c - x0_u + β d_before`, made shorter where it is longer than r.

    d∥ is the part of d along x0_c, which makes it stronger and no truer, d⊥ the rest; η is `parallel`, β `momentum`, r
    `threshold`. r is compared with the root mean square of d, so that it means the same at every size: the norm of the
    paper divided by the root of the number of values. d before it is made shorter is remembered. With η = 1, β = 0 and
    r = 0, which stands for no limit, it is plain classifier-free guidance. eps follows x0. The paper takes β = -0.5 in
    many steps; in few ones d falls so fast that the one before outweighs it, so none is the default.
    """

    info = GuidanceInfo(
        "apg",
        "Adaptive projected",
        "Classifier-free without the part that only makes colours stronger, for high guidance.",
        (
            Option(
                "parallel", "Parallel part", "float", 0.0,
                description="How much is kept of what only makes the picture stronger; 1 is all.",
            ),
            Option(
                "threshold", "Largest change", "float", 0.1, 0.0, 10.0,
                description="Of the prompt against no prompt, as root mean square; 0 is no limit.",
            ),
            Option(
                "momentum", "Momentum", "float", 0.0, -0.95, 0.95,
                description="Of the steps before; below 0 turns away from them and needs many steps.",
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
        options = context.options
        change = difference(cond, uncond, level)
        if memory is not None:
            change = change + float(options["momentum"]) * memory["change"]
        update = projected(shortened(change, float(options["threshold"])), cond.x0, float(options["parallel"]))
        return shifted(cond, (scale - 1.0) * update, level), {"change": change}


def shortened(change: Tensor, threshold: float) -> Tensor:
    """Each picture's change, made smaller where its root mean square is larger than `threshold`; 0 is no limit."""
    if threshold == 0:
        return change
    size = precise(change).square().mean(dim=tuple(range(1, change.ndim)), keepdim=True).sqrt()
    shorter: Tensor = (threshold / size.clamp_min(torch.finfo(size.dtype).tiny)).clamp_max(1.0)
    return change * shorter.to(change.dtype)


def projected(change: Tensor, along: Tensor, parallel: float) -> Tensor:
    """`d⊥ + η d∥`: the change with only so much of what lies along x0."""
    wide, direction = precise(change), precise(along)
    kept: Tensor = wide - (1.0 - parallel) * share(wide, direction) * direction
    return kept.to(change.dtype)
