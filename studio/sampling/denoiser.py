"""The denoiser and its prediction, whatever the network itself puts out.

A network predicts eps, x0, v, a flow velocity or the posterior mean. Samplers see none of that: they get the pair
`x0`, `eps`. Sources: Ho et al. 2020 (eps, mean), Salimans and Ho 2022 (v), Nichol and Dhariwal 2021 (learned variance).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

from studio.errors import StudioError
from studio.sampling.schedule import NoiseLevel, NoiseSchedule, X0Rule, posterior

Parametrisation = Literal["eps", "x0", "v", "flow", "mean"]


@dataclass(frozen=True)
class Prediction:
    """What the denoiser expects: `x0` and `eps`, of the shape of x; they may disagree on purpose (clipping, guidance).

    `variance` is the fraction ν in [0, 1] between the small and the large variance where a network has learned it.
    """

    x0: Tensor
    eps: Tensor
    variance: Tensor | None = None


class Denoiser(Protocol):
    """A function from a state of shape (n, C, h, w) and its level to a prediction."""

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction: ...


def prediction(
    output: Tensor, x: Tensor, level: NoiseLevel, parametrisation: Parametrisation, schedule: NoiseSchedule
) -> Prediction:
    """Turn a network's output at `x` into the pair (x0, eps).

    An output with twice the channels of `x` carries a learned variance in its second half, in [-1, 1].
    Raises `StudioError` for an eps prediction at alpha = 0, where x holds nothing of x0, and for a parametrisation
    that means nothing on the schedule: v is defined for alpha² + sigma² = 1, flow for alpha + sigma = 1.
    """
    variance = None
    if output.shape[1] == 2 * x.shape[1]:
        output, nu = output.chunk(2, dim=1)
        variance = (nu + 1) / 2
    _check_family(parametrisation, schedule)
    x0, eps = _pair(output, x, level, parametrisation, schedule)
    return Prediction(x0, eps, variance)


def _check_family(parametrisation: Parametrisation, schedule: NoiseSchedule) -> None:
    wanted = {"v": "vp", "flow": "flow"}.get(parametrisation, schedule.family)
    if schedule.family != wanted:
        raise StudioError(
            f"This model's prediction type '{parametrisation}' does not fit its noise schedule, so nothing was made. "
            "Correct its scheduler configuration."
        )


def _pair(
    output: Tensor, x: Tensor, level: NoiseLevel, parametrisation: Parametrisation, schedule: NoiseSchedule
) -> tuple[Tensor, Tensor]:
    alpha, sigma = level.alpha, level.sigma
    if parametrisation == "eps":
        if alpha == 0:
            raise StudioError("This model predicts the noise, which says nothing at pure noise. Use another spacing.")
        return (x - sigma * output) / alpha, output
    if parametrisation == "v":
        return alpha * x - sigma * output, alpha * output + sigma * x
    if parametrisation == "flow":
        return x - sigma * output, x + alpha * output
    x0 = _x0_of_mean(output, x, level, schedule) if parametrisation == "mean" else output
    return x0, (x - alpha * x0) / sigma


def _x0_of_mean(mean: Tensor, x: Tensor, level: NoiseLevel, schedule: NoiseSchedule) -> Tensor:
    """Solve the posterior mean for x0, between the level and the one before it in training (not in the grid)."""
    q = posterior(level, schedule.before(level))
    return (mean - q.x_weight * x) / q.x0_weight


def network_output(
    pair: Prediction, level: NoiseLevel, parametrisation: Parametrisation, schedule: NoiseSchedule
) -> Tensor:
    """The output (without variance) that a network of this parametrisation would have given for a consistent pair."""
    if parametrisation == "mean":
        q = posterior(level, schedule.before(level))
        return (q.x_weight * level.alpha + q.x0_weight) * pair.x0 + q.x_weight * level.sigma * pair.eps
    if parametrisation == "v":
        return level.alpha * pair.eps - level.sigma * pair.x0
    if parametrisation == "flow":
        return pair.eps - pair.x0
    return pair.eps if parametrisation == "eps" else pair.x0


def restrict_x0(pair: Prediction, rule: X0Rule) -> Prediction:
    """Clip or threshold x0 as the model's configuration says; eps stays as it was predicted."""
    if rule.quantile is not None:
        return Prediction(_threshold(pair.x0, rule.quantile, rule.quantile_maximum), pair.eps, pair.variance)
    if rule.clip is not None:
        return Prediction(pair.x0.clamp(-rule.clip, rule.clip), pair.eps, pair.variance)
    return pair


def _threshold(x0: Tensor, quantile: float, maximum: float) -> Tensor:
    """Dynamic thresholding (Saharia et al. 2022, section 2.3): scale by the quantile s of |x0|, 1 ≤ s ≤ maximum."""
    flat = x0.flatten(1)
    if flat.dtype not in (torch.float32, torch.float64):  # the quantile is not there in half precision
        flat = flat.float()
    s = torch.quantile(flat.abs(), quantile, dim=1, keepdim=True).clamp(1.0, maximum)
    return (flat.clamp(-s, s) / s).reshape(x0.shape).to(x0.dtype)
