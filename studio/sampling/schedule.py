"""Noise levels and the schedules a model was trained on.

A level is `(timestep, alpha, sigma)` with `x = alpha * x0 + sigma * eps`. All arithmetic is in float64 and in numpy,
so the window can draw schedules without loading torch. Sources: Ho et al. 2020 (linear), Rombach et al. 2022 (scaled
linear), Nichol and Dhariwal 2021 (cosine), Song et al. 2021 (variance exploding, sub-VP), Lin et al. 2023 (zero
terminal SNR).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.errors import InvalidField

Family = Literal["vp", "ve", "sub_vp", "flow"]
Variance = Literal["small", "large", "learned"]
Levels = NDArray[np.float64]

# Where alpha is 0 at the top of a schedule the ratio is infinite; spacings in sigma/alpha start here instead,
# or at twice the ratio below where that is higher.
RATIO_MAXIMUM = 4096.0

# The networks of the flow family are told 1000 t, however many levels the schedule has.
FLOW_TIME = 1000.0


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
    """What a model's configuration says about its x0.

    Clip to ±`clip`, or threshold by a quantile of |x0| (Saharia et al. 2022), which goes first where both are given.
    """

    clip: float | None = None
    quantile: float | None = None
    quantile_maximum: float = 1.0


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    """The levels a model was trained on, noise rising: `alphas`, `sigmas`, `timesteps` have shape (T,), float64.

    Only the last alpha may be 0. Raises `ValueError` for levels that are not finite or whose noise does not rise.
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

    def __post_init__(self) -> None:
        for name in ("alphas", "sigmas", "timesteps"):
            column = np.array(getattr(self, name), dtype=np.float64)
            column.setflags(write=False)
            object.__setattr__(self, name, column)
        columns = (self.alphas, self.sigmas, self.timesteps)
        if self.alphas.ndim != 1 or not len(self) or any(c.shape != self.alphas.shape for c in columns):
            raise ValueError("alphas, sigmas and timesteps are lists of one length, at least 1")
        if not all(np.all(np.isfinite(c)) for c in columns) or np.any(self.sigmas <= 0) or np.any(self.alphas < 0):
            raise ValueError("levels are finite, with sigma above 0 and alpha at least 0")
        if np.any(self.alphas[:-1] == 0) or np.any(np.diff(self.ratios()) <= 0):
            raise ValueError("the noise of a schedule rises from level to level")

    def __len__(self) -> int:
        return len(self.alphas)

    def level(self, index: float) -> NoiseLevel:
        """The trained level number `index`, 0 to T-1. Between two of them sigma/alpha is interpolated linearly.

        In the flow family it is sigma that is linear, because there it is the time that the network is told.
        Raises `InvalidField` for an index out of range.
        """
        if not 0 <= index <= len(self) - 1:
            raise InvalidField("timesteps", f"Timestep {index:g} is out of range. Use 0 to {len(self) - 1}.")
        if index == int(index):
            i = int(index)
            return NoiseLevel(float(self.timesteps[i]), float(self.alphas[i]), float(self.sigmas[i]))
        places = np.arange(len(self))
        timestep = float(np.interp(index, places, self.timesteps))
        if self.family == "flow":
            sigma = float(np.interp(index, places, self.sigmas))
            return NoiseLevel(timestep, 1.0 - sigma, sigma)
        return self._with_ratio(float(np.interp(index, places, self.ratios())), timestep)

    def at(self, ratio: float) -> NoiseLevel:
        """The level with this sigma/alpha; its timestep is interpolated in log(sigma/alpha) between trained levels.

        0 gives the clean level; infinity gives the last one, where alpha is 0 there.
        Raises `ValueError` for a ratio that no level has.
        """
        if ratio == 0:
            return CLEAN
        if math.isinf(ratio) and ratio > 0 and self.alphas[-1] == 0:
            return self.level(len(self) - 1)
        if not 0 < ratio < math.inf:
            raise ValueError(f"no level has sigma/alpha = {ratio}")
        timestep = float(np.interp(math.log(ratio), np.log(self.ratios()), self.timesteps))
        return self._with_ratio(ratio, timestep)

    def before(self, level: NoiseLevel) -> NoiseLevel:
        """The level one trained step before `level`, whatever the grid; before the first one it is clean."""
        place = float(np.interp(level.timestep, self.timesteps, np.arange(len(self)))) - 1.0
        if place >= 0:
            return self.level(place)
        return self.at(float(self.ratios()[0]) * max(place + 1.0, 0.0))

    def time(self, level: NoiseLevel) -> float:
        """The trained time t/T of a level, 0 to 1."""
        return max(level.timestep, 0.0) / (FLOW_TIME if self.family == "flow" else len(self))

    def ratios(self) -> Levels:
        """sigma / alpha of all trained levels, finite and rising: `RATIO_MAXIMUM` or more where alpha is 0."""
        below = float(self.sigmas[-2] / self.alphas[-2]) if len(self) > 1 else 0.0
        highest = np.full_like(self.sigmas, RATIO_MAXIMUM if below < RATIO_MAXIMUM else 2.0 * below)
        return np.divide(self.sigmas, self.alphas, out=highest, where=self.alphas > 0)

    def _with_ratio(self, ratio: float, timestep: float) -> NoiseLevel:
        if self.family == "ve":
            return NoiseLevel(timestep, 1.0, ratio)
        if self.family == "flow":
            return NoiseLevel(timestep, 1.0 / (1.0 + ratio), ratio / (1.0 + ratio))
        if self.family == "sub_vp":
            alpha = 2.0 / (ratio + math.sqrt(ratio * ratio + 4.0))  # of sigma = 1 - alpha²
        else:
            alpha = 1.0 / math.sqrt(1.0 + ratio * ratio)
        return NoiseLevel(timestep, alpha, ratio * alpha)


