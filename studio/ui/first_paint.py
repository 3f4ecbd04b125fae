"""The moment when a window has been painted for the first time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """`painted` follows the first painting of a window, once.

    `show()` returns before that on most systems, and a timer of 0 ms may be faster than the screen, so neither tells.
    """

    painted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # The window is painted first and its children after it, all in this turn of the loop.
            QTimer.singleShot(0, self.painted.emit)
        return False
