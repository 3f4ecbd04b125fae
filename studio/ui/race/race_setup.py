"""The left pane of the race window: what is varied, what that costs, and the one filled button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.generation.race_axes import TEXT_SEPARATOR, AxisField, axis_fields, network_calls
from studio.job.race import Race, race
from studio.job.recipe import SEED_MAXIMUM, Recipe
from studio.sampling.registry import Methods
from studio.ui.metrics import px
from studio.ui.race.axis_editor import AxisEditor
from studio.ui.tokens import GUTTER
from studio.ui.widgets.state import plain_tooltip, set_state

WIDTH = 304
BAR_POSITIONS = 1000


class RaceSetup(QWidget):
    """`start_requested(Race)` and `cancel_requested` are the user's wishes. `base` gives the recipe of the form.

    `base` may raise `InvalidField`; the sentence is shown where the cost would stand.
    """

    start_requested = Signal(object)
    cancel_requested = Signal()

    def __init__(self, methods: Methods, base: Callable[[], Recipe]) -> None:
        super().__init__()
        self._methods, self._base = methods, base
        self._running = False
        fields = axis_fields(methods)
        self.columns = AxisEditor(self.tr("Columns"), fields, self._suggestion)
        self.rows = AxisEditor(self.tr("Rows"), fields, self._suggestion, optional=True)
        self._shared = self._text("secondary")
        self._cost = self._text("secondary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, BAR_POSITIONS)
        self._bar.setAccessibleName(self.tr("Progress of the race"))
        self._button = QPushButton(self.tr("Start"))
        self._button.setProperty("kind", "primary")
        self._button.clicked.connect(self._pressed)
        self._lay_out()
        for editor in (self.columns, self.rows):
            editor.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Tell what is shared and what the race would cost, from the form and the values of this moment."""
        if self._running:
            return
        try:
            base = self._base()
            self._shared.setText(self._shared_words(base))
            plan = self._plan(base)
        except InvalidField as problem:
            self._tell(problem.sentence, danger=True)
            return
        calls = network_calls(plan, self._methods.samplers.infos())
        text = self.tr("{lanes} lanes, {calls} network calls")
        self._tell(text.format(lanes=len(plan.lanes), calls=f"{calls:,}"))

    def start(self) -> None:
        """Ask for the race, unless one runs or something is wrong with it: then that is marked."""
        if self._running:
            return
        try:
            plan = self._plan(self._base())
        except InvalidField as problem:
            self._tell(problem.sentence, danger=True)
            return
        self.start_requested.emit(plan)

    def cost_text(self) -> str:
        """What the foot says."""
        return self._cost.text()

    def show_progress(self, text: str, fraction: float | None, *, running: bool, danger: bool = False) -> None:
        """Follow the race. Start turns into Cancel in place; what cannot be changed now stays and says why."""
        self._running = running
        self._tell(text, danger=danger)
        self._bar.setRange(0, 0 if fraction is None else BAR_POSITIONS)
        self._bar.setValue(round((fraction or 0.0) * BAR_POSITIONS))
        self._button.setText(self.tr("Cancel") if running else self.tr("Start"))
        self._button.setToolTip(plain_tooltip(self.tr("Stop all lanes"), "Esc") if running else "")
        for editor in (self.columns, self.rows):
            editor.setEnabled(not running)
            editor.setToolTip(plain_tooltip(self.tr("The race runs with these values.")) if running else "")

    def _plan(self, base: Recipe) -> Race:
        columns = self.columns.axis()
        if columns is None:
            raise InvalidField("columns", self.tr("Choose what the columns vary."))
        return race(base, columns, self.rows.axis())

    def _pressed(self) -> None:
        if self._running:
            self.cancel_requested.emit()
        else:
            self.start()

    def _suggestion(self, field: AxisField) -> str:
        try:
            base = self._base()
        except InvalidField:
            return field.example
        if field.name == "seed":
            return ", ".join(str(min(base.seed + number, SEED_MAXIMUM)) for number in range(3))
        if field.name == "prompt" and base.prompt:
            return f"{base.prompt} {TEXT_SEPARATOR} {field.example.split(TEXT_SEPARATOR)[-1].strip()}"
        return field.example

    def _shared_words(self, base: Recipe) -> str:
        title = next(
            (info.title for info in self._methods.samplers.infos() if info.name == base.sampling.sampler),
            base.sampling.sampler,
        )
        text = self.tr(
            "{prompt}. {sampler}, {steps} steps, guidance {scale}, seed {seed}, {width} by {height}, {model}."
        )
        return text.format(
            prompt=base.prompt or self.tr("No prompt"), sampler=title, steps=base.sampling.steps,
            scale=f"{base.guidance.scale:g}", seed=base.seed, width=base.width, height=base.height, model=base.model,
        )  # fmt: skip

    def _tell(self, text: str, *, danger: bool = False) -> None:
        self._cost.setText(text)
        set_state(self._cost, "tone", "danger" if danger else "")

    def _text(self, role: str) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("role", role)
        return label

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("role", "heading")
        label.setContentsMargins(px(GUTTER), px(12), px(GUTTER), px(4))
        return label

    def _lay_out(self) -> None:
        self.setFixedWidth(px(WIDTH))
        sheet = QWidget()
        rows = QVBoxLayout(sheet)
        rows.setContentsMargins(0, 0, 0, px(8))
        rows.setSpacing(0)
        rows.addWidget(self._heading(self.tr("Vary")))
        rows.addWidget(self.columns)
        rows.addSpacing(px(8))
        rows.addWidget(self.rows)
        rows.addWidget(self._heading(self.tr("The same in all lanes")))
        self._shared.setContentsMargins(px(GUTTER), 0, px(GUTTER), 0)
        rows.addWidget(self._shared)
        rows.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(sheet)
        foot = QVBoxLayout()
        foot.setContentsMargins(px(GUTTER), px(8), px(GUTTER), px(12))
        foot.setSpacing(px(8))
        line = QHBoxLayout()
        line.addWidget(self._cost, 1)
        foot.addLayout(line)
        foot.addWidget(self._bar)
        foot.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addLayout(foot)
