"""Words over the canvas: the greeting of the first minute, and what a drop would do."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.tokens import RADIUS_CARD

WIDTH_MAXIMUM, WIDTH_MINIMUM = 400, 120
GAP = 24
EDGE = 2


class Card(QWidget):
    """One or two lines on a raised card over its parent. The mouse goes through it."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._area = QRect()
        self._foot = False
        self._first, self._second = QLabel(), QLabel()
        self._second.setProperty("role", "secondary")
        self._column = QVBoxLayout(self)
        for label in (self._first, self._second):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._column.addWidget(label)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def tell(self, first: str, second: str = "") -> None:
        """Show the lines; "" for `first` hides the card."""
        self._first.setText(first)
        self._second.setText(second)
        self._second.setVisible(bool(second))
        self.setVisible(bool(first))
        self._arrange()

    def text(self) -> str:
        """All that is shown, one line below the other."""
        if self.isHidden():
            return ""
        return "\n".join(text for text in (self._first.text(), self._second.text()) if text)

    def place(self, area: QRect, *, foot: bool = False) -> None:
        """Stand in the middle of `area` of the parent, or at its foot."""
        self._area, self._foot = QRect(area), foot
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.outline), 1))
        painter.setBrush(QColor(tokens.raised))
        radius = px(RADIUS_CARD)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()

    def _arrange(self) -> None:
        self._column.setContentsMargins(px(16), px(12), px(16), px(12))
        self._column.setSpacing(px(4))
        width = self._balanced_width(max(px(WIDTH_MINIMUM), min(px(WIDTH_MAXIMUM), self._area.width() - px(GAP))))
        height = self._column.heightForWidth(width)
        below = self._area.height() - height
        left = self._area.left() + (self._area.width() - width) // 2
        top = self._area.top() + (max(0, below - px(GAP)) if self._foot else below // 2)
        self.setGeometry(left, top, width, height)

    def _balanced_width(self, widest: int) -> int:
        """The least width that needs no more lines than the widest: lines of like length, no word alone on the last."""
        height = self._column.heightForWidth(widest)
        fitting = range(px(WIDTH_MINIMUM), widest)
        narrowest = bisect_left(fitting, True, key=lambda width: self._column.heightForWidth(width) <= height)
        return px(WIDTH_MINIMUM) + narrowest


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
            self._cover()
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
        self._card.tell(text)
        self._cover()
        self.show()
        self.raise_()
        self.update()

    def _cover(self) -> None:
        self.setGeometry(self._pane.rect())
        self._card.place(self.rect())
