"""From the window to a file: the key and the button open the Export dialog for the steps that are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.ui.dialogs.export_dialog import ExportDialog
from tests.gui.studio_driver import Driver
from tests.unit.export.clips import frames_in

STEPS = 4
KEY = (Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


def dialogs(studio: Driver) -> list[ExportDialog]:
    return [dialog for dialog in studio.window.findChildren(ExportDialog) if dialog.isVisible()]


def run(studio: Driver) -> Path:
    """A small picture whose steps can be exported."""
    studio.small(STEPS)
    path = studio.run()
    assert path is not None
    studio.until(studio.window.timeline.export_button.isEnabled)
    return path


@pytest.fixture
def opened(studio: Driver) -> ExportDialog:
    """The dialog that Ctrl+E opens after a run."""
    run(studio)
    studio.press(*KEY)
    (dialog,) = dialogs(studio)
    return dialog


def test_before_the_first_run_there_is_nothing_to_export_and_it_says_so(studio: Driver) -> None:
    action, button = studio.window.exports.action, studio.window.timeline.export_button
    assert not action.isEnabled()
    assert action.toolTip() == "There are no steps yet."
    assert not button.isEnabled()
    assert "There are no steps yet." in button.toolTip()


def test_ctrl_e_and_enter_export_the_view_that_is_looked_at(studio: Driver) -> None:
    picture = run(studio)
    studio.window.timeline.filmstrip.setFocus()
    studio.window.timeline.filmstrip.go_to(2)
    studio.press(Qt.Key.Key_V)
    assert studio.window.timeline.kind == "x"
    studio.press(*KEY)
    (dialog,) = dialogs(studio)
    assert (dialog.choices().view, dialog.choices().format) == ("x", "mp4")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    clip = picture.with_name(f"{picture.stem}-x.mp4")
    studio.until(clip.exists)
    assert len(frames_in(clip)) == STEPS + 1


def test_the_button_opens_it_too_and_only_one(studio: Driver, opened: ExportDialog) -> None:
    opened.reject()
    studio.until(lambda: not dialogs(studio))
    for _ in range(2):
        studio.window.timeline.export_button.click()
    assert len(dialogs(studio)) == 1


def test_a_picture_that_was_opened_exports_its_own_steps(start: Callable[..., Driver]) -> None:
    first = start()
    picture = run(first)
    first.close()
    second = start()
    second.drop(picture)
    second.until(second.window.timeline.export_button.isEnabled)
    second.press(*KEY)
    (dialog,) = dialogs(second)
    assert dialog.target() == picture.with_name(f"{picture.stem}-x0.mp4")


def test_steps_that_are_not_recorded_cannot_be_exported(start: Callable[..., Driver]) -> None:
    studio = start(record_mode="none")
    studio.small(STEPS)
    assert studio.run() is not None
    action = studio.window.exports.action
    studio.until(lambda: action.toolTip() == "The steps of this picture are not recorded.")
    assert not action.isEnabled()
    studio.press(*KEY)
    assert not dialogs(studio)


def test_noise_on_a_picture_is_no_run(studio: Driver) -> None:
    run(studio)
    studio.window.timeline.filmstrip.setFocus()
    studio.press(Qt.Key.Key_N)
    assert not studio.window.exports.action.isEnabled()
    studio.press(Qt.Key.Key_N)
    assert studio.window.exports.action.isEnabled()


def test_closing_the_window_ends_an_export(studio: Driver, opened: ExportDialog) -> None:
    opened.export()
    studio.close()
    assert not studio.window.isVisible()
