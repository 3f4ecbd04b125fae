"""RePaint's jumps: stretches are walked several times, and any step can still be gone on from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.generation.journey import Journey
from studio.generation.reverse_process import _jumped_up
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.registry import builtin_methods
from tests.unit.generation.inpainting.painted import Easel, half, photograph
from tests.unit.generation.recorded import Studio, branch


def walked(easel: Easel, recipe: Recipe, model: Model) -> tuple[torch.Tensor, int, list[int]]:
    """The last state, the network calls and the numbers of the steps that were told."""
    journey = Journey(recipe, model, builtin_methods(), None, {}, easel.sources)
    journey.start()
    arrivals = list(journey.walk(lambda: None))
    return arrivals[-1].step.x, arrivals[-1].calls, [arrival.number for arrival in arrivals]


def test_each_stretch_is_walked_so_often_and_told_once(easel: Easel, tiny: Callable[[str], Model]) -> None:
    model = tiny("stable_diffusion_1")
    once, calls, told = walked(easel, easel.recipe(photograph(), half(), steps=6), model)
    again, more_calls, told_again = walked(
        easel, easel.recipe(photograph(), half(), steps=6, repeats=3, jump_length=2), model
    )
    assert (calls, more_calls) == (6, 18)
    assert told == told_again == [1, 2, 3, 4, 5, 6]
    assert not torch.allclose(once, again)


def test_a_stretch_that_is_longer_than_the_run_ends_with_it(easel: Easel, tiny: Callable[[str], Model]) -> None:
    model = tiny("stable_diffusion_1")
    _, calls, _ = walked(easel, easel.recipe(photograph(), half(), steps=5, repeats=2, jump_length=4), model)
    assert calls == 10


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler"])
def test_a_branch_from_every_step_of_a_repainted_run_is_the_run(
    easel: Easel, tiny: Callable[[str], Model], tmp_path: Path, sampler: str
) -> None:
    studio = Studio(tiny("stable_diffusion_1"), tmp_path)
    studio.sources = easel.sources
    recipe = easel.recipe(photograph(), half(), sampler, steps=5, repeats=2, jump_length=2)
    whole = studio.make(recipe)
    for step in range(6):
        assert studio.make(branch(recipe, step, whole.trajectory)).pixels == whole.pixels, step
        assert studio.make(branch(recipe, step), fresh=True).pixels == whole.pixels, step


def test_a_jump_up_is_a_draw_of_the_forward_process(easel: Easel, starter: Model) -> None:
    """Clean data of deviation 1 is on the noisier level what q(x_t | x_0) says: the same mean and deviation."""
    recipe = easel.recipe(photograph(512, 512), half(512, 512), steps=4, fields={"width": 512, "height": 512})
    journey = Journey(recipe, starter, builtin_methods(), None, {}, easel.sources)
    plan = journey._plan(journey._parts[0])
    level, noisier = plan.grid.levels[3], plan.grid.levels[1]
    x = torch.full((1, 4, 64, 64), level.alpha * 3.0) + level.sigma * torch.randn(
        (1, 4, 64, 64), generator=torch.Generator().manual_seed(5)
    )
    up = _jumped_up(plan, x, level, noisier)
    error = 4 * noisier.sigma / np.sqrt(up.numel())
    assert abs(float(up.mean()) - noisier.alpha * 3.0) < error
    assert float(up.std()) == pytest.approx(noisier.sigma, rel=0.03)
