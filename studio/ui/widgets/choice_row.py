"""One of several named values: label and combo box."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.ui.widgets.combo import DESCRIPTION, Combo
from studio.ui.widgets.row import Row
from studio.ui.widgets.state import plain_tooltip

Choice = tuple[str, str, str]


class ChoiceRow(Row):
    """`choices` are (value, title, description). `value_changed(value)` is emitted when the user chooses."""

    value_changed = Signal(str)

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        default: str | None = None,
        parent: QWidget | None = None,
        *,
        description: str = "",
    ) -> None:
        """`default` None takes the first choice. There is at least one when `value()` is asked."""
        super().__init__(title, parent, description=description)
        self._combo = Combo()
        self._combo.setAccessibleName(title)
        self._add(self._combo, 1)
        self._label.setBuddy(self._combo)
        self._default = ""
        self.set_choices(choices, default)
        self._combo.currentIndexChanged.connect(self._chosen)

    def value(self) -> str:
        """The chosen value; "" if there are no choices."""
        return str(self._combo.currentData() or "")

    def values(self) -> tuple[str, ...]:
        """All that can be chosen."""
        return tuple(str(self._combo.itemData(i)) for i in range(self._combo.count()))

    def set_value(self, value: str) -> None:
        """Show `value` without emitting. One that is not among the choices is refused with a sentence."""
        index = self._combo.findData(value)
        if index < 0:
            self._refuse(
                self.tr("{title} '{value}' is not known. Choose another.").format(title=self.title(), value=value[:40])
            )
            return
        with QSignalBlocker(self._combo):
            self._combo.setCurrentIndex(index)
        self._refuse("")
        self._describe()

    def set_choices(self, choices: Sequence[Choice], default: str | None = None) -> None:
        """Offer other choices without emitting. The value stays if it is among them, else it is the default."""
        before = self.value()
        with QSignalBlocker(self._combo):
            self._combo.clear()
            for value, title, description in choices:
                self._combo.addItem(title, value)
                self._combo.setItemData(self._combo.count() - 1, description, DESCRIPTION)
            self._default = default if default is not None else (choices[0][0] if choices else "")
            kept = before if self._combo.findData(before) >= 0 else self._default
            self._combo.setCurrentIndex(self._combo.findData(kept))
        self._refuse("")
        self._describe()

    def reset(self) -> None:
        """Go back to the default, as the user's own act."""
        self._combo.setCurrentIndex(self._combo.findData(self._default))

    def field(self) -> Combo:
        """What takes the focus of this row."""
        return self._combo

    def _fields(self) -> tuple[QWidget, ...]:
        return (self._combo,)

    def _chosen(self) -> None:
        self._refuse("")
        self._describe()
        self.value_changed.emit(self.value())

    def _describe(self) -> None:
        text = self._combo.currentData(DESCRIPTION) or ""
        self._combo.setToolTip(plain_tooltip(str(text)))
        self._combo.setAccessibleDescription(str(text))
        self.show_changed(self.value() != self._default)
        self._combo.setItemData(self._combo.currentIndex(), str(text), Qt.ItemDataRole.AccessibleDescriptionRole)
