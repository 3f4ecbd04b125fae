"""Playing the steps like a film: once, in a loop, or to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from PySide6.QtCore import QObject, QTimer, Signal

PlayMode = Literal["once", "loop", "boomerang"]
STEPS_PER_SECOND = 10.0
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


class Playback(QObject):
    """`tick` asks for the next step, ten times a second at speed 1; `changed` tells of start, stop or a new mode."""

    tick = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mode: PlayMode = "once"
        self._way = 1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self.set_speed(1.0)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        """Begin forwards."""
        self._way = 1
        self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Stay at the step shown."""
        if self.playing:
            self._timer.stop()
            self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """Play `speed` times as fast as usual."""
        self._timer.setInterval(round(1000.0 / (STEPS_PER_SECOND * speed)))

    def next_mode(self) -> None:
        """Once, loop, boomerang, once."""
        modes: tuple[PlayMode, ...] = get_args(PlayMode)
        self.mode = modes[(modes.index(self.mode) + 1) % len(modes)]
        self.changed.emit()

    def following(self, step: int, steps: Sequence[int]) -> int | None:
        """The step after `step` among `steps` (rising), or None where the film ends."""
        if len(steps) < 2:
            return None
        place = sum(other < step for other in steps)
        place += self._way if place < len(steps) and steps[place] == step else min(self._way, 0)
        if 0 <= place < len(steps):
            return steps[place]
        if self.mode == "once":
            return None
        if self.mode == "loop":
            return steps[0]
        self._way = -self._way
        return steps[1] if self._way > 0 else steps[-2]
