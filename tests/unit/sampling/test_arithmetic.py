"""Arithmetic with codes keeps their length, and says so where nothing is left."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from studio.errors import InvalidField
from studio.sampling.arithmetic import analogy, difference, mean

SHAPE = (1, 4, 8, 8)
seeds = st.integers(0, 2**31)
amounts = st.floats(-3.0, 3.0, allow_subnormal=False)


def noise(seed: int, scale: float = 1.0) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)) * scale


def norm(code: Tensor) -> float:
    return float(code.double().norm())


@given(seeds, seeds, st.floats(0.3, 3.0))
def test_a_mean_is_as_long_as_its_parts_on_average(a: int, b: int, scale: float) -> None:
    one, other = noise(a), noise(b, scale)
    assert norm(mean([one, other])) == pytest.approx((norm(one) + norm(other)) / 2, rel=1e-6)
    assert torch.equal(mean([one, other]), mean([other, one]))


@given(seeds)
def test_the_mean_of_one_code_with_itself_is_that_code(a: int) -> None:
    assert torch.allclose(mean([noise(a), noise(a), noise(a)]), noise(a), rtol=1e-6)


@given(seeds, seeds)
def test_a_difference_turns_round_with_its_parts(a: int, b: int) -> None:
    if a != b:
        assert torch.allclose(difference(noise(a), noise(b)), -difference(noise(b), noise(a)), rtol=1e-6)


@given(seeds, seeds, seeds, amounts)
def test_an_analogy_is_as_long_as_what_it_changes(a: int, b: int, c: int, t: float) -> None:
    one = noise(a, 0.7)
    try:
        found = analogy(one, noise(b), noise(c), t)
    except InvalidField:
        return
    assert norm(found) == pytest.approx(norm(one), rel=1e-6)
    assert bool(torch.isfinite(found).all())


@given(seeds, seeds, seeds)
def test_an_analogy_without_amount_or_without_a_change_is_what_it_was(a: int, b: int, c: int) -> None:
    assert torch.equal(analogy(noise(a), noise(b), noise(c), 0.0), noise(a))
    assert torch.allclose(analogy(noise(a), noise(b), noise(b), 1.5), noise(a), rtol=1e-6)


def test_a_large_amount_leads_along_the_change() -> None:
    a, b, c = noise(1), noise(2), noise(3)
    found = analogy(a, b, c, 1e6)
    assert torch.allclose(found / norm(found), (b - c) / norm(b - c), atol=1e-5)


def test_what_cancels_out_is_refused() -> None:
    one = noise(1)
    for work in (
        lambda: difference(one, one),
        lambda: mean([one, -one]),
        lambda: analogy(one, torch.zeros(SHAPE), one, 1.0),
        lambda: mean([torch.zeros(SHAPE), torch.zeros(SHAPE)]),
    ):
        with pytest.raises(InvalidField, match="cancel"):
            work()
