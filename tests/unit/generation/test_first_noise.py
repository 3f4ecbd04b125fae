"""The picture of the noise before a run."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from studio import paths
from studio.errors import InvalidField
from studio.export.picture_file import read_picture
from studio.generation.first_noise import first_noise
from studio.generation.services import Services
from studio.job.preview import PreviewSettings
from studio.job.recipe import Sampling, recipe
from studio.models.device import choose_placement
from studio.models.loader import load_model
from studio.models.model import Model
from studio.sampling.registry import builtin_methods


@cache
def starter() -> Model:
    return load_model(paths.starter_model(), choose_placement("cpu", "float32"), name="starter")


class Loaded:
    def is_loaded(self, name: str) -> bool:
        return True

    def get(self, name: str) -> Model:
        return starter()


@pytest.fixture
def services() -> Services:
    return Services(Loaded(), builtin_methods(), PreviewSettings)


def test_the_noise_that_comes_with_the_program_is_that_of_the_starter_model(services: Services) -> None:
    shipped = read_picture(paths.resources() / "first" / "noise-7.png").image.pixels.astype(int)
    drawn = first_noise(recipe(seed=7), services).image.pixels.astype(int)
    assert np.abs(drawn - shipped).max() <= 2


def test_it_depends_on_seed_and_size_and_not_on_the_prompt(services: Services) -> None:
    def pixels(**fields: object) -> np.ndarray:
        return first_noise(recipe(**{"seed": 3, "width": 64, "height": 64, **fields}), services).image.pixels

    assert np.array_equal(pixels(prompt="red apple"), pixels(prompt="fox"))
    assert not np.array_equal(pixels(), pixels(seed=4))
    assert pixels(height=72).shape == (72, 64, 3)


def test_what_a_run_would_refuse_is_refused(services: Services) -> None:
    with pytest.raises(InvalidField) as refused:
        first_noise(recipe(sampling=Sampling(steps=2000)), services)
    assert refused.value.field == "steps"
