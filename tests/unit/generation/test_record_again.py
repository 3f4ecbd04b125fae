"""The steps of a picture that were let go are brought back: the same, beside the picture, and without a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio.export.picture_file import read_picture, write_picture
from studio.generation.answers import answer
from studio.generation.facts import FactsBook
from studio.generation.record_again import record_again
from studio.generation.run import run
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import (
    TERMINAL,
    Cancelled,
    Failed,
    Finished,
    GeneratedImage,
    ImageReady,
    JobEvent,
    Started,
    StepDone,
)
from studio.job.facts import FactsRequest
from studio.job.recording import RecordAgain
from studio.job.shelf import ForgetRequest, PinRequest, UnfinishedRequest, UsageRequest
from studio.models.model import Model
from studio.trajectory.sealed import beside
from tests.unit.generation.recorded import ALL, EVERY_THIRD, NONE, NOWHERE, Made, Studio, branch, plain
from tests.unit.trajectory.made import same

N = 5


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    return Studio(tiny("stable_diffusion_1"), tmp_path)


def again(studio: Studio, made: Made, cancel_at: int | None = None) -> list[JobEvent]:
    token, told = CancelToken(), []
    for event in record_again(1, RecordAgain(made.finished.path, made.recipe), studio.services(), token):
        told.append(event)
        if isinstance(event, StepDone) and event.step == cancel_at:
            token.cancel()
    return told


@pytest.mark.parametrize("settings", [ALL, EVERY_THIRD, NONE])
@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_the_steps_come_back_as_they_were(studio: Studio, sampler: str, settings: object) -> None:
    made = studio.make(plain(sampler, N))
    before = studio.store.open(made.finished.trajectory)
    picture = made.finished.path.read_bytes()
    made.finished.trajectory.unlink()
    studio.settings, studio.store = settings, studio.new_store()
    told = again(studio, made)
    end = told[-1]
    assert isinstance(end, Finished)
    assert (end.path, end.trajectory, end.notices) == (made.finished.path, beside(made.finished.path), ())
    assert same(studio.new_store().open(end.trajectory), before)
    assert made.finished.path.read_bytes() == picture
    assert len(list(studio.pictures.glob("*.png"))) == 1
    assert not [event for event in told if isinstance(event, ImageReady)]


def test_every_step_is_kept_even_if_some_were_kept_before(studio: Studio) -> None:
    studio.settings = EVERY_THIRD
    made = studio.make(plain("ddpm", N))
    cut = studio.make(plain("ddpm", N), cancel_at=4)
    assert isinstance(cut.end, Cancelled)
    told = again(studio, made)
    assert next(event for event in told if isinstance(event, Started)).first_step == 0
    assert sorted(studio.new_store().open(told[-1].trajectory).states) == list(range(N + 1))


def test_a_branch_comes_back_with_its_shared_steps(studio: Studio) -> None:
    root = studio.make(plain("ddpm", N))
    made = studio.make(branch(root.recipe, 2, root.trajectory, prompt="lemon"))
    before = studio.store.open(made.finished.trajectory)
    for path in studio.pictures.glob("*.safetensors"):
        path.unlink()
    studio.store = studio.new_store()
    assert same(studio.new_store().open(again(studio, made)[-1].trajectory), before)


def replace_picture(made: Made, image: Image) -> None:
    write_picture(made.finished.path, GeneratedImage(image, made.recipe, 1.0, "a", "cpu", "float32"))


def test_a_picture_that_does_not_come_out_again_is_told(studio: Studio) -> None:
    made = studio.make(plain("ddim", N))
    pixels = read_picture(made.finished.path).image.pixels.copy()
    pixels[3, 3, 0] ^= 4
    replace_picture(made, Image(pixels))
    (notice,) = again(studio, made)[-1].notices
    assert "differs from the saved one by up to 4 of 255" in notice


def test_a_picture_of_another_size_is_told(studio: Studio) -> None:
    made = studio.make(plain("ddim", N))
    replace_picture(made, Image(np.zeros((8, 8, 3), np.uint8)))
    (notice,) = again(studio, made)[-1].notices
    assert "in its size" in notice


def test_a_picture_that_is_gone_fails_before_any_work(studio: Studio) -> None:
    made = studio.make(plain("ddim", N))
    made.finished.path.unlink()
    (end,) = again(studio, made)
    assert isinstance(end, Failed)
    assert "no such file" in end.sentence


def test_cancelling_leaves_what_was_there(studio: Studio) -> None:
    made = studio.make(plain("ddim", N))
    before = made.finished.trajectory.read_bytes()
    told = again(studio, made, cancel_at=2)
    assert [type(event) for event in told if isinstance(event, TERMINAL)] == [Cancelled]
    assert made.finished.trajectory.read_bytes() == before
    assert not [path for path in (studio.folder / "kept").rglob("*") if path.is_file()]


class TestQuestions:
    def test_space_and_pins(self, studio: Studio) -> None:
        made = studio.make(plain("ddim", N))
        usage = answer(UsageRequest(), studio.services()).usage
        assert usage is not None
        assert (usage.count, usage.bytes) == (1, made.finished.trajectory.stat().st_size)
        pinned = answer(PinRequest(made.trajectory, True), studio.services()).usage
        assert pinned is not None
        assert pinned.pinned == {made.trajectory}
        assert answer(PinRequest(made.trajectory, False), studio.services()).usage.pinned == frozenset()

    def test_runs_that_a_crash_left(self, studio: Studio) -> None:
        recipe = plain("ddim", N)
        header = studio.record(recipe).header
        recording = studio.store.begin(header)
        recording.add(studio.store.find(header.id).states.get(0) or studio.new_store().find(header.id).states[0])
        recording.close()
        studio.store = studio.new_store()
        (run,) = answer(UnfinishedRequest(), studio.services()).runs
        assert (run.recipe, run.trajectory, run.step, run.steps) == (recipe, header.id, 0, N)
        assert answer(ForgetRequest(header.id), studio.services()).runs == ()
        assert answer(UnfinishedRequest(), studio.services()).runs == ()

    def test_a_disk_that_refuses_is_a_sentence(self, studio: Studio) -> None:
        (studio.folder / "kept").mkdir(parents=True, exist_ok=True)
        (studio.folder / "kept" / "pinned").write_bytes(b"in the way")
        told = answer(PinRequest("a" * 32, True), studio.services())
        assert "could not be written" in told.sentence
        assert told.usage is not None


class TestFacts:
    def test_the_numbers_of_a_run(self, studio: Studio) -> None:
        made = studio.make(plain("ddim", N))
        book = FactsBook(studio.services())
        facts = book.facts(FactsRequest(made.trajectory))
        kept = studio.store.find(made.trajectory)
        assert facts.sentence == ""
        assert facts.kept == tuple(range(N + 1))
        assert facts.norms[3] == pytest.approx(float(kept.states[3].x.square().mean().sqrt()))
        assert facts.changes[3] == pytest.approx(float((kept.states[3].x - kept.states[2].x).square().mean().sqrt()))
        assert 0 not in facts.changes
        assert all(facts.equations)
        beside_picture = book.facts(FactsRequest(picture=made.finished.path))
        assert (beside_picture.trajectory, beside_picture.norms) == (made.trajectory, facts.norms)

    def test_what_is_not_kept_is_a_sentence(self, studio: Studio) -> None:
        book = FactsBook(studio.services())
        assert "not kept" in book.facts(FactsRequest(NOWHERE)).sentence
        assert "not kept" in book.facts(FactsRequest(picture=studio.folder / "a.png")).sentence

    def test_they_grow_with_the_run(self, studio: Studio) -> None:
        book, seen, trajectory = FactsBook(studio.services()), [], ""
        for event in run(1, plain("ddim", N), studio.services(), CancelToken()):
            if isinstance(event, Started):
                trajectory = event.trajectory
            elif isinstance(event, StepDone):
                facts = book.facts(FactsRequest(trajectory))
                seen.append(facts.kept[-1])
                assert set(facts.norms) == set(facts.kept)
        assert seen == list(range(1, N + 1))
