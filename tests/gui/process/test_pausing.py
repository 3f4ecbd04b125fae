"""Pause, look back, go on; pause, change, branch; cancel, go on. With the real engine."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.image import Pixels
from studio.job.event import Cancelled, Finished, Paused, Queued, Resumed, Started, StepDone
from studio.job.recipe import FromStep
from studio.ui.panels.history_model import JobState
from studio.ui.run_status import Phase
from tests.gui.studio_driver import Driver

STEPS = 6
PAUSE = (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


def uninterrupted(studio: Driver) -> Pixels:
    studio.run()
    return studio.shown()


def finished(studio: Driver) -> Pixels:
    studio.rest()
    assert isinstance(studio.events[-1], Finished)
    return studio.shown()


def pause_in_run(studio: Driver) -> int:
    """Generate and pause as soon as steps are computed; the step where the run waits."""
    studio.generate()
    session = studio.window.session
    studio.until(lambda: session.status.phase is Phase.SAMPLING)
    studio.press(*PAUSE)
    studio.until(lambda: session.status.phase is Phase.PAUSED)
    assert session.paused is not None
    return session.paused.step


@pytest.fixture
def ready(studio: Driver) -> Driver:
    """The same seed again and again, with a sampler that draws noise in every step."""
    studio.small(steps=STEPS)
    studio.window.form.set(seed_locked=True, sampler="ddpm")
    return studio


def test_pause_look_back_and_go_on_gives_the_uninterrupted_picture(ready: Driver) -> None:
    expected = uninterrupted(ready)
    step = pause_in_run(ready)
    assert ready.foot() == f"Paused at step {step} of {STEPS}"
    timeline = ready.window.timeline
    if step:
        timeline.filmstrip.go_to(1)
        ready.until(lambda: timeline.look(1) is not None)
        assert ready.window.canvas.caption().startswith(f"Step 1 of {STEPS}")
    assert ready.window.session.status.phase is Phase.PAUSED
    ready.press(*PAUSE)
    ready.rest()
    timeline.set_live(True)
    assert np.array_equal(finished(ready), expected)
    assert [type(event) for event in ready.events if isinstance(event, (Paused, Resumed))] == [Paused, Resumed]


def test_the_buttons_pause_and_go_on_too(ready: Driver) -> None:
    foot, history = ready.window.recipe_pane.foot, ready.window.history
    pause_in_run(ready)
    entry = history.entry(ready.events[-1].job)
    assert entry is not None
    assert entry.state is JobState.PAUSED
    assert (foot._pause.text(), foot._pause.property("kind"), foot._cancel.property("kind")) == ("Go on", "primary", "")
    foot._pause.click()
    ready.rest()
    assert isinstance(ready.events[-1], Finished)
    assert entry.state is JobState.FINISHED


def test_a_changed_prompt_goes_on_as_a_branch_from_the_paused_step(ready: Driver) -> None:
    first = uninterrupted(ready)
    step = pause_in_run(ready)
    parent = ready.window.session.paused
    ready.window.form.set(prompt="green lemon, 3d style")
    ready.press(*PAUSE)
    assert ready.toast().startswith(f"You changed the recipe, so this is a branch from step {step}.")
    picture = finished(ready)
    queued = [event.recipe for event in ready.events if isinstance(event, Queued)][-1]
    assert isinstance(queued.start, FromStep)
    assert (queued.start.step, queued.start.trajectory) == (step, parent.trajectory)
    assert (queued.start.parent, queued.prompt, queued.seed) == (parent.recipe, "green lemon, 3d style", 7)
    began = [event for event in ready.events if isinstance(event, Started)][-1]
    assert began.first_step == step
    assert not np.array_equal(picture, first)


def test_a_rolled_seed_is_no_change(ready: Driver) -> None:
    ready.window.form.set(seed_locked=False)
    pause_in_run(ready)
    assert ready.window.form.values.seed != 7
    ready.press(*PAUSE)
    ready.rest()
    assert [type(event) for event in ready.events if isinstance(event, (Cancelled, Finished))] == [Finished]


def test_another_size_cannot_branch_and_the_run_still_waits(ready: Driver) -> None:
    pause_in_run(ready)
    ready.window.form.set(width=128)
    ready.press(*PAUSE)
    assert any("A branch keeps model and size" in problem for problem in ready.problems())
    assert ready.window.session.status.phase is Phase.PAUSED
    ready.window.form.set(width=64)
    ready.press(*PAUSE)
    ready.rest()
    assert isinstance(ready.events[-1], Finished)


def test_cancel_then_go_on_gives_the_uninterrupted_picture(ready: Driver) -> None:
    ready.window.form.set(steps=12)
    expected = uninterrupted(ready)
    # The finished run knows all its steps; another prompt starts from nothing.
    ready.window.form.set(prompt="blue car, 3d style")
    other = uninterrupted(ready)
    assert not np.array_equal(other, expected)
    ready.window.form.set(seed=8)
    ready.generate()
    ready.until(lambda: isinstance(ready.events[-1], StepDone) and ready.events[-1].step >= 2)
    ready.window.session.cancel()
    ready.rest()
    cancelled = ready.events[-1]
    assert isinstance(cancelled, Cancelled)
    assert ready.foot() == f"Cancelled at step {cancelled.step} of 12. The steps are kept."
    ready.window.recipe_pane.foot._resume.click()
    resumed = finished(ready)
    began = [event for event in ready.events if isinstance(event, Started)][-1]
    assert began.first_step == cancelled.step
    ready.window.form.set(seed=8)
    assert np.array_equal(uninterrupted(ready), resumed)


def test_cancel_in_a_pause_ends_the_run(ready: Driver) -> None:
    step = pause_in_run(ready)
    ready.press(Qt.Key.Key_Escape)
    ready.rest()
    assert isinstance(ready.events[-1], Cancelled)
    assert ready.window.session.paused is None
    assert (ready.window.session.status.resumable is not None) == (step > 0)
