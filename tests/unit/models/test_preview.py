"""Previews: the linear fit finds a decoder that is linear, and "auto" keeps to its budget."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from studio.image import Image
from studio.models.preview import AUTO_SHARE, Previews, fit_linear, to_image

SCALE = 8
MIX = torch.tensor([[0.5, 0.1, 0.2], [0.0, 0.6, -0.3], [0.3, -0.2, 0.4]])


def encode(image: Image) -> Tensor:
    """An autoencoder whose latent is a mixture of the mean colours, with a channel beside them that says nothing."""
    rgb = torch.from_numpy(image.pixels.copy()).float().permute(2, 0, 1)[None] / 255.0
    cells = torch.einsum("oc,nchw->nohw", torch.linalg.inv(MIX), F.avg_pool2d(rgb, SCALE) - 0.25)
    return torch.cat([cells, cells[:, :1] ** 2], dim=1)


def decode(latent: Tensor) -> Image:
    rgb = torch.einsum("oc,chw->ohw", MIX, latent[0, :3]) + 0.25
    return to_image(rgb.repeat_interleave(SCALE, 1).repeat_interleave(SCALE, 2))


def test_a_linear_decoder_is_found_again() -> None:
    linear = fit_linear(encode, decode, SCALE)
    latent = encode(Image(np.random.default_rng(3).integers(0, 256, (64, 96, 3), dtype=np.uint8)))
    exact = torch.einsum("oc,chw->ohw", MIX, latent[0, :3]) + 0.25
    found = torch.einsum("oc,chw->ohw", linear.weight, latent[0]) + linear.bias[:, None, None]
    assert (found - exact).abs().max() < 0.01


def test_a_linear_preview_is_smoothly_enlarged_to_the_size_of_the_picture() -> None:
    linear = fit_linear(encode, decode, SCALE)
    latent = torch.zeros(1, 4, 8, 16)
    latent[..., 8:] = 0.4
    picture = linear(latent)
    assert (picture.width, picture.height) == (16 * SCALE, 8 * SCALE)
    jumps = np.abs(np.diff(picture.pixels.astype(int), axis=1)).max()
    edge = abs(int(picture.pixels[0, 0, 0]) - int(picture.pixels[0, -1, 0]))
    assert 0 < jumps <= edge / 4


def test_large_previews_stay_small() -> None:
    linear = fit_linear(encode, decode, SCALE)
    picture = linear(torch.zeros(1, 4, 128, 256))
    assert max(picture.width, picture.height) <= 512


def test_a_preview_leaves_its_latent_alone() -> None:
    previews = Previews({"linear": fit_linear(encode, decode, SCALE), "full": decode})
    latent = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(1))
    before = latent.clone()
    for name in previews.names:
        previews.picture(name, latent)
    assert torch.equal(latent, before)


@given(full=st.floats(1e-6, 10.0), tiny=st.floats(1e-6, 10.0), step=st.floats(1e-6, 10.0), side=st.integers(1, 32))
def test_auto_takes_the_best_that_costs_a_tenth_of_a_step(full: float, tiny: float, step: float, side: int) -> None:
    previews = Previews({"linear": decode, "tiny": decode, "full": decode})
    latent = torch.zeros(1, 4, side, side)
    cells = side * side
    assert previews.choose("auto", cells, step) == "linear"
    previews.note_cost("full", latent, full)
    previews.note_cost("tiny", latent, tiny)
    chosen = previews.choose("auto", cells, step)
    budget = step * AUTO_SHARE
    # Costs are kept by cell, so the product may differ in its last bit.
    within = {name for name, cost in (("full", full), ("tiny", tiny)) if cost / cells * cells <= budget}
    assert chosen == ("full" if "full" in within else "tiny" if "tiny" in within else "linear")


def test_a_decoder_that_is_asked_for_is_used_and_one_that_is_missing_is_replaced() -> None:
    previews = Previews({"linear": decode, "full": decode})
    assert previews.choose("full", 64, 1e-9) == "full"
    assert previews.choose("tiny", 64, 1e-9) == "linear"
    assert previews.names == ("full", "linear")


@pytest.mark.parametrize(("value", "byte"), [(0.0, 0), (1.0, 255), (-3.0, 0), (7.0, 255), (0.5, 128)])
def test_pictures_are_rounded_and_clipped(value: float, byte: int) -> None:
    assert int(to_image(torch.full((3, 2, 2), value)).pixels[0, 0, 0]) == byte
