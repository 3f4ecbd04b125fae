"""Plays the frames of a walk on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal


class WalkPlayer(QObject):
    """`frame_wanted(number)` asks for the next frame; `changed(playing)` tells of start and stop. A walk goes round."""

    frame_wanted = Signal(int)
    changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._count = self._next = 0

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def toggle(self, count: int, start: int, fps: float) -> None:
        """Play `count` frames from frame `start` on, or stop."""
        if self.playing:
            self.stop()
        elif count > 1:
            self._count, self._next = count, (start + 1) % count
            self._timer.start(max(1, round(1000.0 / fps)))
            self.changed.emit(True)

    def stop(self) -> None:
        """Stay at the frame shown."""
        if self.playing:
            self._timer.stop()
            self.changed.emit(False)

    def _tick(self) -> None:
        self.frame_wanted.emit(self._next)
        self._next = (self._next + 1) % self._count
