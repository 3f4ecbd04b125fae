"""A combo box whose entries may carry a line that says what they are, and that ignores the wheel without focus."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QWidget,
)

from studio.ui.icons import pixmap
from studio.ui.metrics import px
from studio.ui.tokens import ICON_ROW, ROW_HEIGHT, TYPE_SECONDARY

DESCRIPTION = Qt.ItemDataRole.UserRole + 1
DESCRIBED_HEIGHT = 44
Index = QModelIndex | QPersistentModelIndex


class Combo(QComboBox):
    """Entries are `addItem(title, value)`; `setItemData(i, text, DESCRIPTION)` describes one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setItemDelegate(EntryDelegate(self))
        self.setMaxVisibleItems(16)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        # Qt cuts a title that does not fit in the middle of a letter.
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        area = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, area, self).width()
        title = option.currentText
        option.currentText = self.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room - px(2))
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def showPopup(self) -> None:
        view = self.view()
        wanted = view.sizeHintForColumn(self.modelColumn()) + px(12)
        view.setMinimumWidth(max(self.width(), min(wanted, self.screen().availableGeometry().width())))
        super().showPopup()


class EntryDelegate(QStyledItemDelegate):
    """Paints an entry: a check mark on the current one, its title, and its description below in a smaller size."""

    def __init__(self, combo: QComboBox) -> None:
        super().__init__(combo)
        self._combo = combo

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        text = str(index.data(DESCRIPTION) or "")
        title = QFontMetrics(self._combo.font()).horizontalAdvance(str(index.data() or ""))
        below = QFontMetrics(self._small()).horizontalAdvance(text)
        return QSize(self._indent() + max(title, below) + px(12), px(DESCRIBED_HEIGHT if text else ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        palette, role = self._combo.palette(), QPalette.ColorRole
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, palette.color(role.Highlight))
        strong = palette.color(role.HighlightedText if chosen else role.Text)
        if index.row() == self._combo.currentIndex():
            self._check(painter, area, strong)
        text = str(index.data(DESCRIPTION) or "")
        room = area.adjusted(self._indent(), px(4), -px(8), -px(4))
        upper = QRect(room.left(), room.top(), room.width(), room.height() // 2) if text else room
        painter.setFont(self._combo.font())
        painter.setPen(strong)
        self._line(painter, upper, str(index.data() or ""))
        if text:
            painter.setFont(self._small())
            painter.setPen(strong if chosen else palette.color(role.PlaceholderText))
            self._line(painter, room.adjusted(0, room.height() // 2, 0, 0), text)
        painter.restore()

    def _check(self, painter: QPainter, area: QRect, colour: QColor) -> None:
        size = px(ICON_ROW)
        top = area.top() + (area.height() - size) // 2
        painter.drawPixmap(area.left() + px(8), top, pixmap("check", colour, size, self._combo.devicePixelRatioF()))

    def _line(self, painter: QPainter, area: QRect, text: str) -> None:
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)

    def _indent(self) -> int:
        return px(8) + px(ICON_ROW) + px(8)

    def _small(self) -> QFont:
        font = QFont(self._combo.font())
        font.setPixelSize(px(TYPE_SECONDARY))
        return font
