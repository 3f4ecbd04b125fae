"""Sampler, its options, steps, spacing and guidance."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.job.recipe import EXPLICIT, STEPS_MAXIMUM
from studio.sampling.registry import Methods
from studio.ui.form_state import FormState
from studio.ui.form_values import FormValues
from studio.ui.panels.guidance_rule_rows import GuidanceRuleRows
from studio.ui.widgets.choice_row import Choice, ChoiceRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.options_form import OptionsForm
from studio.ui.widgets.row import Row
from studio.ui.widgets.section import Section
from studio.ui.widgets.text_row import TextRow

# The slider covers what is used every day; the field takes everything that is allowed.
STEPS_ON_SLIDER = 100
SCALE_ON_SLIDER = 20.0


class SamplingPanel(QWidget):
    """Edits how the run walks: sampler and options, spacing and steps, guidance and its refinements."""

    def __init__(self, form: FormState, methods: Methods, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._methods = methods
        self._sampler = ChoiceRow(self.tr("Sampler"), self._sampler_choices(), "ddim")
        self._options = OptionsForm()
        self._steps = self._steps_row()
        self._scale = self._scale_row()
        self._more = Section(self.tr("More"), folded=True)
        self._guidance = GuidanceRuleRows(form, methods.guidance)
        self._spacing = ChoiceRow(
            self.tr("Spacing"),
            self._spacing_choices(),
            "leading",
            description=self.tr("Which noise levels the steps visit."),
        )
        self._timesteps = self._timesteps_row()
        self._rescale = self._fraction(
            self.tr("Rescale"), 0.0, self.tr("Takes back the glare of strong guidance: 0 is off, 0.7 is usual.")
        )
        self._from = self._fraction(
            self.tr("Guide from"), 0.0, self.tr("Guidance acts between these parts of the noise: 0 is clean.")
        )
        self._to = self._fraction(self.tr("Guide to"), 1.0, self.tr("1 is pure noise."))
        self._lay_out()
        self._connect()
        self._show(frozenset(FormValues.__dataclass_fields__))

    def rows(self) -> dict[str, Row]:
        """The row of each field, by the name a job uses when it refuses one."""
        rows: dict[str, Row] = {
            "sampler": self._sampler,
            "steps": self._steps,
            "scale": self._scale,
            "spacing": self._spacing,
            "timesteps": self._timesteps,
            "rescale": self._rescale,
            "interval": self._from,
        }
        return {**self._guidance.rows(), **rows, **self._options.rows()}

    def _sampler_choices(self) -> list[Choice]:
        return [(info.name, info.title, info.description) for info in self._methods.samplers.infos()]

    def _spacing_choices(self) -> list[Choice]:
        known = [(info.name, info.title, info.description) for info in self._methods.spacings.infos()]
        return [*known, (EXPLICIT, self.tr("Explicit list"), self.tr("Your own timesteps, noisiest first."))]

    def _steps_row(self) -> NumberRow:
        limits = NumberRange(1, STEPS_MAXIMUM, slider_maximum=STEPS_ON_SLIDER)
        return NumberRow(self.tr("Steps"), limits, 30, description=self.tr("More steps are slower and often finer."))

    def _scale_row(self) -> NumberRow:
        limits = NumberRange(0.0, 100.0, step=0.5, decimals=1, slider_maximum=SCALE_ON_SLIDER)
        return NumberRow(
            self.tr("Guidance"),
            limits,
            5.0,
            spoken=self.tr("Guidance scale"),
            description=self.tr("How strongly the prompt pulls. 1 is without guidance and twice as fast."),
        )

    def _timesteps_row(self) -> TextRow:
        return TextRow(self.tr("Timesteps"), "", description=self.tr("Noisiest first, such as 999, 750, 500, 250."))

    def _fraction(self, title: str, default: float, description: str) -> NumberRow:
        return NumberRow(title, NumberRange(0.0, 1.0, step=0.05, decimals=2), default, description=description)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._sampler, self._options, self._steps, self._scale, self._more):
            column.addWidget(widget)
        self._more.add(self._guidance)
        for row in (self._spacing, self._timesteps, self._rescale, self._from, self._to):
            self._more.add(row)

    def _connect(self) -> None:
        form = self._form
        self._sampler.value_changed.connect(lambda value: form.set(sampler=value))
        self._options.changed.connect(self._options_edited)
        self._steps.value_changed.connect(lambda value: form.set(steps=value))
        self._scale.value_changed.connect(lambda value: form.set(scale=value))
        self._spacing.value_changed.connect(lambda value: form.set(spacing=value))
        self._timesteps.value_changed.connect(lambda value: form.set(timesteps=value))
        self._rescale.value_changed.connect(lambda value: form.set(rescale=value))
        self._from.value_changed.connect(lambda value: form.set(interval_start=value))
        self._to.value_changed.connect(lambda value: form.set(interval_end=value))
        form.changed.connect(self._show)
        form.methods_changed.connect(self._offer)

    def _offer(self) -> None:
        """There are other methods than before."""
        self._sampler.set_choices(self._sampler_choices(), "ddim")
        self._spacing.set_choices(self._spacing_choices(), "leading")
        self._spacing.set_value(self._form.values.spacing)
        self._show_sampler(self._form.values)

    def _options_edited(self) -> None:
        kept = {**self._form.values.options, self._options.owner(): self._options.values()}
        self._form.set(options=kept)

    def _show(self, names: frozenset[str]) -> None:
        """Follow the form: show the fields in `names`."""
        values = self._form.values
        if names & {"sampler", "options"}:
            self._show_sampler(values)
        shown: tuple[tuple[str, Any, Any], ...] = (
            ("steps", self._steps, values.steps),
            ("scale", self._scale, values.scale),
            ("spacing", self._spacing, values.spacing),
            ("timesteps", self._timesteps, values.timesteps),
            ("rescale", self._rescale, values.rescale),
            ("interval_start", self._from, values.interval_start),
            ("interval_end", self._to, values.interval_end),
        )
        for name, row, value in shown:
            if name in names and row.value() != value:
                row.set_value(value)
        explicit = values.spacing == EXPLICIT
        self._timesteps.setVisible(explicit)
        self._steps.setEnabled(not explicit)

    def _order_tabs(self) -> None:
        """Let Tab visit new rows where they stand: Qt puts what is made late at the end."""
        before: QWidget = self._sampler.field()
        for part in self._options.findChildren(QWidget):
            # The list of a combo box is a window of its own.
            if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.window() is self.window():
                QWidget.setTabOrder(before, part)
                before = part

    def _show_sampler(self, values: FormValues) -> None:
        self._sampler.set_value(values.sampler)
        try:
            info = self._methods.samplers.get(values.sampler).info
        except InvalidField:
            return
        if self._options.owner() != info.name or self._options.options() != info.options:
            self._options.show_options(info.name, info.options)
            self._order_tabs()
        given = values.options.get(info.name, {})
        if given != self._options.values():
            self._options.set_values(given)
