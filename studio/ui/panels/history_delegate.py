"""How one job looks in the history: its picture, and below it state and seed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.image import Image
from studio.job.event import JobId
from studio.ui.colours import current_tokens
from studio.ui.icons import pixmap
from studio.ui.metrics import px
from studio.ui.panels.history_model import ENTRY, Entry, JobState, state_word
from studio.ui.thumbnail import thumbnail_pixmap
from studio.ui.tokens import ICON_ROW, RADIUS_CARD, TYPE_CAPTION, Tokens

PADDING, LINE, EDGE = 4, 20, 2
ICON = 14
DRAWN_MAXIMUM = 200
ICONS = {
    JobState.QUEUED: "dots",
    JobState.RUNNING: "loader",
    JobState.PAUSED: "player-pause",
    JobState.FINISHED: "circle-check",
    JobState.CANCELLED: "x",
    JobState.FAILED: "alert-triangle",
}


class HistoryDelegate(QStyledItemDelegate):
    """Paints square cards. The view gives the width; the height follows from it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drawn: dict[JobId, tuple[Image, float, QPixmap]] = {}
        self._size = QSize(1, 1)

    def set_width(self, width: int) -> QSize:
        """Make the cards `width` wide. Their size then."""
        self._size = QSize(width, width + px(LINE))
        return self._size

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._size

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(ENTRY)
        tokens = current_tokens()
        pad = px(PADDING)
        card = option.rect.adjusted(pad, pad, -pad, -pad)
        picture = QRect(card.left(), card.top(), card.width(), card.width())
        painter.save()
        if option.state & QStyle.StateFlag.State_MouseOver:
            _fill(painter, card.adjusted(-EDGE, -EDGE, EDGE, EDGE), tokens.hover)
        painter.fillRect(picture, QColor(tokens.surround))
        self._paint_picture(painter, entry, picture)
        if option.state & QStyle.StateFlag.State_Selected:
            _frame(painter, picture.adjusted(-EDGE, -EDGE, EDGE, EDGE), tokens.accent)
        line = QRect(card.left(), picture.bottom() + 1, card.width(), card.bottom() - picture.bottom())
        self._paint_line(painter, entry, line, tokens)
        painter.restore()

    def _paint_picture(self, painter: QPainter, entry: Entry, box: QRect) -> None:
        if entry.small is None:
            _icon(painter, ICONS[entry.state], current_tokens().text2, QRectF(box).center(), px(ICON_ROW))
            return
        width = box.width() * painter.device().devicePixelRatio()
        drawn = self._drawn.get(entry.job)
        if drawn is None or drawn[0] is not entry.small or drawn[1] != width:
            if len(self._drawn) >= DRAWN_MAXIMUM:
                self._drawn.clear()
            made = thumbnail_pixmap(entry.small, box.size(), painter.device().devicePixelRatio())
            drawn = self._drawn[entry.job] = (entry.small, width, made)
        size = drawn[2].deviceIndependentSize()
        place = QPointF((box.width() - size.width()) / 2, (box.height() - size.height()) / 2)
        painter.drawPixmap(QPointF(box.topLeft()) + place, drawn[2])

    def _paint_line(self, painter: QPainter, entry: Entry, line: QRect, tokens: Tokens) -> None:
        font = QFont(painter.font())
        font.setPixelSize(px(TYPE_CAPTION))
        painter.setFont(font)
        if entry.state is JobState.FINISHED:
            # The picture says that it is done; its seed needs the room.
            text, room = self.tr("Seed {seed}").format(seed=entry.recipe.seed), line
        else:
            size, colour = px(ICON), _colour(entry.state, tokens)
            _icon(painter, ICONS[entry.state], colour, QRectF(line).center(), size, line.left())
            text, room = state_word(self, entry.state), line.adjusted(size + px(PADDING), 0, 0, 0)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(QColor(tokens.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _colour(state: JobState, tokens: Tokens) -> str:
    colours = {JobState.FAILED: tokens.danger, JobState.RUNNING: tokens.info}
    return colours.get(state, tokens.text2)


def _icon(painter: QPainter, name: str, colour: str, centre: QPointF, size: int, left: int | None = None) -> None:
    """An icon around `centre`, or at `left` on its height."""
    drawn = pixmap(name, QColor(colour), size, painter.device().devicePixelRatio())
    painter.drawPixmap(QPointF(centre.x() - size / 2 if left is None else left, centre.y() - size / 2), drawn)


def _fill(painter: QPainter, box: QRect, colour: str) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(box, px(RADIUS_CARD), px(RADIUS_CARD))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _frame(painter: QPainter, box: QRect, colour: str) -> None:
    pen = QPen(QColor(colour), EDGE)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(box).adjusted(EDGE / 2, EDGE / 2, -EDGE / 2, -EDGE / 2))
