"""Views of recorded runs, decoded by the model that made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studio.generation.views import guidance_difference, view
from studio.job.recipe import Guidance
from studio.job.view import SIGNED_KINDS, VIEW_KINDS, ViewReady, ViewRequest
from studio.models.model import Model
from studio.trajectory.record import Trajectory
from studio.trajectory.sealed import beside, seal
from tests.unit.generation.recorded import EVERY_THIRD, NOWHERE, Made, Studio, branch, plain
from tests.unit.generation.runs import Bent, Loaded

N = 5


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    return Studio(tiny("stable_diffusion_1"), tmp_path)


@pytest.fixture
def made(studio: Studio) -> Made:
    return studio.make(plain("ddpm", N))


def look(studio: Studio, trajectory: str, step: int, kind: Any = "x0", **more: Any) -> ViewReady:
    return view(ViewRequest(trajectory, step, kind, **more), studio.services())


def shown(ready: ViewReady) -> np.ndarray:
    assert ready.image is not None, ready.sentence
    return ready.image.pixels


def test_the_last_state_is_the_picture_itself(studio: Studio, made: Made) -> None:
    saved = studio.services().open_picture(made.finished.path)
    assert np.array_equal(shown(look(studio, made.trajectory, N, "x")), saved.pixels)
    assert not np.array_equal(shown(look(studio, made.trajectory, N - 1, "x")), saved.pixels)


@pytest.mark.parametrize("kind", VIEW_KINDS)
@pytest.mark.parametrize("exact", [True, False])
def test_every_kind_of_every_step_is_a_picture_of_that_size(studio: Studio, made: Made, kind: Any, exact: bool) -> None:
    pictures = []
    for step in range(2, N + 1):
        ready = look(studio, made.trajectory, step, kind, exact=exact)
        assert shown(ready).shape == (64, 64, 3)
        assert (ready.gain != 1.0) == (kind in SIGNED_KINDS)
        pictures.append(shown(ready).tobytes())
    assert len(set(pictures)) == N - 1


def test_looking_leaves_the_record_alone(studio: Studio, made: Made) -> None:
    before = made.finished.trajectory.read_bytes()
    for kind in VIEW_KINDS:
        for step in range(N + 1):
            look(studio, made.trajectory, step, kind)
    kept = studio.store.find(made.trajectory)
    assert made.finished.trajectory.read_bytes() == before
    assert all(
        torch.equal(kept.states[k].x, studio.new_store().find(made.trajectory).states[k].x) for k in range(N + 1)
    )


def test_guidance_is_one_network_call_of_two(studio: Studio, made: Made) -> None:
    sizes: list[int] = []
    model = studio.model

    def network(x: torch.Tensor, *rest: Any) -> torch.Tensor:
        sizes.append(x.shape[0])
        return model.network(x, *rest)

    studio.model = Bent(model, network=network)
    shown(look(studio, made.trajectory, 3, "guidance"))
    assert sizes == [2]
    for kind in ("x", "x0", "eps", "change"):
        look(studio, made.trajectory, 3, kind)
    assert sizes == [2]


def test_guidance_is_what_the_run_was_pushed_by(studio: Studio) -> None:
    """`eps = eps_u + s (eps_c - eps_u)`: two runs with unlike s differ by so much of it in their first step."""
    low, high = (studio.record(plain("ddim", N).model_copy(update={"guidance": Guidance(scale=s)})) for s in (2.0, 6.0))
    difference = guidance_difference(low, 1, studio.model, studio.services())
    level = low.header.levels[0]
    pushed = (low.states[1].x0 - high.states[1].x0) * level.alpha / level.sigma
    assert torch.allclose(4.0 * difference, pushed, atol=1e-4)


def test_guidance_before_a_branch_is_that_of_the_parent(studio: Studio, made: Made) -> None:
    child = studio.record(branch(made.recipe, 3, made.trajectory, prompt="lemon"))
    parent = studio.store.find(made.trajectory)
    given = studio.services()
    for step in range(1, 4):
        ours, theirs = (guidance_difference(one, step, studio.model, given) for one in (child, parent))
        assert torch.equal(ours, theirs)
    ours, theirs = (guidance_difference(one, 4, studio.model, given) for one in (child, parent))
    assert not torch.allclose(ours, theirs, atol=1e-3)


def test_steps_that_were_not_kept_say_so_and_can_be_recorded(studio: Studio) -> None:
    studio.settings = EVERY_THIRD
    made = studio.make(plain("ddim", 6))
    assert look(studio, made.trajectory, 3).image is not None
    missing = look(studio, made.trajectory, 4)
    assert missing.missing
    assert missing.sentence == "Step 4 was not kept; every 3rd step is. Record again to see it."
    nothing = look(studio, NOWHERE, 4)
    assert nothing.missing
    assert "Record them again" in nothing.sentence


def test_what_does_not_exist_is_no_missing_step(studio: Studio, made: Made) -> None:
    for step, kind in ((0, "x0"), (0, "guidance"), (1, "change"), (N + 1, "x")):
        ready = look(studio, made.trajectory, step, kind)
        assert ready.image is None
        assert ready.sentence
        assert not ready.missing


def test_the_model_of_a_run_stays_while_it_works(studio: Studio, made: Made) -> None:
    class Unloaded(Loaded):
        def is_loaded(self, name: str) -> bool:
            return False

    given = replace(studio.services(), models=Unloaded(studio.model))
    request = ViewRequest(made.trajectory, 2)
    assert "when the present run is over" in view(request, given, may_load=False).sentence
    assert view(request, given).image is not None


def test_other_weights_are_not_used(studio: Studio, made: Made) -> None:
    studio.model = Bent(studio.model, facts=Bent(studio.model.facts, hash="0" * 64))
    ready = look(studio, made.trajectory, 2)
    assert "other weights" in ready.sentence
    assert not ready.missing


def test_states_of_another_shape_are_refused(studio: Studio, made: Made) -> None:
    record = studio.store.find(made.trajectory)
    foreign = {k: replace(s, x=s.x[:, :3].contiguous(), x0=None) for k, s in record.states.items()}
    seal(Trajectory(record.header, foreign), beside(made.finished.path))
    for kind in VIEW_KINDS:
        assert "damaged" in look(studio, made.trajectory, 2, kind).sentence


def test_a_decoder_that_fails_is_a_sentence(studio: Studio, made: Made) -> None:
    def decode(latent: torch.Tensor) -> Any:
        raise RuntimeError("no kernel")

    studio.model = Bent(studio.model, decode=decode)
    assert "no kernel" in look(studio, made.trajectory, 2).sentence
    assert look(studio, made.trajectory, 2, exact=False).image is not None
