"""How one plugin looks in the list: icon, name and version, its state at the right; below it what it adds."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.plugin.store import PluginEntry
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.panels.card_paint import icon_at
from studio.ui.plugins.plugin_words import row_text, state_colour, state_icon, state_word, title
from studio.ui.plugins.plugins_model import ENTRY
from studio.ui.tokens import ICON_ROW, TYPE_BASE, TYPE_CAPTION

HEIGHT, PAD, LINE = 48, 12, 20
Index = QModelIndex | QPersistentModelIndex


class PluginDelegate(QStyledItemDelegate):
    """Paints rows of two lines."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(200), px(HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: PluginEntry = index.data(ENTRY)
        tokens, row = current_tokens(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(row, QColor(tokens.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(row, QColor(tokens.hover))
        strong, faint = (tokens.on_accent, tokens.on_accent) if selected else (tokens.text, tokens.text2)
        state = tokens.on_accent if selected else state_colour(entry, tokens)
        left = row.left() + px(PAD)
        upper = QRect(left, row.top() + px(5), row.width() - 2 * px(PAD), px(LINE))
        size = px(ICON_ROW)
        icon_at(painter, state_icon(entry), state, QRectF(upper).center(), size, left)
        room = upper.adjusted(size + px(8), 0, 0, 0)
        used = _write(painter, state_word(entry), room, state, TYPE_CAPTION, Qt.AlignmentFlag.AlignRight)
        _write(painter, title(entry), room.adjusted(0, 0, -used - px(8), 0), strong, TYPE_BASE)
        _write(painter, row_text(entry), room.translated(0, px(LINE)), faint, TYPE_CAPTION)
        painter.restore()


def _write(
    painter: QPainter,
    text: str,
    room: QRect,
    colour: str,
    size: int,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> int:
    """Write one line, cut where room is short; the width it took."""
    font = QFont(painter.font())
    font.setPixelSize(px(size))
    painter.setFont(font)
    painter.setPen(QColor(colour))
    cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, cut)
    return painter.fontMetrics().horizontalAdvance(cut)
