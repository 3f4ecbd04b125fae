"""The grip between A and B: dragged by the mouse, moved by the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QWidget

from studio.ui.colours import current_tokens
from studio.ui.icons import pixmap
from studio.ui.metrics import px
from studio.ui.tokens import ICON_ROW, TARGET

WHOLE = 1000
PERCENT = WHOLE // 100
WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}


class SplitGrip(QAbstractSlider):
    """Its value runs from 0 (all B) to 1000 (all A); one key moves by 1 %. Lies over the view it splits."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, WHOLE)
        self.setSingleStep(PERCENT)
        self.setPageStep(10 * PERCENT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self._grabbed: float | None = None
        self._room = QRectF()
        self.valueChanged.connect(self._moved)
        self.setValue(WHOLE // 2)
        self._moved()

    def place(self, room: QRectF) -> None:
        """`room` is the visible part of the pictures, in the widget that the grip lies over."""
        self._room = room
        self._moved()

    def fraction(self) -> float:
        """How much of the width shows A."""
        return self.value() / WHOLE

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position().x() - self.width() / 2

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None and self._room.width() > 0:
            across = self.mapToParent(event.position()).x() - self._grabbed - self._room.left()
            self.setValue(round(across / self._room.width() * WHOLE))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in WAYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.setValue(self.value() + WAYS[Qt.Key(event.key())] * PERCENT)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        middle = self.width() // 2
        painter = QPainter(self)
        # White beside black: one of the two is seen on any picture.
        painter.fillRect(middle - 1, 0, 1, self.height(), QColor("#FFFFFF"))
        painter.fillRect(middle, 0, 1, self.height(), QColor("#000000"))
        edge = px(TARGET)
        knob = QRectF(0, (self.height() - edge) / 2, edge, edge).adjusted(1, 1, -1, -1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.outline), 1))
        painter.setBrush(QColor(tokens.raised))
        painter.drawEllipse(knob)
        size = px(ICON_ROW)
        drawn = pixmap("arrows-left-right", QColor(tokens.text), size, self.devicePixelRatioF())
        painter.drawPixmap(round(knob.center().x() - size / 2), round(knob.center().y() - size / 2), drawn)
        painter.end()

    def _moved(self) -> None:
        self.setAccessibleName(self.tr("Split at {percent} %").format(percent=round(self.fraction() * 100)))
        edge = px(TARGET)
        across = round(self._room.left() + self._room.width() * self.fraction())
        self.setGeometry(across - edge // 2, round(self._room.top()), edge, round(self._room.height()))
