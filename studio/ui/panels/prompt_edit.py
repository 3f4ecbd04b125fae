"""A field for prompts: plain text, four to eight lines, with completion where the model says what it knows."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from studio.models.completion import Completion
from studio.ui.metrics import px

LINES_MINIMUM, LINES_MAXIMUM = 4, 8
SHOWN_COMPLETIONS = 8
# Qt counts a line that only just fits as hidden.
SPARE = 1
_CHOICE = Qt.ItemDataRole.UserRole
_ACCEPT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVE = (Qt.Key.Key_Up, Qt.Key.Key_Down)
# What changes the height of a line, or of what stands around the text.
MEASURED_AGAIN = (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.Polish, QEvent.Type.Show)

Complete = Callable[[str, int], list[Completion]]


class PromptEdit(QPlainTextEdit):
    """Tab leaves the field. While completions are shown Up, Down and Return choose among them and Esc closes them."""

    def __init__(
        self, complete: Complete | None = None, parent: QWidget | None = None, lines: int = LINES_MINIMUM
    ) -> None:
        super().__init__(parent)
        self._complete = complete
        self._lines = lines
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._popup = CompletionList(self)
        self._popup.itemClicked.connect(self._accept)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._grow())
        self._grow()

    def offer(self) -> None:
        """Show what may be meant, below the cursor."""
        found = self._complete(self.toPlainText(), self.textCursor().position()) if self._complete else []
        self._popup.fill(found)
        if found:
            self._popup.place(self.viewport().mapTo(self.window(), self.cursorRect().bottomLeft()))

    def replace_text(self, text: str) -> None:
        """Put in another text as one undo step; the cursor goes to its end."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self._popup.hide()

    def completions(self) -> QListWidget:
        """The list that is shown while completions are offered."""
        return self._popup

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # A dropped file is for the window; its address is no prompt.
        return not source.hasUrls() and super().canInsertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._popup.isVisible() and self._steer(event):
            return
        if event.key() in _ACCEPT and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        super().keyPressEvent(event)
        if event.text() and event.key() not in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, *_ACCEPT):
            self.offer()

    def _steer(self, event: QKeyEvent) -> bool:
        """Keys that belong to the list while it is shown."""
        if event.key() == Qt.Key.Key_Escape:
            self._popup.hide()
        elif event.key() in _MOVE and not event.modifiers():
            self._popup.move(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in _ACCEPT and not event.modifiers() and self._popup.currentItem():
            self._accept(self._popup.currentItem())
        else:
            return False
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._popup.hide()

    def _accept(self, item: QListWidgetItem) -> None:
        completion: Completion = item.data(_CHOICE)
        cursor = self.textCursor()
        cursor.setPosition(completion.start)
        cursor.setPosition(completion.end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(completion.text)
        self.setTextCursor(cursor)
        self._popup.hide()

    def _grow(self) -> None:
        """Take the height of the text: whole lines, and what stands around them."""
        lines = int(self.document().size().height())
        # Only then: a bar that comes and goes would wrap the text anew each time.
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if lines > LINES_MAXIMUM else policy.ScrollBarAlwaysOff
        )
        around = self.height() - self.maximumViewportSize().height() + 2 * self.document().documentMargin()
        shown = min(max(lines, self._lines), LINES_MAXIMUM)
        height = math.ceil(shown * self._line_height() + around + SPARE)
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _line_height(self) -> float:
        first = self.document().firstBlock()
        drawn = first.layout().lineAt(0).height() if first.layout().lineCount() else 0.0
        return max(drawn, self.fontMetrics().lineSpacing())

    def event(self, event: QEvent) -> bool:
        # Esc closes the list and nothing else: the innermost thing first.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
            and self._popup.isVisible()
        ):
            event.accept()
            return True
        handled = super().event(event)
        if event.type() in MEASURED_AGAIN:
            self._grow()
        return handled


class CompletionList(QListWidget):
    """The completions, over the window and without the focus: typing goes on."""

    def __init__(self, owner: QPlainTextEdit) -> None:
        super().__init__(owner)
        self._owner = owner
        self.setObjectName("completions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setAccessibleName(self.tr("Completions"))
        owner.window().installEventFilter(self)
        self.hide()

    def fill(self, completions: list[Completion]) -> None:
        """Take over the completions; none hides the list. Nothing is chosen until a key chooses."""
        self.clear()
        for completion in completions:
            shown = completion.text.strip(" ,")
            item = QListWidgetItem(f"{shown}  ({completion.found_by})" if completion.found_by else shown)
            item.setData(_CHOICE, completion)
            self.addItem(item)
        if not completions:
            self.hide()

    def place(self, below: QPoint) -> None:
        """Show the list below a point of the window, and inside the window."""
        window = self._owner.window()
        if self.parent() is not window:
            self.setParent(window)
        size = self._wanted_size()
        x = min(below.x(), window.width() - size.width() - px(4))
        y = below.y() + px(2)
        if y + size.height() > window.height():
            y = below.y() - self._owner.fontMetrics().lineSpacing() - size.height() - px(4)
        self.setGeometry(max(x, 0), max(y, 0), size.width(), size.height())
        self.show()
        self.raise_()

    def move(self, step: int) -> None:
        """Go to the next or the previous completion, around the ends."""
        count = self.count()
        row = self.currentRow()
        self.setCurrentRow((row + step) % count if row >= 0 else (0 if step > 0 else count - 1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.WindowDeactivate):
            self.hide()
        return super().eventFilter(watched, event)

    def _wanted_size(self) -> QSize:
        rows = min(self.count(), SHOWN_COMPLETIONS)
        width = max(self.sizeHintForColumn(0) + px(24), px(160))
        return QSize(min(width, px(280)), rows * self.sizeHintForRow(0) + px(8) + 2)
