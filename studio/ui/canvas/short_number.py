"""A number in a row with others: name, slider and field close together."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from studio.ui.metrics import px
from studio.ui.widgets.field import NumberField
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.state import plain_tooltip, set_state
from studio.ui.widgets.step_slider import StepSlider

POSITIONS = 200
FIELD, SLIDER_MINIMUM, SLIDER_MAXIMUM = 44, 16, 120


class ShortNumber(QWidget):
    """`value_changed(value)` is emitted for every accepted change by the user.

    A value outside of `limits` stays in the field, marked, and its tooltip says why. A `curve` above 1 gives small
    values more of the slider.
    """

    value_changed = Signal(float)

    def __init__(
        self, title: str, limits: NumberRange, unit: str, *, curve: float = 1.0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title, self._limits, self._unit, self._curve = title, limits, unit, curve
        self._value = limits.minimum
        self._label = QLabel(title)
        self._slider = StepSlider(POSITIONS)
        self._field = NumberField()
        self._field.setProperty("dense", True)
        self._line = QHBoxLayout(self)
        for part, stretch in ((self._label, 0), (self._slider, 1), (self._field, 0)):
            self._line.addWidget(part, stretch)
        self._label.setBuddy(self._field)
        self._label.setProperty("tone", "quiet")
        self._slider.dragged.connect(lambda position: self._take(self._at(position)))
        self._slider.stepped.connect(self._step)
        self._field.stepped.connect(self._step)
        self._field.committed.connect(self._entered)
        self._field.restored.connect(lambda: self._refuse(""))
        self._measure()
        self.set_value(limits.minimum)

    def value(self) -> float:
        """The last accepted value."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value`, which lies within the limits, without emitting."""
        self._value = value
        self._field.show_text(self._limits.text(value))
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._position(value))
        name = self.tr("{name}, {value} {unit}").format(
            name=self._title, value=self._limits.text(value), unit=self._unit
        )
        self._field.setAccessibleName(name)
        self._slider.setAccessibleName(name)
        self._refuse("")

    def set_title(self, title: str) -> None:
        """Call it something else."""
        self._title = title
        self._label.setText(title)
        self._measure()
        self.set_value(self._value)

    def title(self) -> str:
        return self._title

    def field(self) -> NumberField:
        """What takes the focus."""
        return self._field

    def slider(self) -> StepSlider:
        return self._slider

    def problem(self) -> str:
        """Why what stands in the field is refused, or ""."""
        return self._field.accessibleDescription()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _measure(self) -> None:
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(px(4))
        self._field.setFixedWidth(px(FIELD))
        self._slider.setMinimumWidth(px(SLIDER_MINIMUM))
        # Beyond that it would be hard to say which slider belongs to which name.
        self.setMaximumWidth(self._label.sizeHint().width() + px(SLIDER_MAXIMUM) + px(FIELD) + 2 * px(4))

    def _entered(self, text: str) -> None:
        value = self._limits.parse(text)
        low, high = self._limits.bounds()
        if value is None:
            sentence = self.tr("{name} '{text}' is not a number. Use {low} to {high}.")
            self._refuse(sentence.format(name=self._title, text=text[:20], low=low, high=high))
            return
        refusal = self._limits.refusal(value, self._title)
        if refusal:
            self._refuse(refusal)
        else:
            self._take(value)

    def _step(self, steps: int) -> None:
        self._take(self._limits.stepped(self._value, steps))

    def _take(self, value: float) -> None:
        changed = not math.isclose(value, self._value, rel_tol=0.0, abs_tol=1e-9)
        self.set_value(value)
        if changed:
            self.value_changed.emit(value)

    def _refuse(self, sentence: str) -> None:
        low, high = self._limits.bounds()
        usual = self.tr("{low} to {high} {unit}").format(low=low, high=high, unit=self._unit)
        set_state(self._field, "refused", bool(sentence))
        self._field.setAccessibleDescription(sentence)
        self._field.setToolTip(plain_tooltip(sentence or usual))

    def _at(self, position: int) -> float:
        span = self._limits.maximum - self._limits.minimum
        value = self._limits.minimum + span * (position / POSITIONS) ** self._curve
        return self._limits.typed(round(value / self._limits.step) * self._limits.step)

    def _position(self, value: float) -> int:
        span = self._limits.maximum - self._limits.minimum
        part = min(max((value - self._limits.minimum) / span, 0.0), 1.0)
        return round(POSITIONS * part ** (1 / self._curve))
