"""What every row of a form shares: gutter, label, the dot of a changed value, the sentence of a refused one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import GUTTER, ICON_ROW, LABEL_WIDTH, ROW_HEIGHT, TARGET
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconLabel
from studio.ui.widgets.state import plain_tooltip, set_state


class Row(QWidget):
    """A line of a form: label, then what a subclass adds. Put rows into a layout without side margins.

    The row brings its own gutters, so that left edges agree and the dot of a changed value has a place.
    `invalid(sentence)` is emitted when the row's value is refused, and with "" when it is fine again.
    """

    invalid = Signal(str)

    def __init__(self, title: str, parent: QWidget | None = None, *, description: str = "") -> None:
        super().__init__(parent)
        self._title = title
        self._problem = ""
        self._told = False
        self._dot = ChangedDot(self)
        self._label = ElidedLabel(title)
        self._label.explain(description)
        self._line = QWidget()
        self._content = QHBoxLayout(self._line)
        self._content.addWidget(self._label)
        self._group = QHBoxLayout()
        self._sentence = ProblemLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._line)
        column.addWidget(self._sentence)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._dot.setAccessibleName(self.tr("Reset {title}").format(title=title))
        self._dot.setToolTip(plain_tooltip(self.tr("Changed. Click to go back to the default.")))
        self._dot.clicked.connect(lambda: self.reset())
        self._measure()

    def title(self) -> str:
        return self._title

    def problem(self) -> str:
        """Why the value is refused, or ""."""
        return self._problem

    def is_valid(self) -> bool:
        return not self._problem

    def set_problem(self, sentence: str) -> None:
        """Mark the row with what a job said about it, until it is edited or committed again. "" takes the mark away."""
        self._told = bool(sentence)
        self._tell(sentence)

    def hold(self, reason: str) -> None:
        """Let nobody change the row and say why, or with "" give it back."""
        self.setEnabled(not reason)
        self.setToolTip(plain_tooltip(reason))
        self.setAccessibleDescription(reason)

    def focus_problem(self) -> None:
        """Give the keyboard to the field that the sentence is about."""
        for field in self._blamed()[:1]:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def commit(self) -> bool:
        """Take what was typed but not entered yet. Whether the row is valid then."""
        if self._told:
            self._refuse("")
        self._commit_fields()
        return self.is_valid()

    def reset(self) -> None:
        """Go back to the default."""

    def show_changed(self, changed: bool) -> None:
        """Show or hide the dot."""
        if not changed and self._dot.hasFocus():
            self.focusNextChild()
        self._dot.setVisible(changed)

    def is_marked_changed(self) -> bool:
        """Whether the dot is shown."""
        return not self._dot.isHidden()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._dot.setGeometry(0, (px(ROW_HEIGHT) - px(TARGET)) // 2, px(TARGET), px(TARGET))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _refuse(self, sentence: str) -> None:
        """Mark the row because its own value is not allowed, or clear any mark with ""."""
        self._told = False
        self._tell(sentence)

    def _commit_fields(self) -> None:
        """Commit the fields of the row."""

    def _tell(self, sentence: str) -> None:
        if sentence == self._problem and not sentence:
            return
        self._problem = sentence
        self._sentence.tell(sentence)
        blamed = self._blamed()
        for field in self._fields():
            words = sentence if field in blamed else ""
            set_state(field, "refused", bool(words))
            field.setAccessibleDescription(words)
        self.invalid.emit(sentence)

    def _add(self, widget: QWidget, stretch: int = 0) -> None:
        self._content.addWidget(widget, stretch)

    def _fields(self) -> tuple[QWidget, ...]:
        """The fields that can be refused."""
        return ()

    def _blamed(self) -> tuple[QWidget, ...]:
        """Those of them that the present sentence is about: they get the danger outline."""
        return self._fields()

    def _add_group(self, *parts: tuple[QWidget, int]) -> None:
        """Add (widget, stretch) parts that stand close together."""
        for widget, stretch in parts:
            self._group.addWidget(widget, stretch)
        self._content.addLayout(self._group, 1)

    def _measure(self) -> None:
        """Lengths that a style sheet cannot give: margins and spacing follow the UI scale."""
        self._content.setContentsMargins(px(GUTTER), 0, px(GUTTER), 0)
        self._content.setSpacing(px(8))
        self._group.setSpacing(px(2))
        self._line.setFixedHeight(px(ROW_HEIGHT))
        self._label.setFixedWidth(px(LABEL_WIDTH))
        self._sentence.fit()


class ProblemLine(QWidget):
    """The sentence under a refused field, with an icon: colour never speaks alone.

    It lays itself out, because a layout asks a wrapping text for its height too late when a form is scrolled.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel("alert-triangle", self)
        self._icon.setProperty("tone", "danger")
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setProperty("role", "secondary")
        self._text.setProperty("tone", "danger")
        self.hide()

    def tell(self, sentence: str) -> None:
        """Show `sentence`, or nothing for ""."""
        self._text.setText(sentence)
        self.setVisible(bool(sentence))
        self.fit()

    def text(self) -> str:
        """The sentence that is shown, or ""."""
        return self._text.text()

    def fit(self) -> None:
        """Take the height that the sentence needs at this width."""
        self._text.ensurePolished()
        icon = px(ICON_ROW)
        left = px(GUTTER) + icon + px(4)
        room = max(0, self.width() - left - px(GUTTER))
        height = max(icon, self._text.heightForWidth(room))
        self._icon.setGeometry(px(GUTTER), px(2), icon, icon)
        self._text.setGeometry(left, px(2), room, height)
        self.setFixedHeight(px(2) + height + px(4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


class ChangedDot(QAbstractButton):
    """The dot in the gutter of a row whose value is not the default. The target is larger than the dot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.WindowText))
        radius = px(4) if self.underMouse() or self.isDown() else px(3)
        painter.drawEllipse(QPointF(px(GUTTER) / 2, self.height() / 2), radius, radius)
        painter.end()


def first_refused(form: QWidget) -> Row | None:
    """Commit every row below `form` and return the first that is refused, so that a run can be refused with it."""
    rows = [row for row in form.findChildren(Row) if row.isEnabled()]
    refused = [row for row in rows if not row.commit()]
    return refused[0] if refused else None
