"""Linear multistep (Adams and Bashforth), exact for the uneven steps of a grid in r = sigma/alpha.

The slope eps is extended as the polynomial through its last values; its integral over the step gives their weights.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Polynomial
from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Option, Run, SamplerInfo, Step


class LMS:
    """`x' = alpha' x0 + sigma' eps + alpha' Σ wᵢ (epsᵢ - eps)`, wᵢ the integral of the i-th Lagrange polynomial."""

    info = SamplerInfo(
        name="lms",
        title="LMS",
        description="One network call a step; remembers up to three steps.",
        options=(Option("order", "Order", "int", 4, 1, 4, description="How many slopes each step uses; 1 is Euler."),),
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        after = next_level.alpha * pair.x0 + next_level.sigma * pair.eps
        order = int(run.options["order"])
        count = 0 if memory is None else min(int(memory["count"]), order - 1)
        places = [float(memory[f"ratio{back}"]) for back in range(1, count + 1)] if memory else []
        slopes = [memory[f"eps{back}"] for back in range(1, count + 1)] if memory else []
        if places and level.alpha > 0:
            weights = lagrange([level.ratio, *places], level.ratio, next_level.ratio)
            for weight, eps in zip(weights[1:], slopes, strict=True):
                after = after + next_level.alpha * weight * (eps - pair.eps)
        return Step(after, pair.x0, self._kept(level, pair.eps, places, slopes, order))

    def _kept(
        self, level: NoiseLevel, eps: Tensor, places: list[float], slopes: list[Tensor], order: int
    ) -> Memory | None:
        """The newest slopes, this one first. One at infinite ratio belongs to no polynomial."""
        if level.alpha == 0 or order == 1:
            return None
        ratios, kept = [level.ratio, *places][: order - 1], [eps, *slopes][: order - 1]
        found: dict[str, object] = {"count": len(kept)}
        for back, (ratio, slope) in enumerate(zip(ratios, kept, strict=True), start=1):
            found[f"ratio{back}"], found[f"eps{back}"] = ratio, slope
        return found


def lagrange(places: list[float], start: float, end: float) -> list[float]:
    """The integral from `start` to `end` of each Lagrange polynomial of these places."""
    weights = []
    for number, place in enumerate(places):
        others = np.array([other for k, other in enumerate(places) if k != number])
        basis = Polynomial.fromroots(others) / float(np.prod(place - others)) if len(others) else Polynomial([1.0])
        whole = basis.integ()
        weights.append(float(whole(end) - whole(start)))
    return weights


CONTRIBUTIONS = (LMS(),)
