"""Convolutions with arranged weights compute what plain ones do, in the same way every time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from studio.models import packed_convolution
from studio.models.device import PRECISIONS, Placement
from studio.models.loader import load_model
from studio.models.packed_convolution import SHAPES_KEPT, PackedConvolution, pack_convolutions

CPU = Placement(torch.device("cpu"), torch.float32)


def normal(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def convolution(inputs: int = 8, outputs: int = 16, side: int = 3, **settings: object) -> nn.Conv2d:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        made = nn.Conv2d(inputs, outputs, side, **settings)  # type: ignore[arg-type]
    return made.requires_grad_(False)


def packed(plain: nn.Conv2d) -> nn.Conv2d:
    made = copy.deepcopy(plain)
    pack_convolutions(made, CPU)
    assert type(made) is PackedConvolution
    return made


@given(
    inputs=st.sampled_from([1, 3, 4, 8, 32]),
    outputs=st.sampled_from([1, 4, 16, 24]),
    side=st.sampled_from([1, 3]),
    stride=st.sampled_from([1, 2]),
    padding=st.sampled_from([0, 1]),
    bias=st.booleans(),
    batch=st.integers(1, 3),
    height=st.integers(3, 20),
    width=st.integers(3, 20),
)
def test_it_computes_what_the_plain_one_does(
    inputs: int, outputs: int, side: int, stride: int, padding: int, bias: bool, batch: int, height: int, width: int
) -> None:
    plain = convolution(inputs, outputs, side, stride=stride, padding=padding, bias=bias)
    made, x = packed(plain), normal(batch, inputs, height, width)
    with torch.inference_mode():
        torch.testing.assert_close(made(x), plain(x), rtol=1e-5, atol=1e-5)


@given(st.lists(st.sampled_from([(1, 8, 8), (2, 8, 8), (1, 5, 9), (2, 16, 16)]), min_size=1, max_size=12))
def test_a_result_depends_on_no_call_before_it(shapes: list[tuple[int, int, int]]) -> None:
    plain = convolution(padding=1)
    used = packed(plain)
    for number, (batch, height, width) in enumerate(shapes):
        x, fresh = normal(batch, 8, height, width, seed=number), packed(plain)
        with torch.inference_mode():
            assert torch.equal(used(x), fresh(x))
    assert len(vars(used)["_arranged"]) <= SHAPES_KEPT


def test_weights_that_change_are_seen() -> None:
    plain = convolution(padding=1)
    made, x = packed(plain), normal(1, 8, 6, 6)
    with torch.inference_mode():
        before = made(x)
    for each in (plain, made):
        each.weight.mul_(2.0)
    with torch.inference_mode():
        after = made(x)
        torch.testing.assert_close(after, plain(x), rtol=1e-5, atol=1e-5)
    assert not torch.allclose(after, before)


def test_where_gradients_are_wanted_it_is_the_plain_one() -> None:
    plain = convolution(padding=1)
    x = normal(1, 8, 6, 6).requires_grad_()
    made = packed(plain)(x)
    made.sum().backward()
    assert x.grad is not None
    assert torch.equal(made.detach(), plain(x).detach())


def test_other_precisions_stay_as_they_were() -> None:
    made = packed(convolution(padding=1)).double()
    x = normal(1, 8, 6, 6).double()
    with torch.inference_mode():
        assert torch.equal(made(x), convolution(padding=1).double()(x))


@pytest.mark.parametrize("settings", [{"padding": "same"}, {"padding": 1, "padding_mode": "reflect"}])
def test_unusual_padding_is_left_alone(settings: dict[str, object]) -> None:
    plain = convolution(**settings)
    pack_convolutions(plain, CPU)
    assert type(plain) is nn.Conv2d


def test_large_networks_keep_no_second_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    network = nn.Sequential(convolution(), convolution(16, 8))
    monkeypatch.setattr(packed_convolution, "BYTES_MAXIMUM", 2 * 8 * 16 * 9 * 4 - 1)
    pack_convolutions(network, CPU)
    assert {type(module) for module in network} == {nn.Conv2d}
    monkeypatch.setattr(packed_convolution, "BYTES_MAXIMUM", 2 * 8 * 16 * 9 * 4)
    pack_convolutions(network, CPU)
    assert {type(module) for module in network} == {PackedConvolution}


@pytest.mark.parametrize("precision", PRECISIONS)
def test_models_have_them_in_float32_alone(tiny_model: Callable[[str], Path], precision: str) -> None:
    loaded = load_model(tiny_model("stable_diffusion_1"), Placement(torch.device("cpu"), PRECISIONS[precision]))
    parts = loaded._parts  # type: ignore[attr-defined]
    kinds = {type(module) for part in (parts.unet, parts.vae) for module in part.modules()}
    assert (PackedConvolution in kinds) == (precision == "float32")
    assert (nn.Conv2d in kinds) == (precision != "float32")
