"""On top of the recipe while it makes a branch: where it begins, which noise it takes, what is changed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.errors import StudioError
from studio.job.difference import changed_from_parent
from studio.job.recipe import FromStep, Recipe
from studio.ui.difference_words import summary
from studio.ui.form_state import FormState
from studio.ui.metrics import px
from studio.ui.titles import run_steps, title
from studio.ui.tokens import GUTTER
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.icon_button import IconButton, IconLabel
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import Row
from studio.ui.widgets.seed_row import draw

TITLE_SHOWN = 40


class BranchStrip(QFrame):
    """Edits the field `start`; shown only while there is one."""

    def __init__(self, form: FormState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self.setProperty("surface", "raised")
        self._text = _wrapping("")
        self._close = IconButton("x", self.tr("Leave the branch: start from noise again"))
        self._step = self._step_row(1)
        self._noise = ChoiceRow(
            self.tr("Noise"),
            [
                ("recorded", self.tr("As recorded"), self.tr("The noise of later steps goes on as it was.")),
                ("reseeded", self.tr("New seed"), self.tr("Later steps draw new noise; needs a sampler that draws.")),
            ],
        )
        self._changed = _wrapping("secondary")
        self._held = _wrapping("caption")
        self._held.setText(self.tr("Model and size are those of the picture."))
        self._lay_out()
        self._close.clicked.connect(self.leave)
        self._noise.value_changed.connect(self._choose_noise)
        form.changed.connect(self._show)
        self._show(frozenset({"start"}))

    def leave(self) -> None:
        """Start from noise again; what was changed in the form stays."""
        self._form.set(start=None)

    def rows(self) -> dict[str, Row]:
        """The row of each field, by the name a job uses when it refuses one."""
        return {"step": self._step, "noise": self._noise}

    def text(self) -> str:
        """What is branched from where; "" while no branch is made."""
        return self._text.text() if self._form.values.start else ""

    def changes(self) -> str:
        """What differs from the run it starts from."""
        return self._changed.text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _step_row(self, steps: int) -> NumberRow:
        row = NumberRow(
            self.tr("From step"),
            NumberRange(0, steps),
            0,
            description=self.tr("The steps up to here are shared, and not computed again."),
        )
        row.value_changed.connect(self._choose_step)
        return row

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(IconLabel("git-branch"))
        self._head.addWidget(self._text, 1)
        self._head.addWidget(self._close)
        self._foot = QVBoxLayout()
        self._foot.addWidget(self._changed)
        self._foot.addWidget(self._held)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self._step)
        self._column.addWidget(self._noise)
        self._column.addLayout(self._foot)
        self._measure()

    def _measure(self) -> None:
        self._column.setContentsMargins(0, px(4), 0, px(8))
        self._column.setSpacing(0)
        self._head.setContentsMargins(px(GUTTER), 0, px(4), px(4))
        self._head.setSpacing(px(8))
        self._foot.setContentsMargins(px(GUTTER), px(2), px(GUTTER), 0)

    def _choose_step(self, step: int) -> None:
        start = self._form.values.start
        if start is not None:
            self._form.set(start=start.model_copy(update={"step": int(step)}))

    def _choose_noise(self, noise: str) -> None:
        """With the recorded noise the seed is the parent's; new noise takes another one."""
        start = self._form.values.start
        if start is None:
            return
        seed = start.parent.seed if noise == "recorded" else draw()
        count = 1 if noise == "recorded" else self._form.values.count
        self._form.set(start=start.model_copy(update={"noise": noise}), seed=seed, count=count)

    def _show(self, names: frozenset[str]) -> None:
        start = self._form.values.start
        self.setVisible(start is not None)
        if start is None:
            return
        if "start" in names:
            self._show_start(start)
        changed = self._changes(start)
        nothing = self.tr("Nothing is changed yet: it would be the same picture.")
        self._changed.setText(self.tr("Changed: {fields}").format(fields=changed) if changed else nothing)

    def _show_start(self, start: FromStep) -> None:
        steps = run_steps(start.parent)
        name = title(start.parent, TITLE_SHOWN)
        text = self.tr("Branch from step {step} of {steps} of '{picture}'")
        self._text.setText(text.format(step=start.step, steps=steps, picture=name))
        with QSignalBlocker(self._step), QSignalBlocker(self._noise):
            self._step.set_limits(NumberRange(0, max(1, steps, start.step)))
            self._step.set_value(start.step)
            self._step.set_default(start.step)
            self._noise.set_value(start.noise)

    def _changes(self, start: FromStep) -> str:
        try:
            recipe: Recipe = self._form.recipes()[0]
        except StudioError as problem:
            return problem.sentence
        changed = summary(changed_from_parent(recipe))
        return ", ".join(part for part in (changed, self._noise_words(start)) if part)

    def _noise_words(self, start: FromStep) -> str:
        return "" if start.noise == "recorded" else self.tr("new noise")


def _wrapping(role: str) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(label.textFormat().PlainText)
    label.setProperty("role", role)
    return label
