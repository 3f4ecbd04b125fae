"""Inpainting networks, blending and image to image give what diffusers' own pipelines give, seed for seed.

diffusers draws the encoded picture from its posterior; here it is the posterior's mean everywhere, so the pipelines are
made to take that as well.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import PIL.Image
import pytest
import torch
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_img2img as image_to_image
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_inpaint as inpainting

from studio.image import Mask
from studio.job.event import ImageReady
from studio.job.inpaint import FromImage
from studio.job.recipe import Recipe
from studio.models.device import Placement
from studio.models.loader import load_model
from studio.models.model import Model
from tests.references import tiny_models
from tests.unit.generation.inpainting.painted import Easel, photograph, spot
from tests.unit.generation.runs import events, services

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PROMPT, NEGATIVE, SEED, STEPS = "red apple, 3d style", "on a blue background", 11, 8
SCHEDULERS = {
    "ddim": diffusers.DDIMScheduler,
    "ddpm": diffusers.DDPMScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
}
GUIDED = pytest.mark.parametrize("scale", [5.0, 1.0], ids=["guided", "unguided"])


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.nine_channels(tmp_path_factory.mktemp("nine") / "nine_channels")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.stable_diffusion_1(tmp_path_factory.mktemp("four") / "stable_diffusion_1")


@pytest.fixture(autouse=True)
def posterior_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (inpainting, image_to_image):
        monkeypatch.setattr(module, "retrieve_latents", lambda encoded, generator=None: encoded.latent_dist.mode())


def ours(model: Model, easel: Easel, recipe: Recipe) -> np.ndarray:
    told = list(events(recipe, services(model, sources=easel.sources)))
    return next(event for event in told if isinstance(event, ImageReady)).generated.image.pixels.astype(np.float64)


def theirs(pipeline: Any, folder: Path, sampler: str, scale: float, strength: float, **given: Any) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        made = pipeline.from_pretrained(
            folder, torch_dtype=torch.float32, local_files_only=True, use_safetensors=True, safety_checker=None,
            requires_safety_checker=False,
        )  # fmt: skip
        made.set_progress_bar_config(disable=True)
        made.scheduler = SCHEDULERS[sampler].from_config(made.scheduler.config, timestep_spacing="leading")
        pictures = made(
            PROMPT, negative_prompt=NEGATIVE, num_inference_steps=STEPS, guidance_scale=scale, strength=strength,
            generator=torch.Generator("cpu").manual_seed(SEED), output_type="np", **given,
        ).images  # fmt: skip
    return np.rint(pictures[0].astype(np.float64) * 255.0)


def fields(scale: float) -> dict[str, Any]:
    return {"prompt": PROMPT, "negative_prompt": NEGATIVE, "seed": SEED, "guidance": {"scale": scale}}


def loaded(folder: Path) -> Model:
    return load_model(folder, Placement(torch.device("cpu"), torch.float32))


def check(found: np.ndarray, expected: np.ndarray, mask: Mask | None = None) -> None:
    where = np.ones(found.shape[:2], bool) if mask is None else mask.values == 255
    assert found[where].std() > 10
    assert np.abs(found - expected)[where].max() <= 2


@GUIDED
@pytest.mark.parametrize("strength", [1.0, 0.5])
@pytest.mark.parametrize("sampler", SCHEDULERS)
def test_a_network_for_inpainting_is_recognised_and_told_what_diffusers_tells_it(
    nine: Path, easel: Easel, sampler: str, strength: float, scale: float
) -> None:
    image, mask = photograph(), spot(64, 64, 13, 21, 33)
    model = loaded(nine)
    assert model.facts.inpainting
    recipe = easel.recipe(image, mask, sampler, STEPS, strength, fields(scale), mode="model", feather=0)
    expected = theirs(
        diffusers.StableDiffusionInpaintPipeline, nine, sampler, scale, strength,
        **as_pillow(image=image.pixels, mask_image=mask.values), width=64, height=64,
    )  # fmt: skip
    check(ours(model, easel, recipe), expected, mask)


@GUIDED
@pytest.mark.parametrize("sampler", ["ddpm", "euler"])
def test_blending_on_whole_cells_is_what_diffusers_does(four: Path, easel: Easel, sampler: str, scale: float) -> None:
    """DDIM is left out: diffusers puts the clean picture back at its end, where this grid ends on a trained level."""
    image, mask = photograph(), spot(64, 64, 16, 24, 32)
    recipe = easel.recipe(image, mask, sampler, STEPS, 1.0, fields(scale), feather=0)
    expected = theirs(
        diffusers.StableDiffusionInpaintPipeline, four, sampler, scale, 1.0,
        **as_pillow(image=image.pixels, mask_image=mask.values), width=64, height=64,
    )  # fmt: skip
    check(ours(loaded(four), easel, recipe), expected, mask)


@GUIDED
@pytest.mark.parametrize("strength", [0.25, 0.6, 1.0])
@pytest.mark.parametrize("sampler", SCHEDULERS)
def test_image_to_image_is_what_diffusers_does(
    four: Path, easel: Easel, sampler: str, strength: float, scale: float
) -> None:
    image = photograph()
    recipe = easel.recipe(image, None, sampler, STEPS, strength, fields(scale))
    if strength == 1.0:
        recipe = recipe.model_copy(update={"start": FromImage(image=image.id, strength=1.0)})
    expected = theirs(
        diffusers.StableDiffusionImg2ImgPipeline, four, sampler, scale, strength, **as_pillow(image=image.pixels)
    )
    check(ours(loaded(four), easel, recipe), expected)


def as_pillow(**arrays: np.ndarray) -> dict[str, Any]:
    return {name: PIL.Image.fromarray(array) for name, array in arrays.items()}


def test_without_a_picture_a_network_for_inpainting_makes_all_of_it(nine: Path, easel: Easel) -> None:
    model = loaded(nine)
    plain = easel.recipe(photograph(), None, steps=3)
    made = ours(model, easel, plain)
    assert made.std() > 10


def test_other_networks_refuse_the_way_for_inpainting_models(four: Path, easel: Easel) -> None:
    recipe = easel.recipe(photograph(), spot(64, 64, 8, 8, 16), mode="model")
    last = list(events(recipe, services(loaded(four), sources=easel.sources)))[-1]
    assert last.field == "inpaint"
    assert "was not made for inpainting" in last.sentence
