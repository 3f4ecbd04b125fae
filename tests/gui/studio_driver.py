"""Drives the whole window as a user does: keys, clicks and drops go in; what can be seen comes out."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio import paths
from studio.image import Pixels
from studio.job.event import TERMINAL, JobEvent, JobId
from studio.ui.main_window import MainWindow
from studio.ui.widgets.row import Row

# A machine that does other work as well takes its time.
PATIENCE_MS = 120_000
BUTTON = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
CONTROL = Qt.KeyboardModifier.ControlModifier


class Driver:
    """A shown, active window, and everything its jobs said."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot = qtbot
        self.window = window
        self.events: list[JobEvent] = []
        window.session.job_event.connect(self.events.append)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)

    def row(self, field: str) -> Row:
        pane = self.window.recipe_pane
        return {**pane.model.rows(), **pane.sampling.rows(), **pane.picture.rows()}[field]

    def enter(self, field: str, text: str) -> None:
        """Type into the number or text of a row and press Enter."""
        target = self.row(field).field()
        target.setFocus()
        target.selectAll()
        QTest.keyClicks(target, text)
        QTest.keyClick(target, Qt.Key.Key_Return)

    def small(self, steps: int = 3, edge: int = 64) -> None:
        """A recipe that is quick."""
        self.window.form.set(steps=steps, width=edge, height=edge)

    def prompt(self, text: str) -> None:
        """Type a prompt in place of the one there is."""
        editor = self.window.recipe_pane.prompt.editor()
        self.window.recipe_pane.prompt.focus_prompt()
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Escape) if editor.completions().isVisible() else None

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key wherever the keyboard is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def generate(self) -> None:
        self.press(Qt.Key.Key_Return, CONTROL)

    def until(self, condition: object, patience: int = PATIENCE_MS) -> None:
        self._qtbot.waitUntil(condition, timeout=patience)

    def rest(self) -> None:
        """Wait until nothing runs and nothing waits."""
        self.until(lambda: not self.window.session.status.running)

    def run(self) -> Path | None:
        """Generate, wait for the end, and give the place of the file."""
        self.generate()
        assert self.window.session.status.running, self.problems()
        self.rest()
        return self.window.session.status.path

    def problems(self) -> list[str]:
        """What the window complains about at its fields."""
        return [row.problem() for row in self.window.recipe_pane.findChildren(Row) if row.problem()]

    def banner(self) -> str:
        return self.window.controller.banner.text()

    def toast(self) -> str:
        return self.window.controller.toast.text()

    def foot(self) -> str:
        return self.window.session.status.text

    def terminal(self, job: JobId) -> list[JobEvent]:
        return [event for event in self.events if event.job == job and isinstance(event, TERMINAL)]

    def kinds(self) -> list[str]:
        """The names of what was said, without repetition of neighbours."""
        names = [type(event).__name__ for event in self.events]
        return [name for name, before in zip(names, ["", *names], strict=False) if name != before]

    def shown(self) -> Pixels:
        """The pixels of the picture on the canvas."""
        image = self.window.canvas.picture()
        assert image is not None
        return pixels_of(image)

    def drop(self, path: Path, target: QWidget | None = None) -> None:
        """Let go of a file over the canvas, or over another part of the window."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        with warnings.catch_warnings():
            # Marked as deprecated without another constructor beside it.
            warnings.simplefilter("ignore", DeprecationWarning)
            enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, *BUTTON)
        over = target or self.window.canvas
        QApplication.sendEvent(over, enter)
        QApplication.sendEvent(over, QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, mime, *BUTTON))

    def close(self) -> None:
        self.window.close()


def pixels_of(image: QImage) -> Pixels:
    """Height × width × 3."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return lines[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()


def saved_pictures() -> list[Path]:
    return sorted(paths.pictures().glob("*.png")) if paths.pictures().exists() else []
