"""What the host does to the state after every step, and once to the start, so that the known part stays known.

A constraint stands outside the sampler and the denoiser: a DDPM step that saw an exact x0 would draw the wrong mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from studio.sampling.schedule import NoiseLevel


class Constraint(Protocol):
    """Applied to the state after `done` of `steps` steps, at its level."""

    def hold(self, x: Tensor, level: NoiseLevel, done: int, steps: int) -> Tensor: ...


@dataclass(frozen=True)
class Blend:
    """`x' = (1 - m)(alpha' x_known + sigma' z) + m x'` (RePaint, Lugmayr et al. 2022, equation 8).

    `known` is the latent of the picture and `noise` the z that the run started with, both (1, C, h, w); `mask` is m,
    (1, 1, h, w), 1 = repaint. One z for all levels: a full mask is then text to image, exactly.
    """

    known: Tensor
    noise: Tensor
    mask: Tensor

    def hold(self, x: Tensor, level: NoiseLevel, done: int, steps: int) -> Tensor:
        return (1.0 - self.mask) * _at_level(self.known, self.noise, level) + self.mask * x


@dataclass(frozen=True)
class Soft:
    """Differential diffusion (Levin and Fried 2023): a cell is kept while `m < 1 - i/n`, then it is released for good.

    The tensors are those of `Blend`; m is how much a cell may change, so 0.5 is released after half of the steps.
    """

    known: Tensor
    noise: Tensor
    mask: Tensor

    def hold(self, x: Tensor, level: NoiseLevel, done: int, steps: int) -> Tensor:
        kept = self.mask < 1.0 - done / steps
        return torch.where(kept, _at_level(self.known, self.noise, level), x)


def _at_level(known: Tensor, noise: Tensor, level: NoiseLevel) -> Tensor:
    """The known picture at the noise level of the state: a draw of q(x_t | x_0) with a fixed noise."""
    return level.alpha * known + level.sigma * noise
