"""Soft masks: the grey value names the step at which a cell is released, and after it the cell is free."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.generation.inpainting import latent_mask
from studio.generation.inpainting.constraint import Blend, Soft
from studio.generation.journey import Journey
from studio.image import Mask
from studio.models.model import Model
from studio.sampling.registry import builtin_methods
from studio.sampling.schedule import NoiseLevel
from tests.unit.generation.inpainting.painted import Easel, photograph

LEVEL = NoiseLevel(500.0, 0.6, 0.8)
KNOWN, NOISE, X = (torch.full((1, 4, 1, 5), value) for value in (1.0, 2.0, 100.0))
HELD = 0.6 * 1.0 + 0.8 * 2.0
GREYS = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]).reshape(1, 1, 1, 5)


@pytest.mark.parametrize(
    ("done", "free"), [(0, [0, 0, 0, 0, 1]), (1, [0, 0, 0, 1, 1]), (2, [0, 0, 1, 1, 1]), (4, [1, 1, 1, 1, 1])]
)
def test_a_cell_is_kept_while_its_value_is_below_one_minus_i_over_n(done: int, free: list[int]) -> None:
    x = Soft(KNOWN, NOISE, GREYS).hold(X, LEVEL, done, 4)
    expected = torch.where(torch.tensor(free).bool(), torch.tensor(100.0), torch.tensor(HELD))
    assert torch.allclose(x, expected.expand(1, 4, 1, 5))


def test_blending_mixes_what_soft_decides() -> None:
    x = Blend(KNOWN, NOISE, GREYS).hold(X, LEVEL, 2, 4)
    assert torch.allclose(x, (1 - GREYS) * HELD + GREYS * X)


def test_a_gradient_is_released_from_its_bright_end(easel: Easel, starter: Model) -> None:
    """In the run itself: the first released columns depart from the known picture, the others are its noised self."""
    image, steps = photograph(), 4
    values = np.repeat(np.linspace(0, 255, 8).astype(np.uint8), 8)[None].repeat(64, axis=0)
    recipe = easel.recipe(image, Mask(values), steps=steps, mode="soft")
    journey = Journey(recipe, starter, builtin_methods(), None, {}, easel.sources)
    noise, known = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(7)), starter.encode(image)
    journey.start()
    m = torch.linspace(0, 255, 8).floor() / 255
    for arrival in journey.walk(lambda: None):
        level = journey.grid.levels[arrival.number]
        held = level.alpha * known + level.sigma * noise
        same = (arrival.step.x - held).abs().amax(dim=(0, 1, 2)) < 1e-6
        assert same.tolist() == (m < 1 - arrival.number / steps).tolist()


def test_masks_at_the_size_of_the_latent() -> None:
    values = np.zeros((16, 24), np.uint8)
    values[0, 0], values[8:, 8:16], values[15, 23] = 200, 255, 100
    mask = Mask(values)
    ways = (latent_mask.maximum, latent_mask.area, latent_mask.nearest)
    largest, mean, one = (sized(mask, 2, 3)[0, 0] for sized in ways)
    assert torch.allclose(largest, torch.tensor([[200.0, 0, 0], [0, 255, 100]]) / 255)
    assert torch.allclose(mean, torch.tensor([[200 / 64, 0, 0], [0, 255, 100 / 64]]) / 255)
    assert one.tolist() == [[1.0, 0, 0], [0, 1, 0]]