def from_betas(betas: ArrayLike, *, zero_terminal_snr: bool = False) -> NoiseSchedule:
    """The variance-preserving schedule of β: `alpha = sqrt(ᾱ)`, `sigma = sqrt(1 - ᾱ)`, `ᾱ_t = Π (1 - β_s)`.

    Raises `ValueError` for betas that are not above 0 and below 1; the last may be 1.
    """
    beta = np.asarray(betas, dtype=np.float64)
    if beta.ndim != 1 or not len(beta) or not np.all((beta > 0) & (beta <= 1)):
        raise ValueError("betas are a list of numbers above 0 and at most 1")
    root = np.sqrt(np.cumprod(1.0 - beta))
    if zero_terminal_snr:
        if len(root) < 2:
            raise ValueError("zero terminal SNR needs at least two levels")
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


def sub_vp(beta_min: float = 0.1, beta_max: float = 20.0, steps: int = 1000) -> NoiseSchedule:
    """`alpha = exp(-½ ∫β)`, `sigma = 1 - exp(-∫β)`, β linear in time (Song et al. 2021, section 3.4, appendix B)."""
    t = np.arange(1, steps + 1, dtype=np.float64) / steps
    integral = beta_min * t + (beta_max - beta_min) * t**2 / 2
    timesteps = np.arange(steps, dtype=np.float64)
    return NoiseSchedule(np.exp(-integral / 2), -np.expm1(-integral), timesteps, family="sub_vp")


def rectified_flow(steps: int = 1000, shift: float = 1.0) -> NoiseSchedule:
    """alpha = 1 - t, sigma = t for t in (0, 1], shifted to s t / (1 + (s - 1) t); the network is told 1000 t."""
    t = np.arange(1, steps + 1, dtype=np.float64) / steps
    t = shift * t / (1.0 + (shift - 1.0) * t)
    return NoiseSchedule(1.0 - t, t, FLOW_TIME * t, family="flow")


def decay(level: NoiseLevel, next_level: NoiseLevel) -> float:
    """`a = alpha/alpha'`: how much of the less noisy state is left in the noisier one; 1 between two equal levels."""
    return 1.0 if level == next_level else level.alpha / next_level.alpha


@dataclass(frozen=True)
class Posterior:
    """q(x' | x, x0) between two levels: mean `x_weight * x + x0_weight * x0`, variance `small`.

    `beta` is the large variance, that of q(x | x').
    """

    x_weight: float
    x0_weight: float
    beta: float
    small: float


def posterior(level: NoiseLevel, next_level: NoiseLevel) -> Posterior:
    """The posterior of Ho et al. 2020, equations 6 and 7, for any two levels: with `a = alpha/alpha'`,
    `β = sigma² - a² sigma'²`, `μ̃ = (a sigma'²/sigma²) x + (alpha' β/sigma²) x0`, `β̃ = β sigma'²/sigma²`.
    """
    a = decay(level, next_level)
    beta = max(level.sigma**2 - (a * next_level.sigma) ** 2, 0.0)
    part = next_level.sigma**2 / level.sigma**2
    return Posterior(a * part, next_level.alpha * beta / level.sigma**2, beta, beta * part)
