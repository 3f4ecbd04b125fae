"""What the check of model folders accepts, the libraries load: half-precision files, weights in several files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from studio import paths
from studio.models.device import choose_placement
from studio.models.loader import load_model
from studio.models.model_folder import WEIGHT_NAMES, check_model_folder
from studio.models.model_hash import model_hash
from tests.unit.models.test_model_folder import CLIP, rename, shard


def in_half_precision(model: Path) -> None:
    for part, name in WEIGHT_NAMES.items():
        rename(model, f"{part}/{name}.safetensors", f"{part}/{name}.fp16.safetensors")


def in_parts(model: Path) -> None:
    shard(model)


def in_half_parts(model: Path) -> None:
    shard(model).rename(model / f"{CLIP}.safetensors.index.fp16.json")


@pytest.mark.parametrize("change", [in_half_precision, in_parts, in_half_parts])
def test_what_is_accepted_loads(tmp_path: Path, change: Callable[[Path], None]) -> None:
    model = tmp_path / "model"
    shutil.copytree(paths.starter_model(), model)
    change(model)
    loaded = load_model(model, choose_placement("cpu", "float32"))
    assert loaded.facts.hash == model_hash(check_model_folder(model))
