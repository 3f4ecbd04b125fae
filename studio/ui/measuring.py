"""Measuring the real window: when it is painted, and how late its event loop is while pictures are made.

Each function opens the studio as the program does, measures, closes it, and gives plain numbers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from studio.job.event import TERMINAL, Finished, JobEvent, ModelStatus, Started
from studio.ui.first_paint import FirstPaint
from studio.ui.main_window import MainWindow

OpenStudio = Callable[[], tuple[QApplication, MainWindow]]

PROBE_MS = 10


def first_paint(open_studio: OpenStudio, began: float) -> dict[str, object]:
    """Seconds from `began` (of `time.monotonic`) to the first painted window, the processor time of this process until
    then, and whether torch was imported by then.
    """
    application, window = open_studio()
    seen: dict[str, object] = {}

    def painted() -> None:
        seen.update(seconds=time.monotonic() - began, processor=time.process_time(), torch="torch" in sys.modules)
        window.close()

    paint = FirstPaint(window)
    paint.painted.connect(painted)
    application.exec()
    return seen


def loop_delays(open_studio: OpenStudio, pictures: float, steps: float) -> dict[str, object]:
    """How late a timer of 10 ms is, in milliseconds: while the model is loaded, and while `pictures` are made."""
    application, window = open_studio()
    watch = _Watch(window, int(pictures), int(steps))
    application.exec()
    return {"loading": watch.loading.delays, "generating": watch.generating.delays, "finished": watch.finished}


@dataclass
class LoopProbe:
    """A timer whose lateness is that of everything else in the event loop. `delays` are in milliseconds."""

    delays: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_MS)
        self._timer.timeout.connect(self._tick)
        self._last = 0.0

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.delays.append(max(0.0, 1000.0 * (now - self._last) - PROBE_MS))
        self._last = now


class _Watch(QObject):
    """Waits for the model, presses Generate, and closes the window when all pictures are there."""

    def __init__(self, window: MainWindow, pictures: int, steps: int) -> None:
        super().__init__()
        self._window, self._left = window, pictures
        self.finished = 0
        self.loading, self.generating = LoopProbe(), LoopProbe()
        window.form.set(count=pictures, steps=steps)
        window.session.model_status.connect(self._loaded)
        window.session.job_event.connect(self._follow)
        FirstPaint(window).painted.connect(self.loading.start)

    def _loaded(self, status: ModelStatus) -> None:
        self.loading.stop()
        if status.sentence:
            self._window.close()
        else:
            self._window.controller.generate()

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, Started) and not self.generating.delays:
            self.generating.start()
        elif isinstance(event, TERMINAL):
            self.finished += isinstance(event, Finished)
            self._left -= 1
            if not self._left:
                self.generating.stop()
                self._window.close()
