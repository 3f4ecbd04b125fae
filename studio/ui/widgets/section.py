"""A headed part of a form that can be folded away."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QPropertyAnimation, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.icons import pixmap
from studio.ui.metrics import motion_ms, px
from studio.ui.tokens import GUTTER, ICON_ROW, ROW_HEIGHT, TYPE_SECONDARY
from studio.ui.widgets.row import Row

ANY_HEIGHT = 16_777_215  # Qt's "no maximum"


class Section(QWidget):
    """A header that folds what is below it. `folded_changed(folded)` is emitted when the user or code folds it."""

    folded_changed = Signal(bool)

    def __init__(self, title: str, parent: QWidget | None = None, *, folded: bool = False) -> None:
        super().__init__(parent)
        self._header = SectionHeader(title)
        self._header.setChecked(not folded)
        self._sheet = QWidget()
        self._rows = QVBoxLayout(self._sheet)
        self._rows.setContentsMargins(0, 0, 0, px(4))
        self._rows.setSpacing(0)
        # A clip around the sheet, so that rows keep their height while the fold moves over them.
        self._clip = QWidget()
        clip = QVBoxLayout(self._clip)
        clip.setContentsMargins(0, 0, 0, 0)
        clip.addWidget(self._sheet)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._clip)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._motion = QPropertyAnimation(self._clip, b"maximumHeight", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.finished.connect(self._settle)
        self._header.toggled.connect(self._turned)
        self._settle()

    def add(self, widget: QWidget) -> None:
        """Add a row at the end. A row that is refused opens the section, so that its sentence is seen."""
        self._rows.addWidget(widget)
        if isinstance(widget, Row):
            widget.invalid.connect(self._open_for)

    def is_folded(self) -> bool:
        return not self._header.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Fold or unfold."""
        self._header.setChecked(not folded)

    def set_note(self, note: str) -> None:
        """A short grey word at the right end of the header, such as "2 changed"."""
        self._header.set_note(note)

    def header(self) -> QAbstractButton:
        """What takes the focus of this section."""
        return self._header

    def _open_for(self, sentence: str) -> None:
        if sentence:
            self.set_folded(False)

    def _turned(self, open_: bool) -> None:
        duration = motion_ms()
        self._motion.stop()
        if not duration or not self.isVisible():
            self._settle()
        else:
            height = self._sheet.heightForWidth(self.width()) if self._sheet.hasHeightForWidth() else -1
            whole = height if height >= 0 else self._sheet.sizeHint().height()
            self._motion.setDuration(duration)
            self._motion.setStartValue(self._clip.height() if self._clip.isVisible() else 0)
            self._motion.setEndValue(whole if open_ else 0)
            self._clip.setVisible(True)
            self._motion.start()
        self.folded_changed.emit(not open_)

    def _settle(self) -> None:
        """The state of rest: all of the sheet, or none of it and then nothing in it takes the focus."""
        self._clip.setMaximumHeight(ANY_HEIGHT)
        self._clip.setVisible(not self.is_folded())


class SectionHeader(QAbstractButton):
    """The line that is pressed: a chevron, the title, perhaps a note."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = ""
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("focusInside", True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_note(self, note: str) -> None:
        """Show `note` at the right end."""
        self._note = note
        self.setAccessibleDescription(note)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(GUTTER) * 2 + self.fontMetrics().horizontalAdvance(self.text()), px(ROW_HEIGHT) + px(4))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
        return super().event(event)

    def _note_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.Normal)
        font.setPixelSize(px(TYPE_SECONDARY))
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        palette, role = self.palette(), QPalette.ColorRole
        strong = palette.color(role.WindowText)
        quiet = palette.color(role.PlaceholderText)
        size = px(ICON_ROW)
        painter = QPainter(self)
        if self.underMouse():
            painter.fillRect(self.rect(), palette.color(role.AlternateBase))
        name = "chevron-down" if self.isChecked() else "chevron-right"
        chevron = pixmap(name, strong if self.underMouse() else quiet, size, self.devicePixelRatioF())
        painter.drawPixmap(px(GUTTER) - px(4), (self.height() - size) // 2, chevron)
        left = px(GUTTER) + size
        room = QRect(left, 0, self.width() - left - px(GUTTER), self.height())
        painter.setPen(strong)
        title = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        painter.setPen(quiet)
        painter.setFont(self._note_font())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._note)
        painter.end()
