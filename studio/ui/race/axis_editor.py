"""What is varied along one side of a race: a field, and its values as check boxes or as a list that is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.generation.race_axes import AxisField, axis_of, read_axis
from studio.job.race import Axis
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.text_row import TextRow

NOTHING = "nothing"
Suggest = Callable[[AxisField], str]


class AxisEditor(QWidget):
    """`changed` follows every change of field or values. `optional` offers to vary nothing, and does so at first.

    `suggest(field)` gives the text that a list begins with; what was typed for a field is kept.
    """

    changed = Signal()

    def __init__(self, title: str, fields: Sequence[AxisField], suggest: Suggest, *, optional: bool = False) -> None:
        super().__init__()
        self._fields = {field.name: field for field in fields}
        self._suggest = suggest
        self._typed: dict[str, str] = {}
        self._ticked: dict[str, set[str]] = {}
        choices = [(field.name, field.title, "") for field in fields]
        if optional:
            choices.insert(0, (NOTHING, self.tr("Nothing"), self.tr("One row of lanes.")))
        self._choice = ChoiceRow(title, choices)
        self._boxes: dict[str, CheckRow] = {}
        self._sheet = QWidget()
        self._rows = QVBoxLayout(self._sheet)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._list = TextRow(self.tr("Values"))
        self._hint = QLabel()
        self._hint.setProperty("role", "caption")
        self._hint.setWordWrap(True)
        self._hint.setContentsMargins(px(GUTTER), 0, px(GUTTER), px(4))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._choice, self._sheet, self._list, self._hint):
            column.addWidget(widget)
        self._choice.value_changed.connect(self._show_field)
        self._list.value_changed.connect(self._typed_values)
        self._show_field()

    def field(self) -> AxisField | None:
        """What is varied, or None."""
        return self._fields.get(self._choice.value())

    def choose(self, name: str, values: Sequence[str] | str = ()) -> None:
        """Vary the field of that name, by ticking `values` or typing them."""
        self._choice.set_value(name)
        if isinstance(values, str):
            self._typed[name] = values
        elif values:
            self._ticked[name] = set(values)
        self._show_field()

    def axis(self) -> Axis | None:
        """The axis, None if nothing is varied. A bad value marks its row and raises `InvalidField`."""
        field = self.field()
        if field is None:
            return None
        try:
            if field.kind == "choice":
                return axis_of(field, [value for value, box in self._boxes.items() if box.value()])
            self._list.commit()
            return read_axis(field, self._list.field().text())
        except InvalidField as problem:
            self.mark(problem.sentence)
            raise

    def mark(self, sentence: str) -> None:
        """Show what is wrong with the values, until they are changed."""
        field = self.field()
        if field is None:
            return
        row = list(self._boxes.values())[-1] if field.kind == "choice" and self._boxes else self._list
        row.set_problem(sentence)

    def _show_field(self) -> None:
        field = self.field()
        listed = field is not None and field.kind != "choice"
        self._show_boxes(field if not listed else None)
        self._list.setVisible(listed)
        self._hint.setVisible(listed)
        if field is not None and listed:
            text = self._typed.setdefault(field.name, self._suggest(field))
            self._list.set_value(text)
            self._list.show_changed(False)
            self._hint.setText(self._hint_of(field))
        self.changed.emit()

    def _hint_of(self, field: AxisField) -> str:
        if field.kind == "text":
            return self.tr("With an upright stroke between them: {example}").format(example=field.example)
        return self.tr("With commas between them: {example}").format(example=field.example)

    def _show_boxes(self, field: AxisField | None) -> None:
        for box in self._boxes.values():
            box.setParent(None)
            box.deleteLater()
        self._boxes = {}
        if field is None:
            return
        ticked = self._ticked.setdefault(field.name, {value for value, _ in field.choices[:3]})
        for number, (value, title) in enumerate(field.choices):
            box = CheckRow(self.tr("Values") if number == 0 else " ", value in ticked, text=title)
            box.field().setAccessibleName(title)
            box.value_changed.connect(lambda on, value=value: self._tick(value, on))
            self._boxes[value] = box
            self._rows.addWidget(box)

    def _tick(self, value: str, on: bool) -> None:
        field = self.field()
        if field is not None:
            chosen = self._ticked[field.name]
            chosen.add(value) if on else chosen.discard(value)
        for box in self._boxes.values():
            box.show_changed(False)
            box.set_problem("")
        self.changed.emit()

    def _typed_values(self, text: str) -> None:
        field = self.field()
        if field is not None:
            self._typed[field.name] = text
        self._list.show_changed(False)
        self.changed.emit()
