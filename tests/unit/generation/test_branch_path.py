"""A sampler that draws from the picture's Brownian path goes on exactly, though nothing of the path is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.generation.journey import Journey
from studio.models.model import Model
from studio.sampling.denoiser import Denoiser
from studio.sampling.info import SamplerInfo
from studio.sampling.noise import ImageNoise
from studio.sampling.registry import builtin_methods
from studio.sampling.sampler import Memory, Run, Step
from studio.sampling.schedule import NoiseLevel
from tests.unit.generation.inpainting.painted import Easel, half, photograph
from tests.unit.generation.recorded import ALL, EVERY_THIRD, Studio, branch, plain

N = 6


class Wanderer:
    """DDIM with noise of the path; it keeps what it was given."""

    info = SamplerInfo("wanderer", "Wanderer", "Noise of the path.")

    def __init__(self) -> None:
        self.given: list[Tensor] = []

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair, noise = denoiser(x, level), run.noise_between(level, next_level)
        self.given.append(noise)
        fresh = 0.5 * next_level.sigma
        kept = (next_level.sigma**2 - fresh**2) ** 0.5
        return Step(next_level.alpha * pair.x0 + kept * pair.eps + fresh * noise, pair.x0)


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    studio = Studio(tiny("stable_diffusion_1"), tmp_path)
    studio.methods.samplers.add([Wanderer()])
    return studio


@pytest.mark.parametrize("kept", [ALL, EVERY_THIRD])
def test_a_branch_and_a_run_that_was_cut_short_are_the_run(studio: Studio, kept: Any) -> None:
    studio.settings = kept
    whole = studio.make(plain("wanderer", N))
    for step in range(N + 1):
        studio.store = studio.new_store()
        assert studio.make(branch(whole.recipe, step, whole.trajectory)).pixels == whole.pixels, step
    other = studio.make(plain("wanderer", N, seed=8), fresh=True)
    assert studio.make(plain("wanderer", N, seed=8), cancel_at=2).steps == [1, 2]
    studio.store = studio.new_store()
    rest = studio.make(plain("wanderer", N, seed=8))
    assert (rest.first, rest.pixels) == (2, other.pixels)


def test_the_path_is_that_of_the_parent_unless_noise_is_drawn_anew(studio: Studio) -> None:
    whole = studio.make(plain("wanderer", N))
    assert studio.make(branch(whole.recipe, 2, whole.trajectory, seed=99)).pixels == whole.pixels
    anew = branch(whole.recipe, 2, whole.trajectory, noise="reseeded", seed=99)
    made = studio.make(anew)
    assert made.pixels == studio.make(anew, fresh=True).pixels != whole.pixels
    later = branch(anew, 4, made.trajectory, seed=5)
    assert studio.make(later).pixels == made.pixels
    assert studio.make(later, fresh=True).pixels == made.pixels


def test_repeats_of_a_stretch_walk_paths_of_their_own(tiny: Callable[[str], Model], tmp_path: Path) -> None:
    easel = Easel(tmp_path)
    recipe = easel.recipe(photograph(), half(), "wanderer", steps=4, repeats=2, jump_length=2)
    model, wanderer, methods = tiny("stable_diffusion_1"), Wanderer(), builtin_methods()
    methods.samplers.add([wanderer])
    journey = Journey(recipe, model, methods, None, {}, easel.sources)
    list(journey.walk(lambda: None))
    levels, noise = journey.grid.levels, ImageNoise(recipe.seed, (4, 8, 8))
    walked = [(0, 1), (1, 1), (0, 0), (1, 0), (2, 1), (3, 1), (2, 0), (3, 0)]
    for given, (index, again) in zip(wanderer.given, walked, strict=True):
        expected = noise.between(levels[index], levels[index + 1], model.facts.schedule, again)
        assert torch.equal(given, expected), (index, again)
