"""Guidance with the contrast of the unguided output (Lin et al. 2023, section 3.4)."""

from __future__ import annotations

import torch
from reverie_plugins.guidance_pack.arithmetic import guided
from torch import Tensor

from studio.plugin.api import (
    GuidanceContext,
    GuidanceInfo,
    Memory,
    NoiseLevel,
    Option,
    Prediction,
    network_output,
    prediction,
)


class Rescaled:
    """Of the guided output o of the network, `φ o std(o_c)/std(o) + (1 - φ) o`, deviations over one picture.

    φ = 0 is plain classifier-free guidance. The recipe's own rescale is that of the built-in rule and not used here.
    """

    info = GuidanceInfo(
        "rescaled",
        "Rescaled",
        "Classifier-free, with the contrast of the output brought back to that of the unguided one.",
        (
            Option(
                "phi", "Rescale φ", "float", 0.7,
                description="0 is plain guidance, 1 has all of the contrast of the unguided output.",
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
        phi, plain = float(context.options["phi"]), guided(cond, uncond, scale)
        if phi == 0:
            return plain, memory
        kind, schedule = context.parametrisation, context.schedule
        calm, output = (network_output(pair, level, kind, schedule) for pair in (cond, plain))
        factor = phi * (_deviation(calm) / _deviation(output)) + (1.0 - phi)
        pair = prediction(factor * output, x, level, kind, schedule)
        return Prediction(pair.x0, pair.eps, cond.variance), memory


def _deviation(output: Tensor) -> Tensor:
    """Of each picture, shape (n, 1, 1, 1); above 0 also for an output that is one colour."""
    found = output.std(dim=tuple(range(1, output.ndim)), keepdim=True)
    return found.clamp_min(torch.finfo(output.dtype).tiny)
