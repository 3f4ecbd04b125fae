"""DDIM inversion: the deterministic process walked from clean to noisy.

Song, Meng and Ermon 2020, section 4.3: with few changes of x between two levels, the prediction at the less noisy one
serves for the step up. Pan et al. 2023 (AIDI): as a fixed point it is the exact reverse of the step down.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from studio.sampling.denoiser import Denoiser
from studio.sampling.grid import TimestepGrid
from studio.sampling.schedule import NoiseLevel, NoiseSchedule


@dataclass(frozen=True)
class Rise:
    """The state `x` at the noisier level, and the prediction `x0` that led there.

    `residual` is how much the last repetition changed the state, relative to it.
    """

    x: Tensor
    x0: Tensor
    residual: float = 0.0


def rising_levels(grid: TimestepGrid, schedule: NoiseSchedule) -> tuple[NoiseLevel, ...]:
    """The n+1 levels of a grid, the noisiest last.

    No network has seen the clean level, so on a grid that ends clean a picture is taken to lie at the first trained
    one.
    """
    last, *others = reversed(grid.levels)
    return (schedule.level(0) if last.sigma == 0 else last, *others)


@torch.inference_mode()
def rise(x: Tensor, level: NoiseLevel, noisier: NoiseLevel, denoiser: Denoiser, refine: int = 0) -> Rise:
    """One step up: `x' = alpha' x0 + sigma' eps`, predicted at `level`.

    Then `refine` times again from the same `x`, predicted at `noisier` where the step led. Between two equal levels
    nothing changes and nothing is asked.
    """
    if level == noisier:
        return Rise(x, x / level.alpha)
    pair = denoiser(x, level)
    x0, after, residual = pair.x0, noisier.alpha * pair.x0 + noisier.sigma * pair.eps, 0.0
    for _ in range(refine):
        before, eps = after, denoiser(after, noisier).eps
        x0 = (x - level.sigma * eps) / level.alpha
        after = noisier.alpha * x0 + noisier.sigma * eps
        residual = float((after - before).float().norm() / after.float().norm())
    return Rise(after, x0, residual)
