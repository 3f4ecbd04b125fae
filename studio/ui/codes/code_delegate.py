"""How one code looks on the shelf: its picture, below it name, origin and how well it is drawn again."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionViewItem, QWidget

from studio.job.code import NAME_MAXIMUM
from studio.job.codes import CodeCard
from studio.ui.codes.code_words import name_of, summary
from studio.ui.codes.codes_model import CARD, WHY_NOT
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.panels.card_paint import EDGE, CardDelegate, fill, frame, icon_at
from studio.ui.tokens import ICON_TOOL, TYPE_CAPTION, TYPE_SECONDARY, Tokens

PADDING, NAME, LINE, GAP = 4, 20, 16, 4
ICON = 14
FAINT = 0.45
"""How much is seen of the picture of a code that does not fit."""

Index = QModelIndex | QPersistentModelIndex


class CodeDelegate(CardDelegate):
    """Paints square cards with two lines. The view gives the width; the height follows from it."""

    below = NAME + LINE + GAP

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card: CodeCard = index.data(CARD)
        why_not, tokens = str(index.data(WHY_NOT)), current_tokens()
        ground, picture = _places(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_MouseOver:
            fill(painter, ground.adjusted(-EDGE, -EDGE, EDGE, EDGE), tokens.hover)
        painter.fillRect(picture, QColor(tokens.surround))
        self._paint_picture(painter, card, picture, tokens, fits=not why_not)
        if option.state & QStyle.StateFlag.State_Selected:
            frame(painter, picture.adjusted(-EDGE, -EDGE, EDGE, EDGE), tokens.accent)
        name = _name_line(option.rect)
        _write(painter, name_of(card), name, tokens.text, TYPE_SECONDARY)
        self._paint_state(painter, card, QRect(name.left(), name.bottom() + 1, name.width(), px(LINE)), why_not)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(NAME_MAXIMUM)
        editor.setAccessibleName(self.tr("Name of the code"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the name, and a little more: a field is higher than a line."""
        line = _name_line(option.rect)
        height = editor.sizeHint().height()
        editor.setGeometry(option.rect.left(), line.center().y() - height // 2, option.rect.width(), height)

    def _paint_picture(self, painter: QPainter, card: CodeCard, box: QRect, tokens: Tokens, *, fits: bool) -> None:
        if card.thumbnail is None:
            known = card.facts is not None
            icon, colour = ("grain", tokens.text2) if known else ("alert-triangle", tokens.danger)
            icon_at(painter, icon, colour, QRectF(box).center(), px(ICON_TOOL))
            return
        painter.setOpacity(1.0 if fits else FAINT)
        self._drawn.paint(painter, card.code, card.thumbnail, box)
        painter.setOpacity(1.0)

    def _paint_state(self, painter: QPainter, card: CodeCard, line: QRect, why_not: str) -> None:
        """Origin and decibels; or with an icon, since colour never speaks alone, that it cannot be used."""
        tokens = current_tokens()
        if card.facts is not None and not why_not:
            _write(painter, summary(card.facts), line, tokens.text2, TYPE_CAPTION)
            return
        damaged = card.facts is None
        colour = tokens.danger if damaged else tokens.warning
        size = px(ICON)
        icon_at(painter, "alert-triangle", colour, QRectF(line).center(), size, line.left())
        text = self.tr("Damaged") if damaged else self.tr("Other model")
        _write(painter, text, line.adjusted(size + px(PADDING), 0, 0, 0), colour, TYPE_CAPTION)


def _places(cell: QRect) -> tuple[QRect, QRect]:
    """The ground of a card and its picture."""
    pad = px(PADDING)
    ground = cell.adjusted(pad, pad, -pad, -pad)
    return ground, QRect(ground.left(), ground.top(), ground.width(), ground.width())


def _name_line(cell: QRect) -> QRect:
    picture = _places(cell)[1]
    return QRect(picture.left(), picture.bottom() + 1 + px(2), picture.width(), px(NAME) - px(2))


def _write(painter: QPainter, text: str, room: QRect, colour: str, size: int) -> None:
    font = QFont(painter.font())
    font.setPixelSize(px(size))
    painter.setFont(font)
    painter.setPen(QColor(colour))
    cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)
