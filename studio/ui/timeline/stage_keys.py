"""The keys of the stage: the same in the canvas and in the timeline."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

FAR = 5


class StageKeys(QObject):
    """Watches widgets for Left and Right (with Shift five steps), Home, End, and V for the next view, Shift+V back."""

    moved = Signal(int)
    first = Signal()
    last = Signal()
    view_moved = Signal(int)

    def watch(self, widget: QWidget) -> None:
        """Answer these keys while `widget` has the focus."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        return self._answer(event.key(), bool(modifiers))

    def _answer(self, key: int, shift: bool) -> bool:
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in ways:
            self.moved.emit(ways[Qt.Key(key)] * (FAR if shift else 1))
        elif key == Qt.Key.Key_V:
            self.view_moved.emit(-1 if shift else 1)
        elif key == Qt.Key.Key_Home and not shift:
            self.first.emit()
        elif key == Qt.Key.Key_End and not shift:
            self.last.emit()
        else:
            return False
        return True
