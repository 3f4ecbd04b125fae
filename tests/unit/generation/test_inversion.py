"""A picture becomes a code that draws it again: what is lost falls with the steps, and nothing is kept too early."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.errors import InvalidField, StorageError
from studio.export.picture_file import read_picture, write_new_picture
from studio.generation.inversion import invert
from studio.generation.small_picture import THUMBNAIL
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import TERMINAL, Cancelled, Decoding, Failed, Finished, ImageReady, Started, StepDone
from studio.job.inversion import Inversion, Inverted
from studio.job.recipe import FromCode, checked
from studio.job.recording import RecordSettings
from studio.library.pictures import PictureFolder
from studio.models.model import Model
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.code_store import CodeStore
from studio.trajectory.store import TrajectoryStore
from tests.unit.generation.inpainting.painted import photograph
from tests.unit.generation.inverting import PROMPT, Desk
from tests.unit.generation.runs import At, Bent, picture, small


@pytest.fixture
def desk(tiny: Callable[[str], Model], tmp_path: Path) -> Desk:
    return Desk(tiny("stable_diffusion_1"), tmp_path)


@pytest.fixture
def atelier(starter: Model, tmp_path: Path) -> Desk:
    return Desk(starter, tmp_path)


def error(event: Inverted) -> float:
    assert event.facts.round_trip is not None
    return event.facts.round_trip.latent_error


@pytest.mark.parametrize("subject", ["apple", "lemon", "photograph"])
def test_what_is_lost_falls_with_the_steps(atelier: Desk, subject: str) -> None:
    if subject == "photograph":
        image = photograph(64, 64)
    else:
        image = picture(small(steps=10, prompt=f"{subject}, 3d style"), atelier.model)
    few, many = (atelier.inverted(image, steps) for steps in (10, 50))
    assert error(many) <= 0.2 * error(few)
    assert many.facts.round_trip is not None
    assert few.facts.round_trip is not None
    assert many.facts.round_trip.autoencoder == few.facts.round_trip.autoencoder
    assert many.facts.round_trip.psnr > few.facts.round_trip.psnr


def test_refinement_lowers_the_error_under_guidance(atelier: Desk) -> None:
    image = picture(small(steps=20, width=128, height=128, negative_prompt=""), atelier.model)
    plain, refined = (atelier.inverted(image, 12, 3.0, refine, negative_prompt="") for refine in (0, 2))
    assert error(refined) < 0.5 * error(plain)
    assert plain.residual is None
    assert refined.residual is not None
    assert 0.0 < refined.residual < 0.1
    assert refined.facts.told == f"refine 2, residual {refined.residual:.1e}"


def test_everything_is_told_in_its_order(desk: Desk) -> None:
    told = desk.events(desk.wanted(photograph(64, 64)))
    steps = [event for event in told if isinstance(event, StepDone)]
    assert [type(event) for event in told] == [Started, *[StepDone] * 6, Decoding, Inverted, ImageReady, Finished]
    started = told[0]
    assert isinstance(started, Started)
    assert (started.steps, started.notices) == (
        6,
        ("The negative prompt does nothing at guidance 1. Use more guidance for it.",),
    )
    assert started.timesteps == (0.0, 1.0, 334.0, 667.0, 334.0, 1.0, 0.0)
    assert [(event.step, event.steps) for event in steps] == [(number, 6) for number in range(1, 7)]
    assert tuple(event.timestep for event in steps) == started.timesteps[1:]
    assert [event.seconds for event in steps] == sorted(event.seconds for event in steps)


def test_the_code_is_kept_with_all_that_is_known_of_it(desk: Desk) -> None:
    image = photograph(256, 64)
    event = desk.inverted(image, negative_prompt="blue", guidance=2.0)
    code = CodeStore(desk.codes.folder).find(event.code)
    facts, level = code.facts, desk.model.facts.schedule.level(667)
    assert facts == event.facts
    assert (facts.name, facts.origin, facts.model_hash) == ("apple", "inversion", desk.model.facts.hash)
    assert (facts.timestep, facts.alpha, facts.sigma) == (level.timestep, level.alpha, level.sigma)
    assert (facts.width, facts.height, facts.shape) == (256, 64, desk.model.latent_shape(256, 64))
    assert (facts.prompt, facts.negative_prompt, facts.guidance, facts.steps) == (PROMPT, "blue", 2.0, 3)
    assert code.thumbnail is not None
    assert (code.thumbnail.width, code.thumbnail.height) == (THUMBNAIL, 32)


def test_the_reconstruction_is_what_the_recipe_draws_of_the_code(desk: Desk) -> None:
    image = photograph(64, 64)
    wanted = desk.wanted(image)
    folder = PictureFolder(desk.folder / "pictures", write_new_picture)
    told = desk.events(wanted, save=folder.save)
    event, ready, end = told[-3:]
    assert isinstance(event, Inverted)
    assert isinstance(ready, ImageReady)
    assert isinstance(end, Finished)
    assert end.path is not None
    saved = read_picture(end.path)
    assert saved.recipe == wanted.recipe.model_copy(update={"start": FromCode(code=event.code)})
    assert np.array_equal(saved.image.pixels, event.reconstruction.pixels)
    assert np.array_equal(event.source.pixels, image.pixels)


def test_the_steps_of_the_reconstruction_are_kept_beside_it(desk: Desk) -> None:
    pictures = desk.folder / "pictures"
    store = TrajectoryStore(desk.folder / "kept", lambda: pictures, lambda: RecordSettings("all"))
    save = PictureFolder(pictures, write_new_picture).save
    end = desk.events(desk.wanted(photograph(64, 64)), save=save, trajectories=store)[-1]
    assert isinstance(end, Finished)
    assert end.trajectory is not None
    trajectory = store.open(end.trajectory)
    assert sorted(trajectory.states) == [0, 1, 2, 3]
    (code,) = trajectory.header.recipe.codes
    assert torch.equal(trajectory.states[0].x, desk.codes.find(code).x)


def test_a_picture_of_any_size_is_filled_up_and_cut_again(desk: Desk) -> None:
    event = desk.inverted(photograph(70, 66))
    assert (event.facts.width, event.facts.height) == (72, 72)
    assert (event.reconstruction.width, event.reconstruction.height) == (70, 66)


def test_guidance_is_told_to_be_approximate_and_refinement_offered(desk: Desk) -> None:
    def notices(guidance: float, refine: int) -> str:
        started = desk.events(desk.wanted(photograph(64, 64), 3, guidance, refine, negative_prompt=""))[0]
        assert isinstance(started, Started)
        return " ".join(started.notices)

    assert notices(1.0, 0) == ""
    assert "With guidance 3 the inversion is only approximate; use guidance 1, or refine" in notices(3.0, 0)
    assert "approximate; the residual tells" in notices(3.0, 1)


class Counted:
    """The model's network, which counts its calls and those that begin after the job is cancelled at one of them."""

    def __init__(self, model: Model, cancel: CancelToken, at: int = 0) -> None:
        self._network, self._cancel, self._at = model.network, cancel, at
        self.calls = self.late = 0

    def __call__(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        self.calls += 1
        self.late += self._cancel.cancelled
        if self.calls == self._at:
            self._cancel.cancel()
        return self._network(x, level, conditioning)


def test_cancel_at_random_calls_ends_the_job_once_and_keeps_nothing(desk: Desk) -> None:
    model, wanted = desk.model, desk.wanted(photograph(64, 64), 4, 2.0, 2)
    pictures = desk.folder / "pictures"
    network = Counted(model, CancelToken())
    desk.model = Bent(model, network=network)
    desk.events(wanted)
    for path in desk.kept:
        path.unlink()
    store = TrajectoryStore(desk.folder / "kept", lambda: pictures, lambda: RecordSettings("all"))
    save = PictureFolder(pictures, write_new_picture).save
    chance = random.Random(3)
    for at in {1, network.calls, *(chance.randrange(1, network.calls + 1) for _ in range(10))}:
        cancel = CancelToken()
        network = Counted(model, cancel, at)
        desk.model = Bent(model, network=network)
        told = desk.events(wanted, cancel, save=save, trajectories=store)
        assert sum(isinstance(event, TERMINAL) for event in told) == 1
        end = told[-1]
        assert isinstance(end, Cancelled)
        assert (end.step, end.steps) == (sum(isinstance(event, StepDone) for event in told), 8)
        assert (network.calls, network.late) == (at, 0)
        assert desk.kept == []
        assert not list(desk.folder.rglob("*.png"))


def test_cancel_at_every_event_ends_the_job_with_the_next_one(desk: Desk) -> None:
    wanted = desk.wanted(photograph(64, 64), 2)
    count = len(desk.events(wanted))
    for number in range(count - 1):
        for path in desk.kept:
            path.unlink()
        cancel, told = CancelToken(), []
        for event in invert(1, wanted, desk.services(), cancel):
            told.append(event)
            if len(told) == number + 1:
                cancel.cancel()
        through = number >= count - 3
        assert isinstance(told[-1], Finished if through else Cancelled), number
        assert len(told) == (count if through else number + 2)
        assert len(desk.kept) == through


@pytest.mark.parametrize("call", [1, 2])
def test_a_job_that_is_cancelled_while_it_decodes_keeps_nothing(desk: Desk, call: int) -> None:
    cancel, model, calls = CancelToken(), desk.model, []

    def decode(latent: Tensor) -> Image:
        calls.append(latent)
        if len(calls) == call:
            cancel.cancel()
        return model.decode(latent)

    desk.model = Bent(model, decode=decode)
    end = desk.events(desk.wanted(photograph(64, 64)), cancel)[-1]
    assert end == Cancelled(1, 6, 6)
    assert len(calls) == call
    assert desk.kept == []


def test_what_goes_wrong_ends_the_job_with_a_sentence_and_keeps_nothing(desk: Desk) -> None:
    wanted, model = desk.wanted(photograph(64, 64)), desk.model
    assert isinstance(desk.events(wanted, codes=None)[-1], Failed)
    desk.model = Bent(model, network=At(model, 2, lambda output: output * float("nan")))
    end = desk.events(wanted)[-1]
    assert isinstance(end, Failed)
    assert "no numbers at step 3 of 3" in end.sentence or "no numbers at step 2 of 3" in end.sentence
    missing = wanted.model_copy(update={"image": "0" * 64})
    lost = desk.events(missing)[-1]
    assert isinstance(lost, Failed)
    assert lost.exit_code == 2
    assert desk.kept == []


def test_a_disk_that_says_no_fails_the_job(desk: Desk) -> None:
    class Full:
        find = desk.codes.find

        def keep(self, _: object) -> str:
            raise StorageError("There is no space left on the disk.")

    told = desk.events(desk.wanted(photograph(64, 64)), codes=Full())
    end = told[-1]
    assert isinstance(end, Failed)
    assert end.sentence == "There is no space left on the disk."
    assert not any(isinstance(event, Inverted) for event in told)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a sampler with noise": ({"recipe": small("ddpm")}, "Only DDIM with eta 0"),
    "eta": ({"recipe": small(options={"eta": 0.5})}, "Only DDIM with eta 0"),
    "a start": ({"recipe": small().model_copy(update={"start": FromCode(code="0" * 64)})}, "inverted whole"),
    "a blend": ({"recipe": small(blend=({"prompt": "a", "weight": 1.0},))}, "with one prompt"),
    "too many repetitions": ({"refine": 11}, "Use 0 to 10"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_inverted_is_refused(case: str) -> None:
    fields, words = WRONG[case]
    with pytest.raises(InvalidField, match=words):
        checked(Inversion, **{"recipe": small(), "image": "0" * 64, **fields})
