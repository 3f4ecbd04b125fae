"""A branch goes on as the run itself would have, bit for bit: from every step, with and without records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.generation.segments import segments
from studio.job.event import Failed
from studio.job.recipe import Recipe
from studio.models.model import Model
from tests.unit.generation.recorded import ALL, EVERY_THIRD, NONE, NOWHERE, Studio, branch, plain
from tests.unit.generation.runs import Bent, small

N = 6
WALKS = [("ddim", {}), ("ddim", {"eta": 1.0}), ("ddpm", {}), ("euler", {})]


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    return Studio(tiny("stable_diffusion_1"), tmp_path)


@pytest.mark.parametrize(("sampler", "options"), WALKS)
@pytest.mark.parametrize("kept", [ALL, EVERY_THIRD, NONE])
def test_an_unchanged_branch_is_the_run_itself(studio: Studio, sampler: str, options: dict, kept: object) -> None:
    studio.settings = kept
    whole = studio.make(plain(sampler, N, **options))
    for step in range(N + 1):
        same = studio.make(branch(whole.recipe, step, whole.trajectory or NOWHERE))
        assert same.pixels == whole.pixels, step
        known = step if kept is ALL else step - step % 3 if kept is EVERY_THIRD else 0
        assert same.first == known
        assert same.steps == list(range(known + 1, N + 1))


CHANGES = {
    "prompt": {"prompt": "lemon"},
    "negative prompt": {"negative_prompt": "dark"},
    "guidance": {"guidance": {"scale": 1.5, "interval": (0.0, 0.6)}},
    "sampler": {"sampler": "euler"},
    "noisy sampler": {"sampler": "ddpm", "options": {}},
    "steps": {"steps": 11},
    "spacing": {"spacing": "karras"},
    "new noise": {"sampler": "ddpm", "noise": "reseeded", "seed": 12},
    "seed alone": {"sampler": "ddpm", "seed": 12},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("parent", ["ddim", "ddpm"])
def test_a_changed_branch_is_the_same_with_records_and_without(studio: Studio, parent: str, change: str) -> None:
    whole = studio.make(plain(parent, N))
    for step in (0, 2, 5):
        wanted = branch(whole.recipe, step, whole.trajectory, **CHANGES[change])
        made = studio.make(wanted)
        assert made.pixels == studio.make(wanted, fresh=True).pixels
        assert made.first == step
    early = studio.make(branch(whole.recipe, 1, whole.trajectory, **CHANGES[change]))
    same = (parent, change) in {("ddpm", "noisy sampler"), ("ddpm", "seed alone")}
    assert (early.pixels == whole.pixels) == same


def test_recorded_noise_goes_on_and_reseeded_noise_does_not(studio: Studio) -> None:
    whole = studio.make(plain("ddpm", N))
    assert studio.make(branch(whole.recipe, 2, whole.trajectory, seed=99)).pixels == whole.pixels
    again = studio.make(branch(whole.recipe, 2, whole.trajectory, noise="reseeded", seed=99))
    other = studio.make(branch(whole.recipe, 2, whole.trajectory, noise="reseeded", seed=98))
    assert len({whole.pixels, again.pixels, other.pixels}) == 3


def test_a_branch_at_the_start_keeps_the_noise_of_its_parent(studio: Studio) -> None:
    whole = studio.make(plain("ddim", N))
    for trajectory in (whole.trajectory, NOWHERE):
        assert studio.make(branch(whole.recipe, 0, trajectory, seed=99)).pixels == whole.pixels
        assert studio.make(branch(whole.recipe, 0, trajectory, noise="reseeded", seed=99)).pixels == whole.pixels


steps_of = st.integers(0, 4)
change_of = st.sampled_from([{}, *CHANGES.values()])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=steps_of, second=steps_of, third=steps_of, changes=st.tuples(change_of, change_of, change_of), end=steps_of
)
def test_branches_of_branches(
    studio: Studio, first: int, second: int, third: int, changes: tuple[dict, dict, dict], end: int
) -> None:
    """Three deep, each at any step of the one before; then nothing changed is the same as the last."""
    recipe = plain("ddpm", 4)
    for step, change in zip((first, second, third), changes, strict=True):
        made = studio.make(recipe)
        step = min(step, length(studio, recipe))
        wanted = branch(recipe, step, made.trajectory, **change)
        if not fits(studio, wanted):
            return
        recipe = wanted
    last = studio.make(recipe)
    fresh = studio.make(recipe, fresh=True)
    assert last.pixels == fresh.pixels
    unchanged = branch(recipe, min(end, length(studio, recipe)), last.trajectory)
    assert studio.make(unchanged).pixels == last.pixels
    assert studio.make(unchanged, fresh=True).pixels == last.pixels


def length(studio: Studio, recipe: Recipe) -> int:
    return segments(recipe, studio.model.facts.schedule, studio.methods)[-1].last


def fits(studio: Studio, recipe: Recipe) -> bool:
    try:
        length(studio, recipe)
    except InvalidField:
        return False
    return True


@pytest.mark.parametrize("step", range(N + 1))
def test_a_grid_that_ends_twice_at_one_level_can_be_branched_twice(studio: Studio, step: int) -> None:
    """DDIM on `linspace` ends where its last step began, and a branch of a branch must not lose that step."""
    whole = studio.make(small("ddim", sampling={"sampler": "ddim", "steps": N, "spacing": "linspace"}))
    once = studio.make(branch(whole.recipe, 2, whole.trajectory, steps=9, spacing="linspace"))
    twice = branch(once.recipe, step, once.trajectory)
    assert studio.make(twice).pixels == once.pixels
    assert length(studio, twice) == length(studio, once.recipe)


def test_a_step_out_of_range_is_refused(studio: Studio) -> None:
    whole = studio.make(plain("ddim", N))
    end = studio.make(branch(whole.recipe, N + 1, whole.trajectory)).end
    assert isinstance(end, Failed)
    assert end.sentence == f"Step {N + 1} is out of range. This run has {N} steps, 0 to {N}."
    assert end.field == "step"


def test_steps_of_other_weights_are_refused(studio: Studio) -> None:
    whole = studio.make(plain("ddim", N))
    facts = studio.model.facts
    other = Bent(facts, hash="f" * 64)
    studio.model = Bent(studio.model, facts=other)
    end = studio.make(branch(whole.recipe, 3, whole.trajectory)).end
    assert isinstance(end, Failed)
    assert "other weights" in end.sentence


def test_a_prefix_that_is_not_kept_is_told(studio: Studio) -> None:
    whole = studio.make(plain("ddim", N))
    assert studio.make(branch(whole.recipe, 3, whole.trajectory)).notices == ()
    missing = studio.make(branch(whole.recipe, 3, NOWHERE))
    assert missing.notices == ("The steps before the branch are not kept, so they are computed again.",)
    assert missing.pixels == whole.pixels
