"""A diffusers user with the same seed, scheduler settings and one generator per picture gets the same picture."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch

from studio.generation.run import run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import ImageReady
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe, recipe
from studio.models.device import Placement
from studio.models.loader import load_model
from studio.models.model import Model
from studio.paths import starter_model
from studio.sampling.registry import builtin_methods
from tests.references import tiny_models

# diffusers hands tensors to numpy 2 as numpy 1 wanted them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PROMPT, NEGATIVE = "red apple, 3d style", "on a blue background"
SEEDS = (7, 2**40 + 8)
STEPS = 12
LARGEST_DIFFERENCE = 2
# A picture of one colour would agree with anything.
SMALLEST_DEVIATION = 10.0

SCHEDULERS = {
    "ddim": diffusers.DDIMScheduler,
    "ddpm": diffusers.DDPMScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
}
WALKS = [("ddim", 0.0), ("ddim", 1.0), ("ddpm", None), ("euler", None)]
TINY = ("stable_diffusion_1", "stable_diffusion_2")


class Pair:
    """One model folder, loaded here and by diffusers."""

    def __init__(self, folder: Path) -> None:
        self.model = load_model(folder, Placement(torch.device("cpu"), torch.float32))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # the name of `torch_dtype` changes between versions
            self.pipeline = diffusers.StableDiffusionPipeline.from_pretrained(
                folder, torch_dtype=torch.float32, local_files_only=True, use_safetensors=True, safety_checker=None,
                requires_safety_checker=False,
            )  # fmt: skip
        self.pipeline.set_progress_bar_config(disable=True)
        self.configuration = self.pipeline.scheduler.config

    def ours(self, seed: int, sampler: str, eta: float | None, scale: float) -> np.ndarray:
        width, height = self.model.facts.native_size
        wanted = recipe(
            prompt=PROMPT,
            negative_prompt=NEGATIVE,
            width=width,
            height=height,
            seed=seed,
            sampling={"sampler": sampler, "steps": STEPS, "options": {} if eta is None else {"eta": eta}},
            guidance={"scale": scale},
        )
        return make(wanted, self.model)

    def theirs(self, sampler: str, eta: float | None, scale: float) -> np.ndarray:
        scheduler: Any = SCHEDULERS[sampler]
        self.pipeline.scheduler = scheduler.from_config(self.configuration, timestep_spacing="leading")
        width, height = self.model.facts.native_size
        return self.pipeline(
            PROMPT,
            negative_prompt=NEGATIVE,
            width=width,
            height=height,
            num_inference_steps=STEPS,
            guidance_scale=scale,
            eta=eta or 0.0,
            num_images_per_prompt=len(SEEDS),
            generator=[torch.Generator("cpu").manual_seed(seed) for seed in SEEDS],
            output_type="np",
        ).images


def make(wanted: Recipe, model: Model) -> np.ndarray:
    """The pixels of a recipe, 0 to 255."""

    class Loaded:
        def is_loaded(self, name: str) -> bool:
            return True

        def get(self, name: str) -> Model:
            return model

    services = Services(Loaded(), builtin_methods(), lambda: PreviewSettings("off"))
    ready = [event for event in run(1, wanted, services, CancelToken()) if isinstance(event, ImageReady)]
    assert len(ready) == 1
    return ready[0].generated.image.pixels


@pytest.fixture(scope="module")
def starter() -> Pair:
    return Pair(starter_model())


@pytest.fixture(scope="module", params=TINY)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Pair(tiny_models.BUILDERS[request.param](tmp_path_factory.mktemp("tiny") / request.param))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Other tests work at the same time; the sums of both sides are to be split in the same way."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def check(pair: Pair, sampler: str, eta: float | None, scale: float) -> None:
    theirs = pair.theirs(sampler, eta, scale)
    for seed, picture in zip(SEEDS, theirs, strict=True):
        ours = pair.ours(seed, sampler, eta, scale).astype(np.float64)
        assert ours.shape == picture.shape
        assert ours.std() > SMALLEST_DEVIATION
        assert np.abs(ours - picture.astype(np.float64) * 255.0).max() <= LARGEST_DIFFERENCE


@pytest.mark.parametrize("scale", [5.0, 1.0], ids=["guided", "unguided"])
@pytest.mark.parametrize(("sampler", "eta"), WALKS)
def test_starter_model_gives_the_picture_of_diffusers(
    starter: Pair, sampler: str, eta: float | None, scale: float
) -> None:
    check(starter, sampler, eta, scale)


@pytest.mark.parametrize("scale", [5.0, 1.0], ids=["guided", "unguided"])
@pytest.mark.parametrize(("sampler", "eta"), WALKS)
def test_models_in_the_layouts_of_stable_diffusion_give_the_picture_of_diffusers(
    tiny: Pair, sampler: str, eta: float | None, scale: float
) -> None:
    check(tiny, sampler, eta, scale)
