"""Runge-Kutta on the probability-flow ODE (Song et al. 2021): the classical method of order 4, and Dormand-Prince 4(5).

In `u = log(sigma/alpha)` the state `y = x/alpha` follows `dy/du = exp(u) eps`. Both end with an Euler step where the
next level is clean, and begin with one where alpha is 0: there the equation has no finite u.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Option, Run, SamplerInfo, Step

# Dormand and Prince 1980: nodes, stages, and the weights of order 5 and 4.
NODES = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
STAGES = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
FIFTH = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0.0)
FOURTH = (5179 / 57600, 0.0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40)
SUBSTEPS_MAXIMUM = 64
SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0


class _Flow:
    """The slope of the equation, asked of the denoiser."""

    def __init__(self, denoiser: Denoiser, run: Run) -> None:
        self._denoiser, self._run = denoiser, run

    def slope(self, y: Tensor, u: float) -> Tensor:
        level = self._run.schedule.at(math.exp(u))
        return math.exp(u) * self._denoiser(level.alpha * y, level).eps


class RungeKutta4:
    """`y' = y + h/6 (k1 + 2 k2 + 2 k3 + k4)`."""

    info = SamplerInfo(
        name="rk4",
        title="Runge-Kutta 4",
        description="Four network calls a step. True with very few steps.",
        calls_per_step=4,
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        if _is_end(level, next_level):
            return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0)
        flow, u = _Flow(denoiser, run), math.log(level.ratio)
        h, y = math.log(next_level.ratio) - u, x / level.alpha
        k1 = level.ratio * pair.eps
        k2 = flow.slope(y + h / 2 * k1, u + h / 2)
        k3 = flow.slope(y + h / 2 * k2, u + h / 2)
        k4 = flow.slope(y + h * k3, u + h)
        return Step(next_level.alpha * (y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)), pair.x0)


class RungeKutta45:
    """Steps of order 5, each as long as its difference from order 4 allows."""

    info = SamplerInfo(
        name="rk45",
        title="Runge-Kutta 4(5), adaptive",
        description="Chooses its own steps between those of the grid, as fine as the tolerance asks.",
        options=(
            Option(
                "tolerance", "Tolerance", "float", 0.01, 0.00001, 1.0,
                description="How large the error of a step may be, relative to the state.",
            ),
        ),
        per_image=True,
        calls_per_step=7,
    )  # fmt: skip

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        if _is_end(level, next_level):
            return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0)
        flow, tolerance = _Flow(denoiser, run), float(run.options["tolerance"])
        u, end, y = math.log(level.ratio), math.log(next_level.ratio), x / level.alpha
        first, h = level.ratio * pair.eps, math.log(next_level.ratio) - math.log(level.ratio)
        for _ in range(SUBSTEPS_MAXIMUM):
            h = max(h, end - u)  # towards less noise u falls, so h is negative
            slopes = _stages(flow, y, u, h, first)
            after, other = _sum(y, h, FIFTH, slopes), _sum(y, h, FOURTH, slopes)
            error = float((after - other).norm() / (tolerance * (y.norm() + after.norm()) / 2))
            if error <= 1.0:
                y, u, first = after, u + h, slopes[-1]
                if u <= end + 1e-9:
                    break
            h *= min(GROW, max(SHRINK, SAFETY * max(error, 1e-10) ** -0.2))
        else:
            y = y + (end - u) * first
        return Step(next_level.alpha * y, pair.x0)


def _is_end(level: NoiseLevel, next_level: NoiseLevel) -> bool:
    return next_level.sigma == 0 or level.alpha == 0 or level == next_level


def _stages(flow: _Flow, y: Tensor, u: float, h: float, first: Tensor) -> list[Tensor]:
    slopes = [first]
    for node, weights in zip(NODES[1:], STAGES[1:], strict=True):
        slopes.append(flow.slope(_sum(y, h, weights, slopes), u + node * h))
    return slopes


def _sum(y: Tensor, h: float, weights: Sequence[float], slopes: Sequence[Tensor]) -> Tensor:
    for weight, slope in zip(weights, slopes, strict=True):
        if weight:
            y = y + h * weight * slope
    return y


CONTRIBUTIONS = (RungeKutta4(), RungeKutta45())
