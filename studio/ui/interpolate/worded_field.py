"""A number with its word behind it, as the bench has them: "24 frames"."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from studio.errors import InvalidField
from studio.ui.metrics import px
from studio.ui.widgets.field import NumberField
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.state import plain_tooltip, set_state

Number = int | float
WIDTH = 48


class WordedField(QWidget):
    """`take(value)` gets what is entered, and may raise `InvalidField`. What is refused stays in the field, marked,
    until it is corrected or taken back; `problem_changed()` tells that `problem()` is another one.
    """

    problem_changed = Signal()

    def __init__(self, name: str, word: str, limits: NumberRange, take: Callable[[Number], None]) -> None:
        super().__init__()
        self._name, self._limits, self._take = name, limits, take
        self._value: Number = limits.minimum
        self._problem = ""
        self.field = NumberField()
        self.field.setFixedWidth(px(WIDTH))
        self.field.setAccessibleName(name)
        low, high = limits.bounds()
        self.field.setToolTip(plain_tooltip(self.tr("{low} to {high}").format(low=low, high=high)))
        label = QLabel(word)
        label.setProperty("role", "secondary")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(4))
        line.addWidget(self.field)
        line.addWidget(label)
        self.field.committed.connect(self._enter)
        self.field.stepped.connect(lambda steps: self._try(self._limits.stepped(self._value, steps)))
        self.field.restored.connect(lambda: self._refuse(""))

    def problem(self) -> str:
        """Why what is in the field is refused, or ""."""
        return self._problem

    def show_value(self, value: Number) -> None:
        """Show the value that holds. What is refused stays until it is another one."""
        if self._problem and value == self._value:
            return
        self._value = value
        self.field.show_text(f"{value:g}")
        self._refuse("")

    def _enter(self, text: str) -> None:
        value = self._limits.parse(text)
        if value is not None:
            self._try(value)
            return
        noun = self.tr("a number") if self._limits.decimals else self.tr("a whole number")
        low, high = self._limits.bounds()
        sentence = self.tr("{name} '{text}' is not {noun}. Use {low} to {high}.")
        self._refuse(sentence.format(name=self._name, text=text[:20], noun=noun, low=low, high=high))

    def _try(self, value: Number) -> None:
        refusal = self._limits.refusal(value, self._name)
        if not refusal:
            try:
                self._take(value)
            except InvalidField as problem:
                refusal = problem.sentence
        self._refuse(refusal)
        if not refusal:
            self.show_value(value)

    def _refuse(self, sentence: str) -> None:
        if sentence == self._problem:
            return
        self._problem = sentence
        set_state(self.field, "refused", bool(sentence))
        self.field.setAccessibleDescription(sentence)
        self.problem_changed.emit()
