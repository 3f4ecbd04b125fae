"""Measuring the brush: how long a move of the mouse takes to be seen, also while the studio makes pictures.

A canvas of its own stands beside the real window, in the same process and thread: what the window and its worker do
is felt by the brush.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.image import Image
from studio.job.event import TERMINAL, Finished, JobEvent, ModelStatus, Started
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.ui.canvas.canvas import Canvas
from studio.ui.main_window import MainWindow
from studio.ui.measuring import OpenStudio

MOUSE_MS = 8
"""A usual mouse tells its place 125 times a second."""
MOVES = 50
WIDTH, HEIGHT = 1280, 800


def stroke_delays(open_studio: OpenStudio, edge: float, strokes: float, steps: float = 0) -> dict[str, object]:
    """Milliseconds from each event of the mouse to the end of the painting that shows it, on a picture of `edge` ×
    `edge`. With `steps` the strokes begin with a run of so many steps; `meanwhile` tells how many moves fell into runs.
    """
    application, window = open_studio()
    brush = StrokeProbe(int(edge), int(strokes))
    brush.finished.connect(brush.canvas.close)
    brush.finished.connect(window.close)
    if steps:
        runs = _Runs(window, int(steps), brush.start)
        brush.moved.connect(runs.count)
    else:
        runs = None
        # While torch is imported nothing rests.
        window.session.model_status.connect(brush.start)
    application.exec()
    # While Qt is still there: what is left for the end of Python is destroyed in any order.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return {"delays": brush.delays, "meanwhile": runs.moves if runs else 0, "masked": int(brush.document.values.any())}


class StrokeProbe(QObject):
    """Draws rings with the mouse on a new canvas. `delays` are in milliseconds; `finished` follows the last stroke."""

    moved = Signal()
    finished = Signal()

    def __init__(self, edge: int, strokes: int) -> None:
        super().__init__()
        self.delays: list[float] = []
        self.document = MaskDocument(edge, edge)
        self.canvas = Canvas()
        self.canvas.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.canvas.resize(WIDTH, HEIGHT)
        pixels = np.random.default_rng(0).integers(0, 256, (edge, edge, 3), np.uint8)
        self.canvas.show()
        self.canvas.editor.open(Image(pixels), self.document, Frame.whole(edge, edge))
        self.canvas.installEventFilter(self)
        self._left = strokes * MOVES
        self._asked: float | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(MOUSE_MS)
        self._timer.timeout.connect(self._move)

    def start(self, why: object = None) -> None:
        """Begin, if it has not begun; `why` is what a signal tells."""
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest or self._asked is None:
            return False
        # Qt paints in this very call: what comes after it is on the screen.
        handled = watched.event(event)
        self.delays.append(1000.0 * (time.perf_counter() - self._asked))
        self._asked = None
        self.moved.emit()
        return handled

    def _move(self) -> None:
        if self._asked is not None:
            return
        if not self._left:
            self._timer.stop()
            self.finished.emit()
            return
        self._left -= 1
        place, of_stroke = self._place(self._left), self._left % MOVES
        kind, button, held = QEvent.Type.MouseMove, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        if of_stroke == MOVES - 1:
            kind, button = QEvent.Type.MouseButtonPress, held
        elif of_stroke == 0:
            kind, button, held = QEvent.Type.MouseButtonRelease, held, Qt.MouseButton.NoButton
        view = self.canvas.view
        event = QMouseEvent(kind, place, view.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
        self._asked = time.perf_counter()
        QApplication.sendEvent(view, event)

    def _place(self, move: int) -> QPointF:
        """Rings of several sizes around the middle of the view."""
        view: QWidget = self.canvas.view
        radius = 80.0 + 40.0 * (move // MOVES % 5)
        angle = 2 * math.pi * move / (MOVES - 1)
        return QPointF(view.width() / 2 + radius * math.cos(angle), view.height() / 2 + radius * math.sin(angle))


class _Runs(QObject):
    """Keeps the studio busy while the brush is measured: a picture after the other, until the window is closed."""

    def __init__(self, window: MainWindow, steps: int, started: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._started = window, started
        self._running = False
        self.moves = 0
        window.form.set(count=1, steps=steps)
        window.session.model_status.connect(self._loaded)
        window.session.job_event.connect(self._follow)

    def count(self) -> None:
        """A move of the mouse was seen."""
        self.moves += self._running

    def _loaded(self, status: ModelStatus) -> None:
        if status.sentence:
            self._started()
        else:
            self._window.controller.generate()

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, Started):
            self._running = True
            self._started()
        elif isinstance(event, TERMINAL):
            self._running = False
            if isinstance(event, Finished):
                self._window.controller.generate()
