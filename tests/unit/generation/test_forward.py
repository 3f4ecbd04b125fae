"""Any picture at any level of the forward process."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studio.errors import RefusedFile
from studio.generation.forward import Forward, noised
from studio.image import Image
from studio.job.view import ForwardRequest
from studio.models.model import Model
from studio.sampling.grid import timestep_grid
from studio.sampling.noise import ImageNoise
from studio.sampling.schedule import NoiseLevel
from tests.unit.generation.recorded import Studio, plain
from tests.unit.generation.runs import Bent

STEPS = 6


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    return Studio(tiny("stable_diffusion_1"), tmp_path)


@pytest.fixture
def picture() -> Image:
    return Image(np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8))


def shown(studio: Studio, request: ForwardRequest) -> np.ndarray:
    ready = Forward(studio.services()).view(request)
    assert ready.image is not None, ready.sentence
    return ready.image.pixels


def test_the_clean_end_is_what_the_model_can_keep_of_the_picture(studio: Studio, picture: Image) -> None:
    kept = studio.model.decode(studio.model.encode(picture)).pixels
    end = ForwardRequest(picture, STEPS, steps=STEPS, sampler="euler")
    assert np.array_equal(shown(studio, end), kept)


def test_the_levels_are_those_of_a_run(studio: Studio, picture: Image) -> None:
    """In the middle of the grid the picture is `alpha x0 + sigma eps` of exactly that level."""
    info = studio.methods.samplers.get("ddim").info
    grid = timestep_grid(studio.model.facts.schedule, STEPS, "karras", info)
    x0 = studio.model.encode(picture)
    eps = ImageNoise(5, (4, 8, 12)).draw()
    for index in (0, 3, STEPS):
        level = grid.levels[index]
        wanted = studio.model.decode(level.alpha * x0 + level.sigma * eps).pixels
        request = ForwardRequest(picture, index, seed=5, steps=STEPS, spacing="karras")
        assert np.array_equal(shown(studio, request), wanted)


def test_the_way_leads_to_the_noise_that_a_run_starts_from() -> None:
    eps = ImageNoise(7, (4, 8, 8)).draw()
    x0 = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(1))
    assert torch.equal(noised(x0, NoiseLevel(999.0, 0.0, 1.0), 7), eps)
    assert torch.equal(noised(x0, NoiseLevel(-1.0, 1.0, 0.0), 7), x0)
    level = NoiseLevel(300.0, 0.8, 0.6)
    spread = noised(torch.zeros(1, 4, 128, 128), level, 7).std()
    assert math.isclose(float(spread), 0.6, rel_tol=0.02)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(("width", "height"), [(64, 64), (65, 71), (63, 9), (1, 1), (100, 40)])
def test_any_size_is_kept(studio: Studio, width: int, height: int, exact: bool) -> None:
    picture = Image(np.full((height, width, 3), 90, np.uint8))
    seen = shown(studio, ForwardRequest(picture, STEPS, steps=STEPS, exact=exact))
    assert seen.shape == (height, width, 3)


def test_scrubbing_encodes_once(studio: Studio, picture: Image, tmp_path: Path) -> None:
    calls: list[Image] = []
    opened: list[Path] = []
    model = studio.model

    def encode(image: Image) -> Any:
        calls.append(image)
        return model.encode(image)

    def open_picture(path: Path) -> Image:
        opened.append(path)
        return picture

    studio.model = Bent(model, encode=encode)
    forward = Forward(replace(studio.services(), open_picture=open_picture))
    path = tmp_path / "a.png"
    path.write_bytes(b"")
    for index in range(STEPS + 1):
        assert forward.view(ForwardRequest(path, index, steps=STEPS)).image is not None
    assert (len(calls), len(opened)) == (1, 1)
    forward.view(ForwardRequest(Image(picture.pixels.copy()), 0))
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"index": STEPS + 1}, "Level 7 is out of range"),
        ({"index": -1}, "Level -1 is out of range"),
        ({"steps": 10**6}, "out of range"),
        ({"spacing": "zigzag"}, "Spacing 'zigzag' is not known"),
        ({"sampler": "none"}, "Sampler 'none' is not known"),
    ],
)
def test_what_no_grid_has_is_a_sentence(studio: Studio, picture: Image, fields: Any, sentence: str) -> None:
    request = replace(ForwardRequest(picture, 0, steps=STEPS), **fields)
    ready = Forward(studio.services()).view(request)
    assert ready.image is None
    assert sentence in ready.sentence


def test_what_cannot_be_opened_is_a_sentence(studio: Studio, tmp_path: Path) -> None:
    ready = Forward(studio.services()).view(ForwardRequest(tmp_path / "gone.png", 0))
    assert "no such file" in ready.sentence
    huge = Image(np.broadcast_to(np.uint8(0), (8, 5000, 3)))
    assert "larger than 4096" in Forward(studio.services()).view(ForwardRequest(huge, 0)).sentence
    closed = replace(studio.services(), open_picture=None)
    assert Forward(closed).view(ForwardRequest(tmp_path / "a.png", 0)).sentence


def test_it_does_not_unload_the_model_of_a_run(studio: Studio, picture: Image) -> None:
    source = Bent(studio.services().models, is_loaded=lambda name: False)
    forward = Forward(replace(studio.services(), models=source))
    assert "present run" in forward.view(ForwardRequest(picture, 0), may_load=False).sentence
    assert forward.view(ForwardRequest(picture, 0)).image is not None


def test_a_refused_picture_stays_refused(studio: Studio, tmp_path: Path) -> None:
    def refuse(path: Path) -> Image:
        raise RefusedFile("This is no picture.")

    forward = Forward(replace(studio.services(), open_picture=refuse))
    assert forward.view(ForwardRequest(tmp_path, 0)).sentence == "This is no picture."


def test_a_saved_picture_can_be_noised(studio: Studio) -> None:
    path = studio.make(plain("ddim", 3)).finished.path
    first, last = (shown(studio, ForwardRequest(path, index, seed=7, steps=STEPS)) for index in (0, STEPS))
    assert not np.array_equal(first, last)
