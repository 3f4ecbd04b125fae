"""Pause, repaint, go on: with the real model, in few steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.export.picture_file import read_picture
from studio.job.event import Cancelled, Started, StepDone
from studio.job.recipe import FromStep, Noise
from studio.ui.run_status import Phase
from tests.gui.inpaint.paint_kit import Painter, kept_as, read, speckled
from tests.gui.studio_driver import CONTROL, Driver

PAUSE = (Qt.Key.Key_Return, CONTROL | Qt.KeyboardModifier.ShiftModifier)
STEPS = 12


@pytest.fixture
def real(qtbot: QtBot, start: Callable[..., Driver]) -> Painter:
    """The studio as the program builds it."""
    window = start().window
    made = Painter(qtbot, window, window.inpaint._sources)
    made.small(steps=STEPS)
    return made


def pause(painter: Painter) -> int:
    """Generate, and pause once a step is computed; the step where the run waits."""
    painter.generate()
    painter.until(lambda: any(isinstance(event, StepDone) for event in painter.events))
    painter.press(*PAUSE)
    painter.until(lambda: painter.window.session.status.phase is Phase.PAUSED)
    return painter.window.session.paused.step


def branch_of(painter: Painter, path: Path) -> FromStep:
    start = read_picture(path).recipe.start
    assert isinstance(start, FromStep)
    # The run that waited was ended, and its steps are kept.
    assert next(event for event in painter.events if isinstance(event, Cancelled)).trajectory == start.trajectory
    return start


def test_a_painted_run_waits_with_its_mask_open(real: Painter, tmp_path: Path) -> None:
    real.inpaint()
    real.opened(kept_as(tmp_path / "p.png", speckled(64, 64)))
    real.stroke((12, 12), (24, 24))
    first = real.mask.copy()
    step = pause(real)
    assert real.editor.active
    assert real.window.canvas.view.hasFocus()
    real.stroke((44, 44), (52, 52))
    real.generate()
    real.rest()
    path = real.window.session.status.path
    start = branch_of(real, path)
    assert start.step == step
    assert start.parent.inpaint is not None
    recipe = read_picture(path).recipe
    assert np.array_equal(real.sources.mask(recipe.inpaint.mask).values, real.mask)
    assert np.array_equal(real.sources.mask(start.parent.inpaint.mask).values, first)
    assert np.array_equal(read(path)[real.mask == 0], speckled(64, 64)[real.mask == 0])
    assert [event for event in real.events if isinstance(event, Started)][-1].first_step == step


def test_nothing_painted_goes_on_as_it_was(real: Painter, tmp_path: Path) -> None:
    real.inpaint()
    real.opened(kept_as(tmp_path / "p.png", speckled(64, 64)))
    real.stroke((12, 12), (24, 24))
    pause(real)
    real.press(*PAUSE)
    real.rest()
    assert isinstance(read_picture(real.window.session.status.path).recipe.start, Noise)


def test_any_run_can_be_painted_on_where_it_waits(real: Painter) -> None:
    real.inpaint()
    step = pause(real)
    real.until(lambda: real.painting is not None)
    shown = real.painting.picture.pixels
    assert real.painting.size == (64, 64)
    assert real.editor.active
    real.stroke((20, 20), (40, 40))
    real.generate()
    real.rest()
    path = real.window.session.status.path
    start = branch_of(real, path)
    assert (start.step, start.parent.inpaint) == (step, None)
    assert np.array_equal(read(path)[real.mask == 0], shown[real.mask == 0])
    assert real.window.inpaint.showing.outcome is not None


def test_in_the_other_workspace_it_is_offered(real: Painter) -> None:
    pause(real)
    assert "Paint on this step" in real.window.controller.toast._action.text()
    real.window.controller.toast._action.click()
    real.until(lambda: real.painting is not None)
    assert real.window.workspaces.is_inpaint
    assert real.painting.run == real.window.session.paused.recipe
    # Nothing is painted: what waited goes on.
    real.press(*PAUSE)
    real.rest()
    assert isinstance(read_picture(real.window.session.status.path).recipe.start, Noise)


def test_a_branch_of_a_painted_picture_keeps_its_painting(real: Painter, tmp_path: Path) -> None:
    real.inpaint()
    real.opened(kept_as(tmp_path / "p.png", speckled(64, 64)))
    real.stroke((12, 12), (24, 24))
    parent = read_picture(real.run()).recipe
    real.window.timeline.filmstrip.go_to(STEPS // 2)
    real.until(lambda: real.window.canvas.commands.branch.isEnabled())
    real.window.canvas.commands.branch.trigger()
    real.until(lambda: real.window.form.values.start is not None)
    assert real.editor.active
    unchanged = real.window.form.recipes()[0]
    assert unchanged.inpaint == parent.inpaint
    real.stroke((44, 44), (52, 52))
    child = read_picture(real.run()).recipe
    assert isinstance(child.start, FromStep)
    assert child.inpaint.image == parent.inpaint.image
    assert np.array_equal(real.sources.mask(child.inpaint.mask).values, real.mask)


def test_a_mask_that_outgrew_the_part_is_refused(real: Painter, tmp_path: Path) -> None:
    real.inpaint()
    real.opened(kept_as(tmp_path / "p.png", speckled(256, 256)))
    real.window.form.set(way="crop", padding=8)
    real.window.form.set(width=64, height=64)
    real.stroke((40, 40), (60, 60))
    pause(real)
    real.stroke((200, 200), (220, 220))
    real.generate()
    assert "outgrown the part" in real.banner()
    assert real.window.session.paused is not None
    real.editor.undo()
    real.press(*PAUSE)
    real.rest()
    made = read(real.window.session.status.path)
    assert np.array_equal(made[real.mask == 0], speckled(256, 256)[real.mask == 0])
