"""Paints two pictures in one frame: split, one of them, or their difference."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.navigation import Navigation
from studio.ui.canvas.picture import Picture
from studio.ui.canvas.picture_view import PictureView
from studio.ui.colours import current_tokens
from studio.ui.compare.split_grip import SplitGrip
from studio.ui.metrics import px
from studio.ui.tokens import ICON_TOOL, TYPE_SECONDARY

Mode = Literal["split", "a", "b", "difference"]


class CompareView(PictureView):
    """`grip` moves the border between A, at the left, and B. Wheel, pinch and space bar move both together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = "split"
        self._pictures: dict[str, Picture] = {}
        self.grip = SplitGrip(self)
        self.grip.valueChanged.connect(lambda: self.update())
        self.view_changed.connect(self._place_grip)
        self._navigation = Navigation(self)
        self.setProperty("focusInside", True)

    def show_pair(self, first: QImage, second: QImage, difference: QImage | None, frame: QSize) -> None:
        """Show these, in a frame of `frame` picture pixels."""
        self._pictures = {"a": Picture(first), "b": Picture(second)}
        if difference is not None:
            self._pictures["difference"] = Picture(difference)
        self.show_picture(first, frame)
        self._place_grip()

    def mode(self) -> Mode:
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """What is painted."""
        self._mode = mode
        self._place_grip()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        room = self._visible()
        if self._mode in ("split", "a"):
            _badge(painter, room, "A", left=True)
        if self._mode in ("split", "b"):
            _badge(painter, room, "B", left=False)
        painter.end()

    def _draw(self, painter: QPainter, picture: Picture) -> None:
        if self._mode != "split":
            super()._draw(painter, self._pictures.get(self._mode, picture))
            return
        room = self._visible()
        border = round(room.left() + room.width() * self.grip.fraction())
        halves = {
            "a": QRectF(0, 0, border, self.height()),
            "b": QRectF(border, 0, self.width() - border, self.height()),
        }
        for name, half in halves.items():
            painter.save()
            painter.setClipRect(half)
            super()._draw(painter, self._pictures.get(name, picture))
            painter.restore()

    def _visible(self) -> QRectF:
        """The part of the frame that is seen."""
        return self.box() & QRectF(self.rect())

    def _place_grip(self) -> None:
        self.grip.setVisible(self._mode == "split" and bool(self._pictures))
        self.grip.place(self._visible())


def _badge(painter: QPainter, room: QRectF, letter: str, *, left: bool) -> None:
    """A letter in the colour of its lane: above the picture where there is room, so that no pixel is covered."""
    tokens = current_tokens()
    edge = px(ICON_TOOL)
    top = room.top() - edge - px(2) if room.top() >= edge + px(2) else room.top()
    box = QRectF(room.left() if left else room.right() - edge, top, edge, edge)
    painter.fillRect(box, QColor(tokens.lanes["AB".index(letter)]))
    font = QFont(painter.font())
    font.setPixelSize(px(TYPE_SECONDARY))
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(tokens.surround if tokens.name == "dark" else tokens.raised))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
