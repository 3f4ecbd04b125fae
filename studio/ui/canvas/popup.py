"""A small panel of rows that opens below a button."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio.ui.metrics import px

WIDTH = 304


class Popup(QFrame):
    """A click beside it, or Esc, closes it; what was set in it counts at once."""

    def __init__(self, opener: QWidget) -> None:
        super().__init__(opener, Qt.WindowType.Popup)
        self._opener = opener
        self._column = QVBoxLayout(self)
        self.setProperty("surface", "card")
        # The click that closes it would press the button below and open it again.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        self.setAttribute(Qt.WidgetAttribute.WA_WindowPropagation)

    def add(self, row: QWidget) -> None:
        """Another row at the foot."""
        self._column.addWidget(row)

    def open(self) -> None:
        """Show it below its button, inside of the screen."""
        self._column.setContentsMargins(0, px(8), 0, px(8))
        self._column.setSpacing(0)
        self.setFixedWidth(px(WIDTH))
        self.adjustSize()
        room = self._opener.screen().availableGeometry()
        place = self._opener.mapToGlobal(QPoint(0, self._opener.height() + px(4)))
        place.setX(max(room.left(), min(place.x(), room.left() + room.width() - self.width())))
        place.setY(max(room.top(), min(place.y(), room.top() + room.height() - self.height())))
        self.move(place)
        self.show()
        self.focusNextChild()
