"""Plays the film in the strip, as far as its pictures are there."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.ui.timeline.filmstrip import Filmstrip
from studio.ui.timeline.playback import Playback
from studio.ui.timeline.projector import Projector


class Player(QObject):
    """`began()` comes before the first step, `step_shown(step)` asks to show one."""

    began = Signal()
    step_shown = Signal(int)

    def __init__(self, playback: Playback, projector: Projector, strip: Filmstrip, parent: QObject) -> None:
        super().__init__(parent)
        self._playback, self._projector, self._strip = playback, projector, strip
        playback.tick.connect(self._play_on)

    def toggle(self) -> None:
        """Play, or stop at the step shown. From the last step it begins again at the first."""
        if self._playback.playing:
            self._playback.stop()
            return
        steps = self._projector.film.kept(self._projector.kind)
        if len(steps) < 2:
            return
        self.began.emit()
        self._playback.start()
        if self._strip.value() in (0, steps[-1]):
            self._show(steps[0])

    def _play_on(self) -> None:
        """Go to the next step, unless the picture of this one is still on the way."""
        current = self._strip.value()
        following = self._playback.following(current, self._projector.film.kept(self._projector.kind))
        if following is None:
            self._playback.stop()
        elif self._projector.picture(current) is not None or self._projector.sentence(current):
            self._show(following)

    def _show(self, step: int) -> None:
        self._strip.set_current(step)
        self.step_shown.emit(step)
