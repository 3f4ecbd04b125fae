"""Arithmetic with codes: norms are kept, formulas hold, and nothing becomes NaN."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from studio.errors import InvalidField
from studio.sampling.arithmetic import analogy, difference, mean

SHAPE = (1, 4, 8, 8)


def code(seed: int, deviation: float = 1.0) -> Tensor:
    return deviation * torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))


A, B, C = code(1), code(2, 0.7), code(3, 1.3)


def norm(x: Tensor) -> float:
    return float(x.double().norm())


def same_direction(x: Tensor, y: Tensor) -> bool:
    return bool(torch.allclose(x / norm(x), y / norm(y), atol=1e-6))


def test_norms_are_those_of_the_codes() -> None:
    assert norm(mean([A, B, C])) == pytest.approx((norm(A) + norm(B) + norm(C)) / 3, rel=1e-6)
    assert norm(difference(A, B)) == pytest.approx((norm(A) + norm(B)) / 2, rel=1e-6)
    assert norm(analogy(A, B, C, 0.8)) == pytest.approx(norm(A), rel=1e-6)


def test_directions_are_those_of_the_formulas() -> None:
    assert same_direction(mean([A, B, C]), A + B + C)
    assert same_direction(difference(A, B), A - B)
    assert same_direction(analogy(A, B, C, -0.8), A - 0.8 * (B - C))


def test_the_mean_of_a_code_and_itself_is_the_code() -> None:
    assert torch.equal(mean([A, A]), A)
    assert torch.equal(mean([A]), A)


def test_the_mean_knows_no_order() -> None:
    assert torch.allclose(mean([A, B, C]), mean([C, A, B]), atol=1e-6)


def test_the_difference_is_antisymmetric() -> None:
    assert torch.equal(difference(A, B), -difference(B, A))


def test_an_analogy_of_nothing_is_the_code() -> None:
    assert torch.equal(analogy(A, B, C, 0.0), A)
    assert torch.equal(analogy(A, B, B, 5.0), A)


def test_two_ways_to_turn_an_analogy_round_are_one() -> None:
    assert torch.allclose(analogy(A, B, C, 0.5), analogy(A, C, B, -0.5), atol=1e-6)


@pytest.mark.parametrize(
    "nothing",
    [
        lambda: mean([A, -A]),
        lambda: mean([torch.zeros(SHAPE), torch.zeros(SHAPE)]),
        lambda: difference(A, A),
        lambda: difference(A, A * (1.0 + 1e-7)),
        lambda: difference(torch.zeros(SHAPE), torch.zeros(SHAPE)),
        lambda: analogy(A, B, A + B, 1.0),
        lambda: analogy(torch.zeros(SHAPE), B, B, 1.0),
    ],
)
def test_what_has_no_direction_is_refused_with_a_sentence(nothing: Callable[[], Tensor]) -> None:
    with pytest.raises(InvalidField, match="the result is zero and has no direction"):
        nothing()


def test_a_zero_among_others_is_no_trouble() -> None:
    zero = torch.zeros(SHAPE)
    for x in (mean([A, zero]), difference(zero, A), difference(A, -A)):
        assert bool(torch.isfinite(x).all())
    assert same_direction(difference(zero, A), -A)


def test_results_are_of_the_kind_of_the_codes() -> None:
    for x in (mean([A, B]), difference(A, B), analogy(A, B, C, 1.0)):
        assert (x.dtype, x.shape) == (A.dtype, A.shape)
    assert mean([A.double(), B]).dtype == torch.float64
