"""A line of text with a check of what is entered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.ui.metrics import px
from studio.ui.widgets.field import CommitField
from studio.ui.widgets.row import Row

Check = Callable[[str], str]


def anything(text: str) -> str:
    """The check that refuses nothing."""
    return ""


class TextRow(Row):
    """`check(text)` gives the sentence that refuses `text`, or "". `value_changed(text)`: a good one was entered."""

    value_changed = Signal(str)

    def __init__(
        self,
        title: str,
        default: str = "",
        parent: QWidget | None = None,
        *,
        check: Check = anything,
        placeholder: str = "",
        description: str = "",
    ) -> None:
        super().__init__(title, parent, description=description)
        self._check = check
        self._default = default
        self._value = default
        self._field = CommitField()
        self._field.setAccessibleName(title)
        self._field.setPlaceholderText(placeholder)
        self._field.setMinimumWidth(px(40))
        self._add(self._field, 1)
        self._label.setBuddy(self._field)
        self._field.committed.connect(self._entered)
        self._field.restored.connect(lambda: self._refuse(""))
        self._show(default)

    def value(self) -> str:
        """The last accepted text."""
        return self._value

    def set_value(self, text: str) -> None:
        """Show `text` without emitting; text that the check refuses is shown and marked."""
        refusal = self._check(text)
        if refusal:
            self._field.setText(text)
        else:
            self._show(text)
        self._refuse(refusal)

    def reset(self) -> None:
        """Go back to the default, as the user's own act."""
        self._field.setText(self._default)
        self._entered(self._default)

    def field(self) -> CommitField:
        """What takes the focus of this row."""
        return self._field

    def _commit_fields(self) -> None:
        self._field.commit()

    def _fields(self) -> tuple[QWidget, ...]:
        return (self._field,)

    def _entered(self, text: str) -> None:
        before = self._value
        self.set_value(text)
        if self.is_valid() and text != before:
            self.value_changed.emit(text)

    def _show(self, text: str) -> None:
        self._value = text
        self._field.show_text(text)
        self.show_changed(text != self._default)
