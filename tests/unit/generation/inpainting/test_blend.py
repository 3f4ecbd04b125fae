"""Blend: the known part is held at its own noise level after every step, and is there in the end, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.generation.journey import Journey
from studio.image import Image, Mask
from studio.job.event import Finished, ImageReady, StepDone
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.registry import builtin_methods
from studio.sampling.sampler import Run
from tests.unit.generation.inpainting.painted import Easel, everything, half, nothing, photograph, spot
from tests.unit.generation.runs import events, picture, services, small

SAMPLERS = [("ddpm", {}), ("ddim", {"eta": 0.0}), ("ddim", {"eta": 1.0}), ("euler", {})]


def painted(easel: Easel, recipe: Recipe, model: Model) -> Image:
    told = list(events(recipe, services(model, sources=easel.sources)))
    ready = [event for event in told if isinstance(event, ImageReady)]
    assert len(ready) == 1, told[-1]
    return ready[0].generated.image


def states(easel: Easel, recipe: Recipe, model: Model) -> list[torch.Tensor]:
    """The start and the state after every step."""
    journey = Journey(recipe, model, builtin_methods(), None, {}, easel.sources)
    start = journey.start()
    return [start, *(arrival.step.x for arrival in journey.walk(lambda: None))]


@pytest.mark.parametrize(("sampler", "options"), SAMPLERS)
def test_blend_is_the_formula(easel: Easel, starter: Model, sampler: str, options: dict[str, float]) -> None:
    image, mask, steps = photograph(), half(), 4
    recipe = easel.recipe(image, mask, sampler, steps, fields={"options": options})
    found = states(easel, recipe, starter)

    plain = Journey(recipe.model_copy(update={"inpaint": None}), starter, builtin_methods(), None, {})
    generator = torch.Generator("cpu").manual_seed(recipe.seed)
    z = torch.randn((1, 4, 8, 8), generator=generator)
    m = torch.from_numpy(mask.values.copy()).float().reshape(8, 8, 8, 8).amax(dim=(1, 3))[None, None] / 255
    known = starter.encode(image)

    class Noise:
        def draw(self) -> torch.Tensor:
            return torch.randn((1, 4, 8, 8), generator=generator)

    level = plain.grid.levels[0]
    x = (1 - m) * (level.alpha * known + level.sigma * z) + m * z
    assert torch.allclose(found[0], x, atol=1e-5)
    part = plain._parts[0]
    for index in range(steps):
        plan = replace(plain._plan(part), noise=Noise())
        denoiser = plain._denoiser(part, lambda: None)
        level, following = plain.grid.levels[index : index + 2]
        run = Run(plan.grid, index, plan.options, plan.schedule, plan.draw, plan.between)
        with torch.inference_mode():
            model_x = plan.sampler.step(x, level, following, denoiser, run, None).x
        x = (1 - m) * (following.alpha * known + following.sigma * z) + m * model_x
        assert torch.allclose(found[index + 1], x, atol=1e-5), index


@pytest.mark.parametrize(("sampler", "options"), SAMPLERS)
@pytest.mark.parametrize("mode", ["blend", "soft"])
def test_a_full_mask_is_text_to_image(
    easel: Easel, starter: Model, sampler: str, options: dict[str, float], mode: str
) -> None:
    recipe = easel.recipe(photograph(), everything(), sampler, 3, fields={"options": options}, mode=mode)
    plain = picture(small(sampler, 3, options=options), starter)
    assert np.array_equal(painted(easel, recipe, starter).pixels, plain.pixels)


@pytest.mark.parametrize("mode", ["blend", "soft", "crop"])
def test_an_empty_mask_returns_the_source_with_a_notice(easel: Easel, starter: Model, mode: str) -> None:
    source = photograph()
    told = list(events(easel.recipe(source, nothing(), mode=mode), services(starter, sources=easel.sources)))
    ready = next(event for event in told if isinstance(event, ImageReady))
    assert np.array_equal(ready.generated.image.pixels, source.pixels)
    assert isinstance(told[-1], Finished)
    assert told[-1].notices == ("The mask is empty: the picture is returned unchanged.",)
    assert not any(isinstance(event, StepDone) for event in told)


def test_200_random_masks_keep_their_pixels(easel: Easel, tiny: Callable[[str], Model]) -> None:
    model, random = tiny("stable_diffusion_1"), np.random.default_rng(3)
    source = photograph()
    changed = 0
    for number in range(200):
        coarse = random.integers(0, 2, (8, 8)).astype(np.uint8) * random.integers(1, 256, (8, 8)).astype(np.uint8)
        values = np.kron(coarse, np.ones((8, 8), np.uint8))
        values[random.random(values.shape) < 0.3] = 0
        mask = Mask(values)
        mode = ("blend", "soft", "crop")[number % 3]
        recipe = easel.recipe(
            source, mask, ("ddim", "ddpm", "euler")[number % 3], 1, fields={"seed": number, "guidance": {"scale": 1.0}},
            mode=mode, feather=int(random.integers(0, 6)), match_colours=bool(number % 2),
        )  # fmt: skip
        made = painted(easel, recipe, model)
        assert np.array_equal(made.pixels[values == 0], source.pixels[values == 0])
        changed += int((made.pixels[values > 0] != source.pixels[values > 0]).any())
    assert changed > 190


def test_the_masked_half_changes_and_grey_values_mix(easel: Easel, starter: Model) -> None:
    source = photograph()
    whole = painted(easel, easel.recipe(source, half(), feather=0), starter).pixels.astype(int)
    grey = painted(easel, easel.recipe(source, half(value=128), feather=0, mode="soft"), starter).pixels.astype(int)
    before = source.pixels.astype(int)
    assert np.abs(whole - before)[:, 32:].mean() > 10
    assert 0 < np.abs(grey - before)[:, 32:].mean() < np.abs(whole - before)[:, 32:].mean()


@pytest.mark.parametrize("size", [(60, 61), (64, 57), (57, 64)])
def test_a_picture_between_the_cells_comes_back_in_its_own_size(
    easel: Easel, starter: Model, size: tuple[int, int]
) -> None:
    source, mask = photograph(*size), spot(*size, 20, 20, 17)
    made = painted(easel, easel.recipe(source, mask), starter)
    assert (made.width, made.height) == size
    assert np.array_equal(made.pixels[mask.values == 0], source.pixels[mask.values == 0])
    assert not np.array_equal(made.pixels, source.pixels)
