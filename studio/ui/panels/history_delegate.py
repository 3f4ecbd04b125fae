"""How one job looks in the history: its picture, and below it state and seed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.panels.card_paint import EDGE, CardDelegate, fill, frame, icon_at
from studio.ui.panels.history_model import ENTRY, Entry, JobState, state_word
from studio.ui.titles import beginning, capital
from studio.ui.tokens import ICON_ROW, TYPE_CAPTION, Tokens

PADDING, LINE = 4, 20
ICON = 14
ICONS = {
    JobState.QUEUED: "dots",
    JobState.RUNNING: "loader",
    JobState.PAUSED: "player-pause",
    JobState.FINISHED: "circle-check",
    JobState.CANCELLED: "x",
    JobState.FAILED: "alert-triangle",
}


class HistoryDelegate(CardDelegate):
    """Paints square cards. The view gives the width; the height follows from it."""

    below = LINE

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
            fill(painter, card.adjusted(-EDGE, -EDGE, EDGE, EDGE), tokens.hover)
        painter.fillRect(picture, QColor(tokens.surround))
        self._paint_picture(painter, entry, picture)
        if option.state & QStyle.StateFlag.State_Selected:
            frame(painter, picture.adjusted(-EDGE, -EDGE, EDGE, EDGE), tokens.accent)
        line = QRect(card.left(), picture.bottom() + 1, card.width(), card.bottom() - picture.bottom())
        self._paint_line(painter, entry, line, tokens)
        painter.restore()

    def _paint_picture(self, painter: QPainter, entry: Entry, box: QRect) -> None:
        if entry.small is None:
            icon_at(painter, ICONS[entry.state], current_tokens().text2, QRectF(box).center(), px(ICON_ROW))
            return
        self._drawn.paint(painter, entry.job, entry.small, box)

    def _paint_line(self, painter: QPainter, entry: Entry, line: QRect, tokens: Tokens) -> None:
        font = QFont(painter.font())
        font.setPixelSize(px(TYPE_CAPTION))
        painter.setFont(font)
        if entry.state is JobState.FINISHED:
            # The picture says that it is done; its seed needs the room.
            text, room = capital(beginning(entry.recipe)), line
        else:
            size, colour = px(ICON), _colour(entry.state, tokens)
            icon_at(painter, ICONS[entry.state], colour, QRectF(line).center(), size, line.left())
            text, room = state_word(self, entry.state), line.adjusted(size + px(PADDING), 0, 0, 0)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(QColor(tokens.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _colour(state: JobState, tokens: Tokens) -> str:
    colours = {JobState.FAILED: tokens.danger, JobState.RUNNING: tokens.info}
    return colours.get(state, tokens.text2)
