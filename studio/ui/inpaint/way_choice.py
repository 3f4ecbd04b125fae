"""The choice of a way of painting: all of them are seen, each with the line that says what it does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.inpaint.ways import Way
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.elided_label import ElidedLabel

INDENT = 24


class WayChoice(QWidget):
    """`value_changed(value)` is emitted when the user chooses."""

    value_changed = Signal(str)

    def __init__(self, ways: Sequence[Way], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = {way.value: way.line for way in ways}
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QRadioButton] = {}
        self._labels: dict[str, ElidedLabel] = {}
        self._column = QVBoxLayout(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for way in ways:
            self._add(way)
        self._measure()
        self.set_value(ways[0].value)

    def value(self) -> str:
        """The chosen one."""
        return next(value for value, button in self._buttons.items() if button.isChecked())

    def set_value(self, value: str) -> None:
        """Show `value` without emitting. One that is not among them changes nothing."""
        button = self._buttons.get(value)
        if button is not None:
            with QSignalBlocker(button):
                button.setChecked(True)

    def hold(self, value: str, reason: str) -> None:
        """Let nobody choose `value` and say why, or with "" offer it again."""
        self._buttons[value].setEnabled(not reason)
        self._labels[value].setEnabled(not reason)
        self._labels[value].setText(reason or self._lines[value])
        self._buttons[value].setAccessibleDescription(reason or self._lines[value])

    def button(self, value: str) -> QRadioButton:
        """What is pressed for `value`."""
        return self._buttons[value]

    def line(self, value: str) -> str:
        """What is said about `value`."""
        return self._labels[value].text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _add(self, way: Way) -> None:
        button, label = QRadioButton(way.title), ElidedLabel(way.line)
        button.setAccessibleDescription(way.line)
        label.setProperty("role", "secondary")
        self._group.addButton(button)
        self._buttons[way.value], self._labels[way.value] = button, label
        self._column.addWidget(button)
        self._column.addWidget(label)
        button.toggled.connect(lambda checked: self.value_changed.emit(way.value) if checked else None)

    def _measure(self) -> None:
        self._column.setContentsMargins(px(GUTTER), px(4), px(GUTTER), px(8))
        self._column.setSpacing(0)
        for label in self._labels.values():
            label.setContentsMargins(px(INDENT), 0, 0, px(2))
