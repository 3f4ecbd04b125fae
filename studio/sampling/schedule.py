"""Noise levels and the schedules a model was trained on.

A level is `(timestep, alpha, sigma)` with `x = alpha * x0 + sigma * eps`. All arithmetic is in float64 and in numpy,
so the window can draw schedules without loading torch. Sources: Ho et al. 2020 (linear), Rombach et al. 2022 (scaled
linear), Nichol and Dhariwal 2021 (cosine), Song et al. 2021 (variance exploding), Lin et al. 2023 (zero terminal SNR).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.errors import InvalidField

Family = Literal["vp", "ve", "flow"]
Variance = Literal["small", "large", "learned"]
Levels = NDArray[np.float64]

# Where alpha is 0 at the top of a schedule the ratio is infinite; spacings in sigma/alpha start here instead.
RATIO_MAXIMUM = 4096.0


@dataclass(frozen=True)
class NoiseLevel:
    """One noise level. `timestep` is what the network is told; -1 stands for the clean level, which it never sees."""

    timestep: float
    alpha: float
    sigma: float

    @property
    def ratio(self) -> float:
        """sigma / alpha, infinite where alpha is 0."""
        return self.sigma / self.alpha if self.alpha > 0 else math.inf

    @property
    def snr(self) -> float:
        """alpha² / sigma², infinite at the clean level."""
        return (self.alpha / self.sigma) ** 2 if self.sigma > 0 else math.inf


CLEAN = NoiseLevel(timestep=-1.0, alpha=1.0, sigma=0.0)


@dataclass(frozen=True)
class X0Rule:
    """What a model's configuration says about its x0: clip to ±`clip`, or threshold by a quantile (Saharia et al. 2022)."""

    clip: float | None = None
    quantile: float | None = None
    quantile_maximum: float = 1.0


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    """The levels a model was trained on, noise rising: `alphas`, `sigmas`, `timesteps` have shape (T,), float64.

    The other fields are what a model's scheduler configuration adds: the offset of leading timesteps, its own spacing,
    whether DDIM ends clean (`set_alpha_to_one`), whether every sampler ends at the first trained level instead
    (`final_sigma_min`), the variance of DDPM, and the rule for x0.
    """

    alphas: Levels
    sigmas: Levels
    timesteps: Levels
    family: Family = "vp"
    steps_offset: int = 0
    spacing: str = "leading"
    set_alpha_to_one: bool = True
    final_sigma_min: bool = False
    variance: Variance = "small"
    x0_rule: X0Rule | None = None

    def __len__(self) -> int:
        return len(self.alphas)

    def level(self, index: float) -> NoiseLevel:
        """The trained level number `index`, 0 to T-1. Between two of them sigma/alpha is interpolated linearly."""
        if not 0 <= index <= len(self) - 1:
            raise InvalidField("timesteps", f"Timestep {index:g} is out of range. Use 0 to {len(self) - 1}.")
        if index == int(index):
            i = int(index)
            return NoiseLevel(float(self.timesteps[i]), float(self.alphas[i]), float(self.sigmas[i]))
        places = np.arange(len(self))
        ratio = float(np.interp(index, places, self.ratios()))
        return self._with_ratio(ratio, float(np.interp(index, places, self.timesteps)))

    def at(self, ratio: float) -> NoiseLevel:
        """The level with this sigma/alpha; its timestep is interpolated in log(sigma/alpha) between trained levels."""
        if ratio <= 0:
            return CLEAN
        timestep = float(np.interp(math.log(ratio), np.log(self.ratios()), self.timesteps))
        return self._with_ratio(ratio, timestep)

    def ratios(self) -> Levels:
        """sigma / alpha of all trained levels, `RATIO_MAXIMUM` where alpha is 0."""
        highest = np.full_like(self.sigmas, RATIO_MAXIMUM)
        return np.divide(self.sigmas, self.alphas, out=highest, where=self.alphas > 0)

    def _with_ratio(self, ratio: float, timestep: float) -> NoiseLevel:
        if self.family == "ve":
            return NoiseLevel(timestep, 1.0, ratio)
        if self.family == "flow":
            return NoiseLevel(timestep, 1.0 / (1.0 + ratio), ratio / (1.0 + ratio))
        alpha = 1.0 / math.sqrt(1.0 + ratio * ratio)
        return NoiseLevel(timestep, alpha, ratio * alpha)


