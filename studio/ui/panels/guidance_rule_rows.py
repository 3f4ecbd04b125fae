"""Which guidance rule is used, and its options."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.sampling.registry import GuidanceRegistry
from studio.ui.form_state import FormState
from studio.ui.form_values import FormValues
from studio.ui.widgets.choice_row import Choice, ChoiceRow
from studio.ui.widgets.options_form import OptionsForm
from studio.ui.widgets.row import Row


class GuidanceRuleRows(QWidget):
    """Edits the rule and its options in the form, and follows it. Hidden while there is only one rule to choose."""

    def __init__(self, form: FormState, rules: GuidanceRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form, self._rules = form, rules
        self._rule = ChoiceRow(
            self.tr("Rule"),
            self._choices(),
            FormValues().rule,
            description=self.tr("How prompt and negative prompt pull on the picture."),
        )
        self._options = OptionsForm()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._rule)
        column.addWidget(self._options)
        self._rule.value_changed.connect(lambda value: form.set(rule=value))
        self._options.changed.connect(self._edited)
        form.changed.connect(self._follow)
        form.methods_changed.connect(self._offer)
        self._show()

    def rows(self) -> dict[str, Row]:
        """The rows by the names a job uses when it refuses one."""
        return {**self._options.rows(), "rule": self._rule}

    def _choices(self) -> list[Choice]:
        return [(info.name, info.title, info.description) for info in self._rules.infos()]

    def _offer(self) -> None:
        self._rule.set_choices(self._choices(), FormValues().rule)
        self._show()

    def _follow(self, names: frozenset[str]) -> None:
        if names & {"rule", "rule_options"}:
            self._show()

    def _edited(self) -> None:
        kept = {**self._form.values.rule_options, self._options.owner(): self._options.values()}
        self._form.set(rule_options=kept)

    def _show(self) -> None:
        values = self._form.values
        self._rule.set_value(values.rule)
        self.setVisible(len(self._rules.infos()) > 1 or not self._rule.is_valid())
        try:
            info = self._rules.get(values.rule).info
        except InvalidField:
            return
        if self._options.owner() != info.name or self._options.options() != info.options:
            self._options.show_options(info.name, info.options)
        given = values.rule_options.get(info.name, {})
        if given != self._options.values():
            self._options.set_values(given)
