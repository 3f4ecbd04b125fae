"""The cache of models: each is loaded once, and only the last one is kept."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from studio.errors import InvalidField, RefusedFile
from studio.models.catalog import ModelCatalog
from studio.models.device import Placement
from studio.models.loader import ModelCache
from studio.models.model import Model

CPU = Placement(torch.device("cpu"), torch.float32)
UNET = "unet/diffusion_pytorch_model.safetensors"


class Placements:
    """Where models are to go; a test changes it."""

    def __init__(self) -> None:
        self.wanted = CPU

    def __call__(self) -> Placement:
        return self.wanted


@pytest.fixture
def placements() -> Placements:
    return Placements()


@pytest.fixture
def folder(tiny_model: Callable[[str], Path], tmp_path: Path) -> Path:
    return shutil.copytree(tiny_model("stable_diffusion_1"), tmp_path / "tiny")


@pytest.fixture
def cache(folder: Path, tiny_model: Callable[[str], Path], placements: Placements) -> ModelCache:
    return ModelCache(ModelCatalog(folder, [tiny_model("stable_diffusion_2")]), placements)


def test_a_model_is_loaded_once(cache: ModelCache) -> None:
    assert not cache.is_loaded("tiny")
    model = cache.get("tiny")
    assert cache.is_loaded("tiny")
    assert cache.get("Tiny") is model
    assert model.facts.name == "tiny"


def test_the_last_model_is_kept_and_the_one_before_given_back(cache: ModelCache) -> None:
    first: weakref.ref[Model] = weakref.ref(cache.get("tiny"))
    second = cache.get("stable_diffusion_2")
    gc.collect()
    assert first() is None
    assert cache.is_loaded("stable_diffusion_2")
    assert not cache.is_loaded("tiny")
    assert second.facts.parametrisation == "v"


def test_another_precision_is_another_model(cache: ModelCache, placements: Placements) -> None:
    assert cache.get("tiny").dtype == torch.float32
    placements.wanted = Placement(torch.device("cpu"), torch.bfloat16)
    assert not cache.is_loaded("tiny")
    assert cache.get("tiny").dtype == torch.bfloat16


def test_a_model_that_fails_to_load_leaves_the_cache_usable(cache: ModelCache, folder: Path) -> None:
    cache.get("stable_diffusion_2")
    hidden = folder / "hidden"
    (folder / UNET).rename(hidden)
    with pytest.raises(RefusedFile):
        cache.get("tiny")
    assert not cache.is_loaded("tiny")
    assert not cache.is_loaded("stable_diffusion_2")
    hidden.rename(folder / UNET)
    assert cache.get("tiny").facts.name == "tiny"


def test_an_unknown_name_is_refused(cache: ModelCache) -> None:
    for ask in (cache.get, cache.is_loaded):
        with pytest.raises(InvalidField, match="There is no model named 'other'") as refused:
            ask("other")
        assert refused.value.field == "model"