def from_betas(betas: ArrayLike, *, zero_terminal_snr: bool = False) -> NoiseSchedule:
    """The variance-preserving schedule of β: `alpha = sqrt(ᾱ)`, `sigma = sqrt(1 - ᾱ)`, `ᾱ_t = Π (1 - β_s)`."""
    beta = np.asarray(betas, dtype=np.float64)
    if beta.ndim != 1 or not len(beta) or not np.all((beta >= 0) & (beta <= 1)):
        raise ValueError("betas are a list of numbers from 0 to 1")
    root = np.sqrt(np.cumprod(1.0 - beta))
    if zero_terminal_snr:
        # Lin et al. 2023, Algorithm 1: shift so that the last is 0, scale so that the first stays.
        root = (root - root[-1]) * root[0] / (root[0] - root[-1])
    return NoiseSchedule(root, np.sqrt(1.0 - root**2), np.arange(len(root), dtype=np.float64))


def linear_betas(start: float = 1e-4, end: float = 0.02, steps: int = 1000) -> Levels:
    """β of DDPM (Ho et al. 2020, section 4)."""
    return np.linspace(start, end, steps, dtype=np.float64)


def scaled_linear_betas(start: float = 0.00085, end: float = 0.012, steps: int = 1000) -> Levels:
    """β of latent diffusion (Rombach et al. 2022): linear in the square root."""
    return np.linspace(math.sqrt(start), math.sqrt(end), steps, dtype=np.float64) ** 2


def cosine_betas(steps: int = 1000, s: float = 0.008, maximum: float = 0.999) -> Levels:
    """β of the cosine schedule (Nichol and Dhariwal 2021, equation 17), each at most `maximum`."""
    bar = np.cos((np.arange(steps + 1) / steps + s) / (1 + s) * math.pi / 2) ** 2
    betas: Levels = np.minimum(1.0 - bar[1:] / bar[:-1], maximum)
    return betas


def variance_exploding(sigma_min: float = 0.01, sigma_max: float = 50.0, steps: int = 1000) -> NoiseSchedule:
    """alpha = 1 and sigma geometric (Song et al. 2021, section 3.4)."""
    sigmas = np.geomspace(sigma_min, sigma_max, steps, dtype=np.float64)
    return NoiseSchedule(np.ones(steps), sigmas, np.arange(steps, dtype=np.float64), family="ve")


def rectified_flow(steps: int = 1000, shift: float = 1.0) -> NoiseSchedule:
    """alpha = 1 - t, sigma = t for t in (0, 1], shifted to s t / (1 + (s - 1) t); the network is told 1000 t."""
    t = np.arange(1, steps + 1, dtype=np.float64) / steps
    t = shift * t / (1.0 + (shift - 1.0) * t)
    return NoiseSchedule(1.0 - t, t, 1000.0 * t, family="flow")


@dataclass(frozen=True)
class Posterior:
    """q(x' | x, x0) between two levels: mean `x_weight * x + x0_weight * x0`, variance `small`; `beta` is the large one."""

    x_weight: float
    x0_weight: float
    beta: float
    small: float


def posterior(level: NoiseLevel, next_level: NoiseLevel) -> Posterior:
    """The posterior of Ho et al. 2020, equations 6 and 7, for any two levels: with `a = alpha/alpha'`,
    `β = sigma² - a² sigma'²`, `μ̃ = (a sigma'²/sigma²) x + (alpha' β/sigma²) x0`, `β̃ = β sigma'²/sigma²`.
    """
    a = level.alpha / next_level.alpha
    beta = max(level.sigma**2 - (a * next_level.sigma) ** 2, 0.0)
    part = next_level.sigma**2 / level.sigma**2
    return Posterior(a * part, next_level.alpha * beta / level.sigma**2, beta, beta * part)
