"""UniPC (Zhao et al. 2023), multistep, in the form that predicts x0, for any two levels.

With `λ = -log(sigma/alpha)`, `h = λ' - λ` the exact step is
`x' = (sigma'/sigma) x + alpha' h ∫ exp(-h (1 - s)) x0(s) ds`, s from 0 to 1 along λ. The predictor takes for x0(s) the
polynomial through this prediction and those before; the corrector takes the one at the end of the step as well, which
the next step asks for anyway. What a step remembers is therefore its predictions and their λ, and the next one begins
with the difference that the new prediction makes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, Option, Run, SamplerInfo, Step

SERIES_TERMS = 20


@dataclass(frozen=True)
class _Point:
    """A prediction of x0, of the shape of x, and the λ it was made at."""

    x0: Tensor
    half_log_snr: float


class UniPC:
    """UniP of the chosen order, corrected by UniC of the same. Orders rise from 1 and fall to 1 before a clean end."""

    info = SamplerInfo(
        name="unipc",
        title="UniPC",
        description="One network call a step, true with 5 to 15 steps.",
        options=(
            Option(
                "order", "Order", "int", 2, 1, 3,
                description="How many predictions a step looks at: 2 with guidance, 3 without.",
            ),
            Option(
                "variant", "Variant", "choice", "bh2",
                choices=(("bh1", "B1, for fewer than 10 steps without guidance"), ("bh2", "B2")),
                description="The weight where it looks at one other prediction only.",
            ),
        ),
    )  # fmt: skip

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        plain = next_level.alpha - level.alpha * next_level.sigma / level.sigma  # alpha' (1 - exp(-h)), h infinite too
        if level.alpha == 0:
            return Step((next_level.sigma / level.sigma) * x + plain * pair.x0, pair.x0)
        here, variant = _Point(pair.x0, -math.log(level.ratio)), str(run.options["variant"])
        past = _points(memory)
        if memory is not None and memory["order"] > 0:
            used = past[: int(memory["order"])]
            x = x + level.alpha * (_bend([*used, here], here, variant) - _bend(used, here, variant))
        points = [here, *(point for point in past if point.half_log_snr != here.half_log_snr)]
        order = _order(run, level, next_level, len(points))
        after = (next_level.sigma / level.sigma) * x + plain * pair.x0
        if order > 1:
            end = _Point(pair.x0, -math.log(next_level.ratio))
            after = after + next_level.alpha * _bend(points[:order], end, variant)
        kept = points[: int(run.options["order"])]
        x0s, half_log_snrs = [point.x0 for point in kept], [point.half_log_snr for point in kept]
        return Step(after, pair.x0, {"x0s": x0s, "half_log_snrs": half_log_snrs, "order": order})


def _points(memory: Memory | None) -> list[_Point]:
    """What is remembered, the newest first."""
    if memory is None:
        return []
    return [_Point(x0, float(at)) for x0, at in zip(memory["x0s"], memory["half_log_snrs"], strict=True)]


def _order(run: Run, level: NoiseLevel, next_level: NoiseLevel, known: int) -> int:
    """How many predictions the predictor takes; 0 where there is nothing to predict or correct."""
    if level == next_level:
        return 0
    left = run.grid.steps - run.index if run.grid.levels[-1].sigma == 0 else known
    return min(int(run.options["order"]), known, left)


def _bend(points: Sequence[_Point], end: _Point, variant: str) -> Tensor | float:
    """What the polynomial through the points adds to a step that begins at the first, in units of alpha'.

    `Σ w_m (x0_m - x0) / r_m`, `r_m = (λ_m - λ) / h`, where `Σ w_m r_m^(k-1) = I_k` for k from 1 to the number of the
    others. With one other alone the paper takes `w = B(h) / 2`, with `B = h` or `B = 1 - exp(-h)`.
    """
    first, others = points[0], points[1:]
    if not others:
        return 0.0
    h = end.half_log_snr - first.half_log_snr
    ratios = np.array([(point.half_log_snr - first.half_log_snr) / h for point in others])
    if len(others) == 1:
        weights = np.array([(h if variant == "bh1" else -math.expm1(-h)) / 2])
    else:
        powers = np.arange(len(others))
        weights = np.linalg.solve(ratios[None, :] ** powers[:, None], [_integral(int(k) + 1, h) for k in powers])
    parts = [
        float(weight / ratio) * (point.x0 - first.x0)
        for weight, ratio, point in zip(weights, ratios, others, strict=True)
    ]
    return sum(parts[1:], parts[0])


def _integral(k: int, h: float) -> float:
    """`I_k = h ∫ exp(-h (1 - s)) s^k ds` over [0, 1]: `I_0 = 1 - exp(-h)`, `I_k = 1 - (k/h) I_(k-1)`.

    For small h a series, because the recursion loses digits there.
    """
    if abs(h) < 1.0:
        factors = (math.factorial(k) / math.factorial(j + k + 1) for j in range(SERIES_TERMS))
        return math.fsum((-1.0) ** j * h ** (j + 1) * factor for j, factor in enumerate(factors))
    return -math.expm1(-h) if k == 0 else 1.0 - k / h * _integral(k - 1, h)


CONTRIBUTIONS = (UniPC(),)
