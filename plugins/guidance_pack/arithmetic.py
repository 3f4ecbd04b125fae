"""What several rules compute alike."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.plugin.api import NoiseLevel, Prediction


def guided(cond: Prediction, uncond: Prediction, scale: float) -> Prediction:
    """Classifier-free guidance (Ho and Salimans 2022): `x0_u + s (x0_c - x0_u)`, and eps in the same way."""
    x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)
    return Prediction(x0, uncond.eps + scale * (cond.eps - uncond.eps), cond.variance)


def shifted(pair: Prediction, change: Tensor, level: NoiseLevel) -> Prediction:
    """The pair with `change` added to its x0, and eps such that `alpha x0 + sigma eps` is what it was."""
    return Prediction(pair.x0 + change, pair.eps - (level.alpha / level.sigma) * change, pair.variance)


def difference(one: Prediction, other: Prediction, level: NoiseLevel) -> Tensor:
    """x0 of one less x0 of the other, of predictions at one state, from all that both say.

    `-sigma (alpha Δeps - sigma Δx0) / (alpha² + sigma²)` is Δx0 where `alpha Δx0 + sigma Δeps = 0`. With little noise
    Δx0 itself is small beside x0 and lost in half precision, with much noise Δeps is; this keeps its digits in both.
    """
    output = level.alpha * (one.eps - other.eps) - level.sigma * (one.x0 - other.x0)
    return output * (-level.sigma / (level.alpha**2 + level.sigma**2))


def precise(x: Tensor) -> Tensor:
    """The same numbers in a precision in which sums over a picture are good."""
    return x if x.dtype == torch.float64 else x.float()


def share(a: Tensor, b: Tensor) -> Tensor:
    """How much of b is in a, `<a, b> / <b, b>`, picture by picture, shape (n, 1, 1, 1); 0 where b is 0."""
    over = tuple(range(1, a.ndim))
    length = (b * b).sum(dim=over, keepdim=True)
    return (a * b).sum(dim=over, keepdim=True) / length.clamp_min(torch.finfo(length.dtype).tiny)
