"""Fields that are typed into: Enter or leaving commits, Esc restores. Numbers step by arrows, Page keys and wheel."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

WHEEL_NOTCH = 120
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Wheel:
    """Adds the small turns of a wheel or touchpad up to whole notches."""

    def __init__(self) -> None:
        self._turned = 0

    def notches(self, event: QWheelEvent) -> int:
        """Whole notches since the last call that returned any; up is positive."""
        self._turned += event.angleDelta().y()
        whole = int(self._turned / WHEEL_NOTCH)
        self._turned -= whole * WHEEL_NOTCH
        return whole


class CommitField(QLineEdit):
    """A line edit whose text counts once it is committed.

    `committed(text)` is emitted when typed text is entered or left; the owner then calls `show_text` with what it
    accepted, or leaves the text standing as refused, which Esc still takes back: then `restored` is emitted.
    """

    committed = Signal(str)
    restored = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self._offered = ""
        # A line edit has margins inside its padding. Without them its text stands where a combo box has it.
        self.setTextMargins(-2, 0, -2, 0)
        # What is dropped is for the window: a field would take a file's address for its value.
        self.setAcceptDrops(False)

    def show_text(self, text: str) -> None:
        """Show `text` as the accepted one."""
        self._shown = self._offered = text
        if self.text() != text:
            self.setText(text)

    def pending(self) -> bool:
        """Whether something was typed that is not accepted: not yet, or refused and not yet taken back."""
        return self.text() != self._shown or self._offered != self._shown

    def commit(self) -> None:
        """Offer typed text to the owner."""
        if self.pending():
            self._offered = self.text()
            self.committed.emit(self.text())

    def event(self, event: QEvent) -> bool:
        # Claims Esc before a shortcut of the window gets it: Esc ends the innermost thing first.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
            and self.pending()
        ):
            event.accept()
            return True
        # Without something typed there is nothing of its own to undo: the key is the window's.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not self.pending():
            standard = QKeySequence.StandardKey
            if event.matches(standard.Undo) or event.matches(standard.Redo):
                event.ignore()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self.pending():
            self.commit()
        elif event.key() == Qt.Key.Key_Escape and self.pending():
            self.show_text(self._shown)
            self.restored.emit()
        elif event.key() in (*ENTER, Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
        super().focusOutEvent(event)


class NumberField(CommitField):
    """A commit field for a number. `stepped(steps)` asks for a change: arrows 1, Page keys 10, wheel 1 a notch."""

    stepped = Signal(int)

    STEPS: ClassVar[dict[int, int]] = {
        Qt.Key.Key_Up: 1,
        Qt.Key.Key_Down: -1,
        Qt.Key.Key_PageUp: 10,
        Qt.Key.Key_PageDown: -10,
    }

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wheel = Wheel()
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = self.STEPS.get(event.key())
        if steps is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.commit()
            self.stepped.emit(steps)
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        event.accept()
        notches = self._wheel.notches(event)
        if notches:
            self.commit()
            self.stepped.emit(notches)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.selectAll()
