"""How a line of the tree looks: the graph at the left, a small picture, where it branches and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.image import Image
from studio.library.lineage import TreeRow
from studio.ui.colours import current_tokens
from studio.ui.icons import pixmap
from studio.ui.metrics import px
from studio.ui.panels.tree_model import LEAF, Leaf
from studio.ui.thumbnail import thumbnail_pixmap
from studio.ui.tokens import ICON_ROW, RADIUS_CARD, TYPE_CAPTION, TYPE_SECONDARY, Tokens

ROW, PICTURE, LANE, GAP, DOT, LINE, EDGE = 56, 44, 14, 8, 4, 2, 2
LANES_MAXIMUM = 6
DRAWN_MAXIMUM = 200


class TreeDelegate(QStyledItemDelegate):
    """`mark(key)` tells the letter of a picture that is compared, or "", and whether it is the one on the canvas."""

    def __init__(self, mark: Callable[[Hashable], tuple[str, bool]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self._drawn: dict[int, tuple[Image, float, QPixmap]] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(px(160), px(ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        leaf: Leaf = index.data(LEAF)
        tokens = current_tokens()
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover if chosen else tokens.raised))
            painter.drawRoundedRect(area.adjusted(EDGE, 1, -EDGE, -1), px(RADIUS_CARD), px(RADIUS_CARD))
        letter, shown = self._mark(leaf.row.key)
        self._paint_graph(painter, leaf.row, QRectF(area), tokens, shown)
        left = area.left() + px(GAP) + (min(_widest(leaf.row), LANES_MAXIMUM) + 1) * px(LANE)
        picture = QRect(left, area.top() + (area.height() - px(PICTURE)) // 2, px(PICTURE), px(PICTURE))
        self._paint_picture(painter, leaf, picture, tokens)
        if chosen or shown:
            _frame(painter, picture, tokens.accent if chosen else tokens.text2)
        if letter:
            _badge(painter, picture, letter, tokens)
        words = QRect(
            picture.right() + px(GAP), area.top(), area.right() - picture.right() - 2 * px(GAP), area.height()
        )
        _write(painter, words, leaf, tokens)
        painter.restore()

    def _paint_graph(self, painter: QPainter, row: TreeRow, area: QRectF, tokens: Tokens, shown: bool) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.outline), px(LINE)))
        middle, own = area.center().y(), _x(area, row.lane)
        for lane in row.rails:
            painter.drawLine(QPointF(_x(area, lane), area.top()), QPointF(_x(area, lane), area.bottom() + 1))
        if row.joins is not None:
            above = _x(area, row.joins)
            path = QPainterPath(QPointF(above, area.top()))
            path.cubicTo(QPointF(above, middle), QPointF(above, middle), QPointF(own, middle))
            painter.drawPath(path)
        if row.goes_on:
            painter.drawLine(QPointF(own, middle), QPointF(own, area.bottom() + 1))
        painter.setPen(QPen(QColor(tokens.accent if shown else tokens.text2), px(LINE)))
        painter.setBrush(QColor(tokens.accent if shown else tokens.panel if row.key is None else tokens.text2))
        painter.drawEllipse(QPointF(own, middle), px(DOT), px(DOT))

    def _paint_picture(self, painter: QPainter, leaf: Leaf, box: QRect, tokens: Tokens) -> None:
        painter.fillRect(box, QColor(tokens.surround))
        ratio = painter.device().devicePixelRatio()
        if leaf.small is None:
            size = px(ICON_ROW)
            drawn = pixmap("photo", QColor(tokens.text2), size, ratio)
            painter.drawPixmap(QRectF(box).center() - QPointF(size / 2, size / 2), drawn)
            return
        found = self._drawn.get(id(leaf.small))
        if found is None or found[0] is not leaf.small or found[1] != box.width() * ratio:
            if len(self._drawn) >= DRAWN_MAXIMUM:
                self._drawn.clear()
            found = (leaf.small, box.width() * ratio, thumbnail_pixmap(leaf.small, box.size(), ratio))
            self._drawn[id(leaf.small)] = found
        room = found[2].deviceIndependentSize()
        place = QPointF((box.width() - room.width()) / 2, (box.height() - room.height()) / 2)
        painter.drawPixmap(QPointF(box.topLeft()) + place, found[2])


def _widest(row: TreeRow) -> int:
    """The last lane that is drawn in a row."""
    return max(row.lane, row.joins or 0, *row.rails, 0)


def _x(area: QRectF, lane: int) -> float:
    return area.left() + px(GAP) + (min(lane, LANES_MAXIMUM) + 0.5) * px(LANE)


def _frame(painter: QPainter, box: QRect, colour: str) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    pen = QPen(QColor(colour), EDGE)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(box).adjusted(-EDGE / 2, -EDGE / 2, EDGE / 2, EDGE / 2))


def _badge(painter: QPainter, picture: QRect, letter: str, tokens: Tokens) -> None:
    """The letter of a compared picture, in the colour of its lane."""
    size = px(ICON_ROW)
    box = QRect(picture.left(), picture.top(), size, size)
    painter.fillRect(box, QColor(tokens.lanes["ABCD".index(letter)]))
    painter.setFont(_font(painter, TYPE_CAPTION, QFont.Weight.DemiBold))
    painter.setPen(QColor(tokens.surround if tokens.name == "dark" else tokens.raised))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)


def _write(painter: QPainter, room: QRect, leaf: Leaf, tokens: Tokens) -> None:
    upper = QRect(room.left(), room.top() + px(GAP), room.width(), room.height() // 2 - px(GAP))
    lower = QRect(room.left(), upper.bottom() + 1, room.width(), upper.height())
    for text, box, size, colour in (
        (leaf.heading, upper, TYPE_SECONDARY, tokens.text),
        (leaf.detail, lower, TYPE_CAPTION, tokens.text2),
    ):
        painter.setFont(_font(painter, size, QFont.Weight.Normal))
        painter.setPen(QColor(colour))
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)


def _font(painter: QPainter, size: int, weight: QFont.Weight) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(px(size))
    font.setWeight(weight)
    return font
