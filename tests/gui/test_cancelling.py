"""Cancelling at any moment, Esc, and closing the window while it works."""

from __future__ import annotations

import gc
import random
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtTest import QTest
from shiboken6 import isValid

from studio.export.picture_file import read_picture
from studio.job.event import Cancelled, Finished, ImageReady, Queued, StepDone
from studio.models import loader
from studio.ui.panels.history_model import JobState
from tests.gui.studio_driver import Driver, saved_pictures

MOMENTS = 24


@pytest.fixture
def slow_loading(loaded_once: None, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Holds the loading of models until the test sets the event."""
    load, go = loader.load_model, threading.Event()
    monkeypatch.setattr(loader, "load_model", lambda *place, **name: load(*place, **name) if go.wait(60) else None)
    return go


class TestCancel:
    def test_at_random_moments_each_job_ends_exactly_once(self, studio: Driver) -> None:
        studio.small(steps=3)
        studio.run()
        draw = random.Random(7)
        for _ in range(MOMENTS):
            studio.window.form.set(count=draw.choice((1, 1, 2)))
            studio.generate()
            said = len(studio.events)
            wanted = said + draw.randrange(7)
            studio.until(lambda wanted=wanted: len(studio.events) >= wanted or not studio.window.session.status.running)
            QTest.qWait(draw.randrange(0, 60))
            studio.window.session.cancel()
            studio.rest()
        jobs = {event.job for event in studio.events if isinstance(event, Queued)}
        assert len(jobs) > MOMENTS
        assert all(len(studio.terminal(job)) == 1 for job in jobs)
        finished = [event for event in studio.events if isinstance(event, Finished)]
        assert len(saved_pictures()) == len(finished)
        assert any(isinstance(event, Cancelled) for event in studio.events)

    def test_the_picture_after_a_cancelled_run_is_that_of_a_fresh_start(self, start: Callable[..., Driver]) -> None:
        fresh = start()
        fresh.window.form.set(sampler="ddpm", steps=3, width=64, height=64, seed=5, seed_locked=True)
        expected = read_picture(fresh.run()).image.pixels
        fresh.close()
        other = start()
        other.window.form.set(sampler="ddpm", steps=3, width=64, height=64, seed=5, seed_locked=True)
        other.generate()
        other.until(lambda: any(isinstance(event, StepDone) for event in other.events))
        other.window.session.cancel()
        other.rest()
        assert np.array_equal(read_picture(other.run()).image.pixels, expected)

    def test_what_was_reached_is_told_and_kept(self, studio: Driver) -> None:
        studio.small(steps=40)
        studio.generate()
        studio.until(lambda: any(isinstance(event, StepDone) and event.step == 2 for event in studio.events))
        studio.press(Qt.Key.Key_Escape)
        studio.rest()
        (ended,) = studio.terminal(1)
        assert isinstance(ended, Cancelled)
        assert studio.foot() == f"Cancelled at step {ended.step} of 40. The steps are kept."
        assert studio.window.timeline.look(1) is not None
        assert studio.window.history.entry(1).state is JobState.CANCELLED
        assert not saved_pictures()

    def test_a_run_that_waits_for_the_model_is_cancelled_at_once(
        self, studio: Driver, slow_loading: threading.Event
    ) -> None:
        studio.small(steps=2)
        studio.window.warm_up()
        studio.window.form.set(count=3)
        studio.generate()
        studio.window.session.cancel()
        assert studio.foot() == "Cancelled before the first step."
        assert not studio.window.session.status.running
        assert [len(studio.terminal(job)) for job in (1, 2, 3)] == [1, 1, 1]
        slow_loading.set()

    def test_the_runs_that_were_queued_later_go_on(self, studio: Driver, slow_loading: threading.Event) -> None:
        studio.small(steps=2)
        studio.window.warm_up()
        studio.window.form.set(count=2)
        studio.generate()
        studio.window.form.set(count=1, prompt="fox", seed=3)
        studio.generate()
        studio.window.session.cancel()
        assert studio.foot() == "Queued"
        texts: list[str] = []
        studio.window.session.status_changed.connect(lambda status: texts.append(status.text))
        slow_loading.set()
        studio.rest()
        assert [path.name for path in saved_pictures()] == ["fox-3.png"]
        assert any(text.startswith("Step 1 of 2") for text in texts)
        assert "Cancelling" not in texts[1:]

    def test_cancel_takes_the_place_of_generate(self, studio: Driver) -> None:
        foot = studio.window.recipe_pane.foot
        studio.small(steps=40)
        foot._generate.setFocus()
        before = foot._generate.mapTo(studio.window, foot._generate.rect().topLeft())
        studio.press(Qt.Key.Key_Space)
        assert foot._cancel.isVisible()
        assert foot._cancel.hasFocus()
        assert foot._cancel.mapTo(studio.window, foot._cancel.rect().topLeft()) == before
        studio.until(lambda: any(isinstance(event, StepDone) for event in studio.events))
        QTest.mouseClick(foot._cancel, Qt.MouseButton.LeftButton)
        studio.rest()
        assert isinstance(studio.terminal(1)[0], Cancelled)
        assert foot._generate.hasFocus()


class TestEscape:
    """Esc ends the innermost thing, and the run last."""

    @pytest.fixture
    def running(self, studio: Driver) -> Iterator[Driver]:
        studio.small(steps=60)
        studio.generate()
        studio.until(lambda: any(isinstance(event, StepDone) for event in studio.events))
        yield studio
        studio.window.session.cancel()
        studio.rest()

    def test_it_closes_the_completions_and_leaves_the_run(self, running: Driver) -> None:
        editor = running.window.recipe_pane.prompt.editor()
        running.window.recipe_pane.prompt.focus_prompt()
        QTest.keyClicks(editor, "ca")
        assert editor.completions().isVisible()
        running.press(Qt.Key.Key_Escape)
        assert not editor.completions().isVisible()
        assert not running.terminal(1)

    def test_it_takes_back_what_was_typed_and_leaves_the_run(self, running: Driver) -> None:
        field = running.row("steps").field()
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, "12")
        running.press(Qt.Key.Key_Escape)
        assert field.text() == "60"
        assert not running.terminal(1)

    def test_it_closes_the_banner_and_then_cancels_the_run(self, running: Driver) -> None:
        running.window.controller.banner.tell("info", "Something to know.")
        running.press(Qt.Key.Key_Escape)
        assert not running.banner()
        assert not running.terminal(1)
        running.press(Qt.Key.Key_Escape)
        running.rest()
        assert isinstance(running.terminal(1)[0], Cancelled)

    def test_it_closes_the_history_that_lies_over_the_canvas(self, running: Driver) -> None:
        running.window.resize(1000, 700)
        running.window.workspace.open_overlay()
        assert running.window.history.isVisible()
        running.press(Qt.Key.Key_Escape)
        assert not running.window.history.isVisible()
        assert not running.terminal(1)

    def test_it_does_nothing_at_rest(self, studio: Driver) -> None:
        studio.press(Qt.Key.Key_Escape)
        assert not studio.events
        assert studio.window.isVisible()


class TestClosing:
    def test_while_a_run_works_and_others_wait(self, studio: Driver) -> None:
        studio.small(steps=60)
        studio.window.form.set(count=3)
        studio.generate()
        studio.until(lambda: any(isinstance(event, StepDone) for event in studio.events))
        studio.close()
        assert not working_threads()
        assert not any(isinstance(event, ImageReady) for event in studio.events)

    def test_while_the_model_is_loading(self, studio: Driver, slow_loading: threading.Event) -> None:
        studio.window.warm_up()
        studio.generate()
        threading.Timer(0.3, slow_loading.set).start()
        studio.close()
        assert not working_threads()
        assert not saved_pictures()

    def test_at_once(self, studio: Driver) -> None:
        studio.close()
        assert not working_threads()

    def test_with_a_dialog_open(self, studio: Driver) -> None:
        studio.window.actions_of_window.settings.trigger()
        studio.close()
        assert not working_threads()
        assert not studio.window.isVisible()


def working_threads() -> int:
    """How many worker threads run."""
    threads = [thing for thing in gc.get_objects() if type(thing) is QThread and isValid(thing)]
    return sum(thread.objectName() == "generation" and thread.isRunning() for thread in threads)


def test_the_search_for_threads_finds_one(studio: Driver) -> None:
    assert working_threads() == 1
