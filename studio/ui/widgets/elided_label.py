"""A line of plain text that is cut with an ellipsis where room is short, and tells the whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from studio.ui.widgets.state import plain_tooltip


class ElidedLabel(QLabel):
    """`text()` stays whole; only what is painted is cut. Never asks for more room than it gets."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._explanation = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell()

    def explain(self, text: str) -> None:
        """A tooltip to show always; without one the whole text is shown while it is cut."""
        self._explanation = text
        self._tell()

    def is_cut(self) -> bool:
        """Whether the label shows less than its text."""
        return self._shown() != self.text()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        flags = int(self.alignment() | Qt.TextFlag.TextSingleLine)
        area, palette, role = self.contentsRect(), self.palette(), self.foregroundRole()
        self.style().drawItemText(painter, area, flags, palette, self.isEnabled(), self._shown(), role)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def _tell(self) -> None:
        text = self._explanation
        if self.is_cut():
            text = f"{self.text()}. {text}" if text else self.text()
        self.setToolTip(plain_tooltip(text))
