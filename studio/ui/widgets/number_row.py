"""A number with its meaning: label, slider, field."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from studio.ui.metrics import px
from studio.ui.tokens import FIELD_WIDTH
from studio.ui.widgets.field import NumberField
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.row import Row
from studio.ui.widgets.state import plain_tooltip
from studio.ui.widgets.step_slider import StepSlider

Number = int | float


class NumberRow(Row):
    """`value_changed(value)` is emitted for every accepted change by the user; int or float as `decimals` says.

    A value outside the range is never bent to it: it stays in the field, marked, `invalid` tells why, and `value()`
    keeps the last good one.
    """

    value_changed = Signal(object)

    def __init__(
        self,
        title: str,
        limits: NumberRange,
        default: Number,
        parent: QWidget | None = None,
        *,
        spoken: str = "",
        description: str = "",
    ) -> None:
        """`spoken` is the full name where `title` is short ("Guidance scale" for "Guidance")."""
        super().__init__(title, parent, description=description)
        self._limits = limits
        self._spoken = spoken or title
        self._default = default
        self._value = default
        self._slider = StepSlider(limits.positions())
        self._field = NumberField()
        self._add(self._slider, 1)
        self._add(self._field)
        self._label.setBuddy(self._field)
        self._field.setToolTip(plain_tooltip(self._range_text()))
        self._slider.dragged.connect(lambda position: self._take(self._limits.at(position)))
        self._slider.stepped.connect(self._step)
        self._field.stepped.connect(self._step)
        self._field.committed.connect(self._entered)
        self._field.restored.connect(lambda: self._refuse(""))
        self._measure_field()
        self.set_value(default)

    def value(self) -> Number:
        """The last accepted value."""
        return self._value

    def default(self) -> Number:
        return self._default

    def set_default(self, default: Number) -> None:
        """Another model, another default: the dot follows, the value stays."""
        self._default = default
        self.show_changed(self._value != default)

    def set_limits(self, limits: NumberRange) -> None:
        """Allow another range; the value stays, and is refused if it lies outside."""
        self._limits = limits
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, limits.positions())
        self._field.setToolTip(plain_tooltip(self._range_text()))
        self.set_value(self._value)

    def set_value(self, value: Number) -> None:
        """Show `value` without emitting. One that is out of range is shown and refused as if it were typed."""
        refusal = self._limits.refusal(value, self._spoken)
        if refusal:
            self._field.setText(self._limits.text(value))
        else:
            self._show(self._limits.typed(value))
        self._refuse(refusal)

    def reset(self) -> None:
        """Go back to the default, as the user's own act."""
        self._take(self._default)

    def field(self) -> NumberField:
        """What takes the focus of this row."""
        return self._field

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure_field()

    def _commit_fields(self) -> None:
        self._field.commit()

    def _fields(self) -> tuple[QWidget, ...]:
        return (self._field,)

    def _measure_field(self) -> None:
        self._field.setFixedWidth(px(FIELD_WIDTH))
        self._slider.setMinimumWidth(px(40))

    def _entered(self, text: str) -> None:
        value = self._limits.parse(text)
        if value is None:
            noun = self.tr("a number") if self._limits.decimals else self.tr("a whole number")
            sentence = self.tr("{name} '{text}' is not {noun}. Use {low} to {high}.")
            low, high = self._limits.bounds()
            self._refuse(sentence.format(name=self._spoken, text=text[:20], noun=noun, low=low, high=high))
            return
        refusal = self._limits.refusal(value, self._spoken)
        if refusal:
            self._refuse(refusal)
        else:
            self._take(value)

    def _step(self, steps: int) -> None:
        self._take(self._limits.stepped(self._value, steps))

    def _take(self, value: Number) -> None:
        changed = not math.isclose(value, self._value, rel_tol=0.0, abs_tol=1e-12)
        self._show(value)
        self._refuse("")
        if changed:
            self.value_changed.emit(value)

    def _show(self, value: Number) -> None:
        self._value = value
        self._field.show_text(self._limits.text(value))
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._limits.position(value))
        self.show_changed(value != self._default)
        name = self.tr("{name}, {value}, {range}").format(
            name=self._spoken, value=self._limits.text(value), range=self._range_text()
        )
        self._field.setAccessibleName(name)
        self._slider.setAccessibleName(name)

    def _range_text(self) -> str:
        low, high = self._limits.bounds()
        return self.tr("{low} to {high}").format(low=low, high=high)
