"""Words over the canvas: the greeting of the first minute, and what a drop would do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.tokens import RADIUS_CARD

WIDTH = 320
EDGE = 2


class Card(QWidget):
    """One or two lines on a raised card in the middle of `pane`, or at its foot. The mouse goes through it."""

    def __init__(self, pane: QWidget, *, foot: bool = False) -> None:
        super().__init__(pane)
        self._pane = pane
        self._foot = foot
        self._first, self._second = QLabel(), QLabel()
        self._second.setProperty("role", "secondary")
        self._column = QVBoxLayout(self)
        for label in (self._first, self._second):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._column.addWidget(label)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        pane.installEventFilter(self)
        self.hide()

    def tell(self, first: str, second: str = "") -> None:
        """Show the lines; "" for `first` hides the card."""
        self._first.setText(first)
        self._second.setText(second)
        self._second.setVisible(bool(second))
        self.setVisible(bool(first))
        self._place()

    def text(self) -> str:
        """All that is shown, one line below the other."""
        if self.isHidden():
            return ""
        return "\n".join(text for text in (self._first.text(), self._second.text()) if text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.raised))
        radius = px(RADIUS_CARD)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()

    def _place(self) -> None:
        self._column.setContentsMargins(px(16), px(12), px(16), px(12))
        self._column.setSpacing(px(4))
        width = min(px(WIDTH), max(px(120), self._pane.width() - px(32)))
        height = self._column.heightForWidth(width)
        below = self._pane.height() - height
        self.setGeometry((self._pane.width() - width) // 2, below - px(24) if self._foot else below // 2, width, height)


class DropFrame(QWidget):
    """An edge around `pane` while files are held over it, and a card that says what would happen."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self._refused = False
        self._card = Card(self)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        pane.installEventFilter(self)
        self.hide()

    def invite(self, text: str) -> None:
        """The files would be taken; `text` says what for."""
        self._show(text, refused=False)

    def refuse(self, sentence: str) -> None:
        """The files would not be taken; `sentence` says why."""
        self._show(sentence, refused=True)

    def text(self) -> str:
        return self._card.text() if not self.isHidden() else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._pane.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        width = px(EDGE)
        painter.setPen(QPen(QColor(tokens.danger if self._refused else tokens.accent), width))
        painter.drawRect(QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2))
        painter.end()

    def _show(self, text: str, *, refused: bool) -> None:
        self._refused = refused
        self.setGeometry(self._pane.rect())
        self._card.tell(text)
        self.show()
        self.raise_()
        self.update()
