"""Yes or no: a check box in the column of the fields."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from studio.ui.widgets.row import Row
from studio.ui.widgets.state import plain_tooltip


class CheckRow(Row):
    """`value_changed(value)` is emitted when the user ticks or unticks. Beside the box stands `text`, or the title."""

    value_changed = Signal(bool)

    def __init__(
        self,
        title: str,
        default: bool = False,
        parent: QWidget | None = None,
        *,
        text: str = "",
        description: str = "",
    ) -> None:
        super().__init__(title if text else "", parent, description=description)
        self._title = title
        self._default = default
        self._box = WideCheckBox(text or title)
        self._box.setAccessibleName(title)
        self._box.setToolTip(plain_tooltip(description))
        self._box.setChecked(default)
        self._dot.setAccessibleName(self.tr("Reset {title}").format(title=title))
        self._add(self._box, 1)
        self._box.toggled.connect(self._toggled)

    def value(self) -> bool:
        return self._box.isChecked()

    def set_value(self, value: bool) -> None:
        """Show `value` without emitting."""
        with QSignalBlocker(self._box):
            self._box.setChecked(value)
        self.show_changed(value != self._default)
        self._refuse("")

    def reset(self) -> None:
        """Go back to the default, as the user's own act."""
        self._box.setChecked(self._default)

    def field(self) -> QCheckBox:
        """What takes the focus of this row."""
        return self._box

    def _fields(self) -> tuple[QWidget, ...]:
        return (self._box,)

    def _toggled(self, value: bool) -> None:
        self._refuse("")
        self.show_changed(value != self._default)
        self.value_changed.emit(value)


class WideCheckBox(QCheckBox):
    """A check box that can be clicked anywhere in its row, not only on box and text."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)
