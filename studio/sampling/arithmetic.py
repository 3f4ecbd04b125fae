"""Arithmetic with codes as Gaussian vectors.

A draw of a Gaussian in many dimensions lies near a sphere, and so do codes: sums and differences leave it, where no
picture lies. So each result keeps its direction and gets the norm that its codes have. White 2016, "Sampling Generative
Networks" (analogies); Samuel et al. 2023, "Norm-guided latent space exploration" (why the norm matters).
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from studio.errors import InvalidField

# A result so much shorter than its codes is what rounding left of nothing: float32 has seven digits.
NOTHING = 1e-6


def mean(codes: Sequence[Tensor]) -> Tensor:
    """`(a + b + …) / n` with the norm `(|a| + |b| + …) / n`.

    Shapes are equal and there is at least one code; computed in float64, returned as the first code is. Raises
    `InvalidField` where the sum is zero, as of a code and its opposite.
    """
    norms = _norms(*codes)
    total = sum((code.double() for code in codes[1:]), codes[0].double())
    return _of_norm(total / len(codes), norms, codes[0], "These codes cancel each other out")


def difference(a: Tensor, b: Tensor) -> Tensor:
    """`a - b` with the norm `(|a| + |b|) / 2`. Raises `InvalidField` for two codes that are equal."""
    return _of_norm(a.double() - b.double(), _norms(a, b), a, "There is no difference between equal codes")


def analogy(a: Tensor, b: Tensor, c: Tensor, amount: float) -> Tensor:
    """`a + t (b - c)` with the norm `|a|`: what `b` has and `c` lacks, given to `a`. `amount` is t; at 0 it is `a`.

    Raises `InvalidField` where the result is zero.
    """
    moved = a.double() + amount * (b.double() - c.double())
    return _of_norm(moved, _norms(a), a, "These codes cancel each other out")


def _norms(*codes: Tensor) -> float:
    """The mean of the norms."""
    return sum(float(code.double().norm()) for code in codes) / len(codes)


def _of_norm(x: Tensor, wanted: float, like: Tensor, nothing: str) -> Tensor:
    """`x` with another norm, in the dtype of `like`."""
    norm = float(x.norm())
    if norm <= NOTHING * wanted:
        raise InvalidField("codes", f"{nothing}: the result is zero and has no direction. Choose other codes.")
    return (x * (wanted / norm)).to(like.dtype)
