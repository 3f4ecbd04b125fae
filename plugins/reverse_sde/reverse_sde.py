"""The reverse SDE (Song et al. 2021): Euler-Maruyama, and predictor-corrector with Langevin steps (algorithms 4 and 5).

`dx = f x dt + g dW` has the marginals `alpha x0 + sigma eps` if `f dt = d log alpha` and `g² dt = alpha² d(r²)` with
`r = sigma/alpha`; so VP (`f = -β/2`, `g² = β`), VE and sub-VP are one formula, between any two levels. Backwards in
time the drift is `f x - g² score` with `score = -eps / sigma`.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from studio.plugin.api import Denoiser, Memory, NoiseLevel, NoiseSchedule, Option, Prediction, Run, SamplerInfo, Step

NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)
SMALLEST_NORM = 1e-12


class EulerMaruyama:
    """`x' = (1 + F) x + G score + sqrt(G) z`, `F = log(alpha'/alpha)`, `G = ∫ alpha² d(r²)` over the step."""

    info = SamplerInfo(
        name="euler_maruyama",
        title="Euler-Maruyama",
        description="The plainest solver of the reverse equation. Wants hundreds of steps.",
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        return Step(_predicted(x, pair, level, next_level, run), pair.x0)


class PredictorCorrector:
    """The step above, and Langevin steps `x + ε score + sqrt(2 ε) z` at the level it leads to."""

    info = SamplerInfo(
        name="predictor_corrector",
        title="Predictor-corrector",
        description="An Euler-Maruyama step, then Langevin steps at the same noise.",
        options=(
            Option(
                "corrections", "Corrections", "int", 1, 0, 10,
                description="Langevin steps after each step; each takes one network call.",
            ),
            Option("snr", "Signal to noise", "float", 0.16, 0.01, 0.5, description="How long a Langevin step is."),
        ),
        per_image=True,
        calls_per_step=2,
    )  # fmt: skip

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        x = _predicted(x, pair, level, next_level, run)
        corrections = int(run.options["corrections"]) if next_level.sigma > 0 else 0
        for _ in range(corrections):
            x = _corrected(x, next_level, denoiser, run)
        return Step(x, pair.x0)


def _predicted(x: Tensor, pair: Prediction, level: NoiseLevel, next_level: NoiseLevel, run: Run) -> Tensor:
    """The step from x. To a clean level there is no noise: x0 itself. At alpha 0 F has no value: Euler's step."""
    if next_level.sigma == 0 or level.alpha == 0 or level == next_level:
        return next_level.alpha * pair.x0 + next_level.sigma * pair.eps
    growth, diffusion = math.log(next_level.alpha / level.alpha), _diffusion(level, next_level, run.schedule)
    noise = run.noise_between(level, next_level)
    return (1.0 + growth) * x - (diffusion / level.sigma) * pair.eps + math.sqrt(diffusion) * noise


def _diffusion(level: NoiseLevel, next_level: NoiseLevel, schedule: NoiseSchedule) -> float:
    """`G = ∫ g² dt = ∫ 2 sigma² d log r` between two levels, by Gauss' quadrature."""
    low, high = math.log(next_level.ratio), math.log(level.ratio)
    places = (low + high) / 2 + (high - low) / 2 * NODES
    sigmas = np.array([schedule.at(math.exp(place)).sigma for place in places])
    return float((high - low) * (WEIGHTS * sigmas**2).sum())


def _corrected(x: Tensor, level: NoiseLevel, denoiser: Denoiser, run: Run) -> Tensor:
    """One Langevin step, `ε = 2 a (snr ‖z‖ / ‖score‖)²` for each picture; `a` is `1 - β` of the trained step here."""
    score, noise = -denoiser(x, level).eps / level.sigma, run.noise()
    kept = (level.alpha / run.schedule.before(level).alpha) ** 2
    ratio = _norms(noise) / _norms(score).clamp(min=SMALLEST_NORM)
    size = 2.0 * kept * (float(run.options["snr"]) * ratio) ** 2
    return x + size * score + (2.0 * size).sqrt() * noise


def _norms(x: Tensor) -> Tensor:
    """The length of each picture, shape (n, 1, 1, 1)."""
    lengths: Tensor = torch.linalg.vector_norm(x, dim=(1, 2, 3), keepdim=True)
    return lengths


CONTRIBUTIONS = (EulerMaruyama(), PredictorCorrector())
