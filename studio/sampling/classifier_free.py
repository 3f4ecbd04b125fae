"""Classifier-free guidance (Ho and Salimans 2022), with the rescaling of Lin et al. 2023, section 3.4.

What needs torch is imported with the first call: the window asks for the rule's name long before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.sampling.guidance_rule import GuidanceContext
from studio.sampling.info import GuidanceInfo
from studio.sampling.sampler import Memory
from studio.sampling.schedule import NoiseLevel

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Prediction


class ClassifierFree:
    """`eps = eps_u + s (eps_c - eps_u)`, and x0 in the same way; s = 1 is plain conditional.

    x0 is affine in the network's output, so it makes no difference which of them is combined. With rescale φ > 0 the
    output o is scaled to `φ o std(o_c)/std(o) + (1 - φ) o`, standard deviations over one picture. A learned variance
    is that of the conditional prediction.
    """

    info = GuidanceInfo(
        "classifier_free", "Classifier-free", "Away from the negative prompt, towards the prompt: what everybody uses."
    )

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
        from studio.sampling.denoiser import Prediction

        if scale == 1.0:
            return cond, memory
        x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)
        eps = uncond.eps + scale * (cond.eps - uncond.eps)
        pair = Prediction(x0, eps, cond.variance)
        return (_rescaled(pair, cond, x, level, context) if context.rescale > 0 else pair), memory


def _rescaled(pair: Prediction, cond: Prediction, x: Tensor, level: NoiseLevel, context: GuidanceContext) -> Prediction:
    """Bring the deviation of the network's own output back towards that of the conditional one."""
    from studio.sampling.denoiser import Prediction, network_output, prediction

    wanted = network_output(cond, level, context.parametrisation, context.schedule)
    output = network_output(pair, level, context.parametrisation, context.schedule)
    factor = _deviation(wanted) / _deviation(output)
    output = context.rescale * (output * factor) + (1.0 - context.rescale) * output
    scaled = prediction(output, x, level, context.parametrisation, context.schedule)
    return Prediction(scaled.x0, scaled.eps, cond.variance)


def _deviation(output: Tensor) -> Tensor:
    """Standard deviation of each picture, above 0 also for an output that is one colour."""
    import torch

    deviation = output.std(dim=tuple(range(1, output.ndim)), keepdim=True)
    return deviation.clamp_min(torch.finfo(output.dtype).tiny)
