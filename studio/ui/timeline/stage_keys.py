"""The keys of the stage: the same in the canvas and in the timeline."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

FAR = 5
TAP_SECONDS = 0.4


class StageKeys(QObject):
    """Watches widgets for Left and Right (with Shift five steps), Home, End; V for the next view, Shift+V back;
    Space for play, if it is only tapped: held it moves the picture; J for the loop, P for the plot, N for noise."""

    moved = Signal(int)
    first = Signal()
    last = Signal()
    view_moved = Signal(int)
    play = Signal()
    loop = Signal()
    plot = Signal()
    noise = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._space_at = 0.0
        self._plain: dict[int, SignalInstance] = {
            Qt.Key.Key_Home: self.first,
            Qt.Key.Key_End: self.last,
            Qt.Key.Key_J: self.loop,
            Qt.Key.Key_P: self.plot,
            Qt.Key.Key_N: self.noise,
        }

    def watch(self, widget: QWidget) -> None:
        """Answer these keys while `widget` has the focus."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.FocusOut):
            self._space_at = 0.0
        if not isinstance(event, QKeyEvent):
            return False
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        if event.key() == Qt.Key.Key_Space and not modifiers:
            self._tap(event)
            return False
        return event.type() == QEvent.Type.KeyPress and self._answer(event.key(), bool(modifiers))

    def _answer(self, key: int, shift: bool) -> bool:
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in ways:
            self.moved.emit(ways[Qt.Key(key)] * (FAR if shift else 1))
        elif key == Qt.Key.Key_V:
            self.view_moved.emit(-1 if shift else 1)
        elif key in self._plain and not shift:
            self._plain[key].emit()
        else:
            return False
        return True

    def _tap(self, event: QKeyEvent) -> None:
        """Press and release in a moment, with no mouse between. Others see the key too: the canvas pans with it."""
        if event.isAutoRepeat():
            return
        if event.type() == QEvent.Type.KeyPress:
            self._space_at = time.monotonic()
        elif event.type() == QEvent.Type.KeyRelease:
            if time.monotonic() - self._space_at < TAP_SECONDS:
                self.play.emit()
            self._space_at = 0.0
