"""Ways between codes: ends exact, the same there and back, the norm right, and never a NaN."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from studio.sampling.interpolation import METHODS, PARALLEL, linear, slerp

SHAPE = (1, 4, 8, 8)
fractions = st.floats(0.0, 1.0)
seeds = st.integers(0, 10_000)


def code(seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)).to(dtype)


def norm(x: Tensor) -> float:
    return float(x.double().norm())


def angle(a: Tensor, b: Tensor) -> float:
    u, v = (x.double().flatten() / x.double().norm() for x in (a, b))
    return 2.0 * math.atan2(float((u - v).norm()), float((u + v).norm()))


@pytest.mark.parametrize("method", METHODS)
def test_the_ends_are_returned_as_they_are(method: str):
    a, b = code(1), code(2)
    assert METHODS[method](a, b, 0.0) is a
    assert METHODS[method](a, b, 1.0) is b


@given(seeds, seeds, fractions)
@settings(max_examples=60)
def test_the_way_back_passes_the_same_points(first: int, second: int, fraction: float):
    a, b = code(first), code(second)
    back = 1.0 - fraction
    if 1.0 - back != fraction:  # then the two fractions are not the same place
        fraction = 1.0 - back
    assert torch.equal(slerp(a, b, fraction), slerp(b, a, back))


@given(seeds, seeds, fractions)
@settings(max_examples=60)
def test_the_norm_goes_evenly_from_one_to_the_other(first: int, second: int, fraction: float):
    a, b = code(first), 2.0 * code(second)
    made = slerp(a, b, fraction)
    assert norm(made) == pytest.approx((1.0 - fraction) * norm(a) + fraction * norm(b), rel=1e-5)
    assert made.dtype == a.dtype
    assert made.shape == a.shape


@given(seeds, st.floats(0.01, 0.99))
@settings(max_examples=40)
def test_the_angle_goes_evenly_from_one_to_the_other(seed: int, fraction: float):
    a, b = code(seed, torch.float64), code(seed + 1, torch.float64)
    assert angle(a, slerp(a, b, fraction)) == pytest.approx(fraction * angle(a, b), rel=1e-9)


def near(a: Tensor, apart: float) -> Tensor:
    """A code of the same norm at this angle from `a`."""
    other = code(99, torch.float64).flatten()
    u = a.double().flatten()
    u = u / u.norm()
    side = other - (other @ u) * u
    side = side / side.norm()
    return (norm(a) * (math.cos(apart) * u + math.sin(apart) * side)).reshape(a.shape)


@pytest.mark.parametrize("apart", [0.0, 1e-12, PARALLEL / 2, PARALLEL * 2, math.pi - PARALLEL / 2, math.pi])
@pytest.mark.parametrize("fraction", [1e-9, 0.25, 0.5, 0.75, 1 - 1e-9])
def test_nearly_parallel_and_opposite_codes(apart: float, fraction: float):
    a = code(1, torch.float64)
    made = slerp(a, near(a, apart), fraction)
    assert bool(torch.isfinite(made).all())
    assert norm(made) == pytest.approx(norm(a), rel=1e-9)
    assert angle(a, made) == pytest.approx(fraction * apart, abs=2 * PARALLEL)


def test_the_way_to_the_opposite_is_always_the_same():
    a = code(1)
    made = slerp(a, -a, 0.5)
    assert torch.equal(made, slerp(a, -a, 0.5))
    assert torch.equal(made, slerp(-a, a, 0.5))
    assert norm(made) == pytest.approx(norm(a), rel=1e-6)


@pytest.mark.parametrize("fraction", [0.25, 0.5, 0.9])
def test_a_code_and_itself_give_itself(fraction: float):
    a = code(1)
    torch.testing.assert_close(slerp(a, a.clone(), fraction), a, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("pair", ["zero first", "zero second", "both"])
def test_a_code_without_length_has_no_direction_and_is_left_in_a_line(pair: str):
    a, zero = code(1), torch.zeros(SHAPE)
    first, second = {"zero first": (zero, a), "zero second": (a, zero), "both": (zero, zero)}[pair]
    made = slerp(first, second, 0.25)
    assert torch.equal(made, linear(first, second, 0.25))
    assert bool(torch.isfinite(made).all())


def test_the_line_passes_nearer_to_the_origin_than_the_arc():
    a, b = code(1), code(2)
    assert norm(linear(a, b, 0.5)) < 0.8 * norm(slerp(a, b, 0.5))


@given(seeds, seeds, st.floats(0.0, 1.0))
@settings(max_examples=40)
def test_half_precision_is_computed_in_double(first: int, second: int, fraction: float):
    a, b = code(first, torch.float16), code(second, torch.float16)
    made = slerp(a, b, fraction)
    assert made.dtype == torch.float16
    torch.testing.assert_close(made, slerp(a.double(), b.double(), fraction).half(), rtol=0, atol=0)
