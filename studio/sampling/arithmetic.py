"""Arithmetic with codes, as with Gaussian vectors: what comes out has the norm that noise would have.

The mean of two independent codes is shorter by √2 than each of them, and a network has never seen such noise. So every
result is brought to the length of what went in, as in White 2016, "Sampling Generative Networks", section 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from studio.errors import InvalidField

# A direction whose length is so small a part of what went in is rounding and nothing else.
SMALLEST = 1e-6


def mean(codes: Sequence[Tensor]) -> Tensor:
    """`(x₁ + … + xₙ) / n`, its norm set to the mean of theirs. Shapes (1, C, h, w), all alike.

    Raises `InvalidField` ("codes") where they cancel out.
    """
    return _of_norm(torch.stack(tuple(codes)).double().mean(dim=0), _mean_norm(codes), codes[0])


def difference(a: Tensor, b: Tensor) -> Tensor:
    """`a - b`, its norm set to the mean of theirs. Raises `InvalidField` ("codes") for equal codes."""
    return _of_norm(a.double() - b.double(), _mean_norm((a, b)), a)


def analogy(a: Tensor, b: Tensor, c: Tensor, t: float) -> Tensor:
    """`a + t (b - c)`, its norm set to that of a; with t = 0 it is a.

    Raises `InvalidField` ("codes") where nothing is left.
    """
    if t == 0.0:
        return a.clone()
    return _of_norm(a.double() + t * (b.double() - c.double()), float(a.double().norm()), a)


def _mean_norm(codes: Sequence[Tensor]) -> float:
    return sum(float(code.double().norm()) for code in codes) / len(codes)


def _of_norm(direction: Tensor, norm: float, like: Tensor) -> Tensor:
    length = float(direction.norm())
    if length <= SMALLEST * norm:
        raise InvalidField("codes", "These codes cancel each other out, so nothing is left. Choose others.")
    return (direction * (norm / length)).to(like.dtype)
