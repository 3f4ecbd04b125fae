"""Painted runs are recorded, gone on from and branched like all others; a branch may bring its own mask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio.generation.views import view
from studio.job.inpaint import Inpaint
from studio.job.view import ViewRequest
from studio.models.model import Model
from tests.unit.generation.inpainting.painted import Easel, half, photograph, spot
from tests.unit.generation.recorded import NONE, Studio, branch
from tests.unit.generation.runs import small

WALKS = [("ddim", {"eta": 0.0}), ("ddim", {"eta": 1.0}), ("ddpm", {}), ("euler", {})]


@pytest.fixture
def studio(easel: Easel, tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    made = Studio(tiny("stable_diffusion_1"), tmp_path)
    made.sources = easel.sources
    return made


@pytest.mark.parametrize(("sampler", "options"), WALKS)
@pytest.mark.parametrize("mode", ["blend", "soft", "crop"])
def test_a_branch_that_changes_nothing_is_the_run(
    studio: Studio, easel: Easel, sampler: str, options: dict[str, float], mode: str
) -> None:
    mask = spot(64, 64, 10, 20, 30, value=180)
    recipe = easel.recipe(photograph(), mask, sampler, 4, fields={"options": options}, mode=mode)
    whole = studio.make(recipe)
    for step in range(5):
        assert studio.make(branch(recipe, step, whole.trajectory)).pixels == whole.pixels, step
    assert studio.make(branch(recipe, 2), fresh=True).pixels == whole.pixels


@pytest.mark.parametrize("strength", [0.3, 0.5, 0.99])
def test_an_image_to_image_run_is_branched_too(studio: Studio, easel: Easel, strength: float) -> None:
    recipe = easel.recipe(photograph(), None, steps=6, strength=strength)
    whole = studio.make(recipe)
    assert whole.steps == list(range(1, int(6 * strength + 1e-9) + 1))
    for step in range(len(whole.steps) + 1):
        assert studio.make(branch(recipe, step, whole.trajectory)).pixels == whole.pixels, step


def test_recording_changes_nothing(studio: Studio, easel: Easel) -> None:
    recipe = easel.recipe(photograph(), half(), "ddpm", 4)
    kept = studio.make(recipe).pixels
    studio.settings = NONE
    assert studio.make(recipe).pixels == kept


def test_a_branch_of_a_plain_run_may_paint(studio: Studio, easel: Easel) -> None:
    """Pause, repaint, go on: outside its mask the branch ends with the picture it was given."""
    plain, source, mask = small(steps=6), photograph(), half()
    whole = studio.make(plain)
    inpaint = Inpaint(image=easel.sources.offer(source), mask=easel.sources.offer(mask))
    made = studio.make(branch(plain, 3, whole.trajectory, inpaint=inpaint))
    assert made.first == 3
    assert made.pixels != whole.pixels
    picture = studio.opened(made)
    assert np.array_equal(picture.pixels[:, :32], source.pixels[:, :32])
    assert not np.array_equal(picture.pixels[:, 32:], source.pixels[:, 32:])


def test_a_branch_with_another_mask_shares_what_came_before(studio: Studio, easel: Easel) -> None:
    source = photograph()
    recipe = easel.recipe(source, half(), steps=6)
    whole = studio.make(recipe)
    mask = easel.sources.offer(spot(64, 64, 0, 0, 24))
    made = studio.make(branch(recipe, 3, whole.trajectory, inpaint=recipe.inpaint.model_copy(update={"mask": mask})))
    assert made.first == 3
    picture = studio.opened(made)
    kept = np.ones((64, 64), bool)
    kept[:24, :24] = False
    assert np.array_equal(picture.pixels[kept], source.pixels[kept])


def test_the_next_start_finds_what_a_run_was_painted_on(studio: Studio, easel: Easel, tmp_path: Path) -> None:
    recipe = easel.recipe(photograph(), half(), steps=3)
    before = studio.make(recipe).pixels
    studio.sources = Easel(tmp_path).sources
    assert studio.make(recipe, fresh=True).pixels == before


def test_the_x0_of_the_last_step_is_the_picture_and_x_is_what_it_is(studio: Studio, easel: Easel) -> None:
    recipe = easel.recipe(photograph(), half(), steps=3)
    made = studio.make(recipe)
    shown = {kind: view(ViewRequest(made.trajectory, 3, kind), studio.services()).image for kind in ("x0", "x")}
    kept = photograph().pixels[:, :32]
    assert shown["x0"] is not None
    assert shown["x"] is not None
    assert np.array_equal(shown["x0"].pixels[:, :32], kept)
    assert not np.array_equal(shown["x"].pixels[:, :32], kept)
