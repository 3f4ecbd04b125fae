"""The settings of a sampler or a guidance rule as rows, made from how their owner describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.sampling.info import Option, OptionValue
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import Row
from studio.ui.widgets.section import Section

SHOWN = 4

OptionRow = NumberRow | CheckRow | ChoiceRow


class OptionsForm(QWidget):
    """The rows of one owner at a time; what was set for the others is kept until they come back.

    `changed` is emitted when the user changes a value.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._owner = ""
        self._options: tuple[Option, ...] = ()
        self._rows: dict[str, OptionRow] = {}
        self._kept: dict[str, dict[str, OptionValue]] = {}
        self._sheet: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_options(self, name: str, options: Sequence[Option]) -> None:
        """Show the options of the sampler or rule `name`, with what was set for it before."""
        if self._owner:
            self._kept[self._owner] = self.values()
        self._owner = name
        if self._sheet is not None:
            self._column.removeWidget(self._sheet)
            # Out of the form at once: a row that waits for its deletion is no row to be asked.
            self._sheet.setParent(None)
            self._sheet.deleteLater()
        self._options = tuple(options)
        self._rows = {option.name: self._row(option) for option in options}
        self._sheet = self._laid_out()
        self._column.addWidget(self._sheet)
        self.set_values(self._kept.get(name, {}))

    def owner(self) -> str:
        return self._owner

    def values(self) -> dict[str, OptionValue]:
        """The accepted value of every option that is shown."""
        return {name: row.value() for name, row in self._rows.items()}

    def set_values(self, values: Mapping[str, OptionValue]) -> None:
        """Show `values` without emitting; options they don't name stay. Bad ones are marked, unknown names ignored."""
        for option in self._options:
            if option.name in values:
                self._set_value(option, values[option.name])

    def options(self) -> tuple[Option, ...]:
        """The options that are shown."""
        return self._options

    def row(self, name: str) -> Row | None:
        """The row of option `name`, to mark what a job says about it."""
        return self._rows.get(name)

    def rows(self) -> dict[str, Row]:
        """The rows by the names of their options."""
        return dict(self._rows)

    def is_valid(self) -> bool:
        return all(row.is_valid() for row in self._rows.values())

    def _set_value(self, option: Option, value: OptionValue) -> None:
        row = self._rows[option.name]
        try:
            good = option.check(value)
        except InvalidField as refused:
            row.set_problem(refused.sentence)
            return
        if isinstance(row, CheckRow):
            row.set_value(bool(good))
        elif isinstance(row, ChoiceRow):
            row.set_value(str(good))
        else:
            row.set_value(float(good))

    def _laid_out(self) -> QWidget:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        rows = list(self._rows.values())
        for row in rows[:SHOWN]:
            column.addWidget(row)
        if len(rows) > SHOWN:
            more = Section(self.tr("More"), folded=True)
            for row in rows[SHOWN:]:
                more.add(row)
            column.addWidget(more)
        return sheet

    def _row(self, option: Option) -> OptionRow:
        row: OptionRow
        if option.kind == "bool":
            row = CheckRow(option.title, bool(option.default), description=option.description)
        elif option.kind == "choice":
            choices = [(value, title, "") for value, title in option.choices]
            row = ChoiceRow(option.title, choices, str(option.default), description=option.description)
        else:
            limits = NumberRange.fitting(option.minimum, option.maximum, whole=option.kind == "int")
            row = NumberRow(option.title, limits, limits.typed(float(option.default)), description=option.description)
        row.value_changed.connect(lambda *_: self.changed.emit())
        return row
