"""Classifier guidance (Dhariwal and Nichol 2021, Algorithm 2): the slope of a classifier of noisy latents is a guide.

The score of p(x | y) is that of p(x) plus `∇ log p(y | x)`, and eps is `-sigma` times the score. The classifier was
trained by `train.py` on latents of the built-in model and knows no other model's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from studio.plugin.api import GuidanceContext, GuidanceInfo, Memory, NoiseLevel, Option, Prediction

CLASSES = {
    "apple": "Red apple",
    "lemon": "Lemon",
    "strawberry": "Strawberry",
    "rose": "Rose",
    "sunflower": "Sunflower",
    "heart": "Red heart",
    "fish": "Fish",
    "owl": "Owl",
    "panda": "Panda",
    "house": "House",
}
"""What can be asked for, in the order of the classifier's outputs. One more output, the last, is anything else."""

CHANNELS, WIDTHS, GROUPS = 4, (32, 64, 96), 8
PLACES = 8
WEIGHTS = Path(__file__).with_name("classifier.safetensors")

Weights = Mapping[str, Tensor]


def shapes() -> dict[str, tuple[int, ...]]:
    """The shapes of all weights: three stages of two 3×3 convolutions, each told the noise by a scale and a shift."""
    found: dict[str, tuple[int, ...]] = {}
    before = CHANNELS
    for stage, width in enumerate(WIDTHS):
        for part, channels in (("first", before), ("second", width)):
            found[f"{stage}.{part}.weight"] = (width, channels, 3, 3)
            found[f"{stage}.{part}.bias"] = (width,)
        found[f"{stage}.noise.weight"] = (2 * width, PLACES)
        found[f"{stage}.noise.bias"] = (2 * width,)
        before = width
    return found | {"out.weight": (len(CLASSES) + 1, before), "out.bias": (len(CLASSES) + 1,)}


def logits(weights: Weights, x: Tensor, log_ratio: Tensor) -> Tensor:
    """Scores (n, classes + 1) of states (n, 4, h, w) with deviation about 1; `log_ratio` (n,) is log(sigma/alpha)."""
    noise = _places(log_ratio)
    for stage in range(len(WIDTHS)):
        scale, shift = F.linear(noise, weights[f"{stage}.noise.weight"], weights[f"{stage}.noise.bias"]).chunk(2, dim=1)
        x = F.conv2d(x, weights[f"{stage}.first.weight"], weights[f"{stage}.first.bias"], padding=1)
        x = F.group_norm(x, GROUPS) * (1 + scale[:, :, None, None]) + shift[:, :, None, None]
        x = F.conv2d(F.silu(x), weights[f"{stage}.second.weight"], weights[f"{stage}.second.bias"], padding=1)
        x = F.avg_pool2d(F.silu(F.group_norm(x, GROUPS)), 2, ceil_mode=True)
    return F.linear(x.mean(dim=(2, 3)), weights["out.weight"], weights["out.bias"])


def _places(log_ratio: Tensor) -> Tensor:
    """The noise as numbers (n, 8) in [-1, 1]: sines and cosines of four frequencies."""
    angle = log_ratio[:, None].clamp(-8.0, 8.0) * (math.pi / 16) * 2.0 ** torch.arange(PLACES // 2).to(log_ratio)
    return torch.cat([angle.sin(), angle.cos()], dim=1)


@cache
def trained(device: torch.device, dtype: torch.dtype) -> Weights:
    """The weights beside this file, read once for each place and precision."""
    with torch.inference_mode(False):  # what is made in inference mode has no slope
        return {name: tensor.to(device, dtype) for name, tensor in load_file(WEIGHTS).items()}


def log_probability(x: Tensor, level: NoiseLevel) -> Tensor:
    """log p(y | x), shape (n, classes + 1), of states (n, 4, h, w) at a level of any schedule.

    `x / sqrt(alpha² + sigma²)` is the state of a variance-preserving schedule with the same sigma/alpha.
    """
    size = math.hypot(level.alpha, level.sigma)
    log_ratio = torch.full((len(x),), math.log(level.ratio), dtype=x.dtype, device=x.device)
    return F.log_softmax(logits(trained(x.device, x.dtype), x / size, log_ratio), dim=1)


class Classifier:
    """`eps = eps_c - sigma · pull · ∇ log p(target | x)`, and x0 so that `x = alpha x0 + sigma eps` still holds.

    The recipe's scale is used as well: eps_c is first guided by the words, `eps_u + s (eps_c - eps_u)`. At s = 1 it is
    the classifier alone. Where alpha is 0 nothing is left of the picture, and nothing is pulled.
    """

    info = GuidanceInfo(
        "classifier",
        "Classifier",
        "Pulls towards one of ten things, also at guidance 1 and without a prompt. For the built-in model alone.",
        (
            Option(
                "target", "Target", "choice", "apple", choices=tuple(CLASSES.items()),
                description="What it pulls towards.",
            ),
            Option(
                "pull", "Pull", "float", 3.0, 0.0, 30.0,
                description="How strongly: 0 is not at all, 1 is what the classifier believes, more makes it surer.",
            ),
        ),
        at_scale_one=True,
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
        if x.shape[1] != CHANNELS:
            raise ValueError(f"the classifier knows latents of {CHANNELS} channels, those of the built-in model")
        pair = cond
        if scale != 1.0:
            x0, eps = (u + scale * (c - u) for c, u in ((cond.x0, uncond.x0), (cond.eps, uncond.eps)))
            pair = Prediction(x0, eps, cond.variance)
        pull = float(context.options["pull"])
        if pull == 0 or level.alpha == 0:
            return pair, memory
        push = level.sigma * pull * slope(x, level, str(context.options["target"]))
        return Prediction(pair.x0 + (level.sigma / level.alpha) * push, pair.eps - push, pair.variance), memory


def slope(x: Tensor, level: NoiseLevel, target: str) -> Tensor:
    """`∇ log p(target | x)` with respect to x, of its shape and dtype; half precisions are computed in float32."""
    with torch.inference_mode(False), torch.enable_grad():
        working = torch.float64 if x.dtype == torch.float64 else torch.float32
        at = x.clone().to(working).requires_grad_()
        found = log_probability(at, level)[:, [*CLASSES].index(target)].sum()
        (gradient,) = torch.autograd.grad(found, at)
    return gradient.to(x.dtype)


CONTRIBUTIONS = (Classifier(),)
