"""What cards in lists are painted with: small pictures that are scaled once, icons, grounds and frames."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from studio.image import Image
from studio.ui.icons import pixmap
from studio.ui.metrics import px
from studio.ui.thumbnail import thumbnail_pixmap
from studio.ui.tokens import RADIUS_CARD

EDGE = 2
DRAWN_MAXIMUM = 200


class DrawnPictures:
    """Pictures as they were scaled last, by the name of their card."""

    def __init__(self) -> None:
        self._drawn: dict[Hashable, tuple[Image, float, QPixmap]] = {}

    def __len__(self) -> int:
        return len(self._drawn)

    def paint(self, painter: QPainter, key: Hashable, image: Image, box: QRect) -> None:
        """Paint `image` whole, in the middle of `box`."""
        ratio = painter.device().devicePixelRatio()
        width = box.width() * ratio
        drawn = self._drawn.get(key)
        if drawn is None or drawn[0] is not image or drawn[1] != width:
            if len(self._drawn) >= DRAWN_MAXIMUM:
                self._drawn.clear()
            drawn = self._drawn[key] = (image, width, thumbnail_pixmap(image, box.size(), ratio))
        size = drawn[2].deviceIndependentSize()
        place = QPointF((box.width() - size.width()) / 2, (box.height() - size.height()) / 2)
        painter.drawPixmap(QPointF(box.topLeft()) + place, drawn[2])


class CardDelegate(QStyledItemDelegate):
    """Paints square cards with lines below, `below` logical pixels high. The view gives the width."""

    below = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drawn = DrawnPictures()
        self._size = QSize(1, 1)

    def set_width(self, width: int) -> QSize:
        """Make the cards `width` wide. Their size then."""
        self._size = QSize(width, width + px(self.below))
        return self._size

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._size


def icon_at(painter: QPainter, name: str, colour: str, centre: QPointF, size: int, left: int | None = None) -> None:
    """An icon around `centre`, or at `left` on its height."""
    drawn = pixmap(name, QColor(colour), size, painter.device().devicePixelRatio())
    painter.drawPixmap(QPointF(centre.x() - size / 2 if left is None else left, centre.y() - size / 2), drawn)


def fill(painter: QPainter, box: QRect, colour: str) -> None:
    """A card's ground, rounded."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(box, px(RADIUS_CARD), px(RADIUS_CARD))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def frame(painter: QPainter, box: QRect, colour: str) -> None:
    """An edge just inside `box`."""
    pen = QPen(QColor(colour), EDGE)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(box).adjusted(EDGE / 2, EDGE / 2, -EDGE / 2, -EDGE / 2))
