"""The settings of an export: which view, as what, how fast, and how it looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.export.frame_look import SIDE_MAXIMUM, CaptionPlace, EnlargeMethod, FrameLook
from studio.export.order import FORMATS, ExportOrder, FormatName
from studio.export.sequence import FPS_MAXIMUM, FPS_MINIMUM, HOLD_MAXIMUM, Pace, Timing
from studio.job.facts import TrajectoryFacts
from studio.job.view import ViewKind
from studio.ui.dialogs import export_choices as choose
from studio.ui.dialogs.export_choices import ExportChoices
from studio.ui.metrics import px
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import Row, first_refused
from studio.ui.widgets.state import plain_tooltip
from studio.ui.widgets.text_row import TextRow

HOLD_ON_SLIDER = 5.0


class ExportForm(QWidget):
    """`changed` follows each change by the user. Rows that mean nothing for a format stay, and say why.

    `facts` are those of a run with a recipe.
    """

    changed = Signal()

    def __init__(self, facts: TrajectoryFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        usual = ExportChoices()
        self._facts = facts
        recipe = facts.recipe
        self._size = (recipe.width, recipe.height) if recipe else (0, 0)
        self._marked: Row | None = None
        views = choose.views(facts.kept)
        there = usual.view in (kind for kind, _, _ in views)
        self._view = ChoiceRow(self.tr("View"), views, usual.view if there else None)
        self._format = ChoiceRow(self.tr("Format"), choose.formats(), usual.format)
        self._lossless = CheckRow(self.tr("Quality"), usual.lossless, text=self.tr("Without loss"))
        self._timing = ChoiceRow(self.tr("Timing"), choose.timings(), usual.pace.timing)
        self._fps = NumberRow(
            self.tr("Frames/s"),
            NumberRange(FPS_MINIMUM, FPS_MAXIMUM),
            usual.pace.fps,
            spoken=self.tr("Frames a second"),
        )
        self._hold = NumberRow(
            self.tr("Hold, s"), NumberRange(0, HOLD_MAXIMUM, 0.5, 1, slider_maximum=HOLD_ON_SLIDER), usual.pace.hold,
            spoken=self.tr("Hold in seconds"), description=self.tr("How long the clip rests at its ends."),
        )  # fmt: skip
        self._boomerang = CheckRow(self.tr("Boomerang"), usual.pace.boomerang, text=self.tr("There and back"))
        self._loop = CheckRow(self.tr("Loop"), usual.pace.loop, text=self.tr("Begins again at its end"))
        self._captions = ChoiceRow(self.tr("Captions"), choose.caption_places(), usual.look.captions)
        self._enlarge = ChoiceRow(self.tr("Enlarge"), choose.enlargements(self._size, SIDE_MAXIMUM))
        self._method = ChoiceRow(self.tr("Pixels"), choose.methods(), usual.look.enlargement.method)
        self._crop = TextRow(
            self.tr("Crop"), check=self._crop_problem, placeholder=self.tr("x, y, width, height"),
            description=self.tr("In pixels of the picture, from its upper left corner. Empty: all of it."),
        )  # fmt: skip
        self._lay_out()

    def format(self) -> FormatName:
        """The format that is chosen."""
        return cast(FormatName, self._format.value())

    def view(self) -> ViewKind:
        """The view that is chosen."""
        return cast(ViewKind, self._view.value())

    def choices(self) -> ExportChoices:
        """What the form holds. What means nothing for the format is as usual. Raises `InvalidField`."""
        kind = FORMATS[self.format()]
        enlargement = replace(
            choose.read_enlargement(self._enlarge.value()), method=cast(EnlargeMethod, self._method.value())
        )
        crop = choose.read_crop(self._crop.value(), self._size)
        pace = Pace(
            cast(Timing, self._timing.value()),
            float(self._fps.value()),
            float(self._hold.value()) if kind.moves else 0.0,
            self._boomerang.value() and kind.moves,
            self._loop.value(),
        )
        look = FrameLook(crop, enlargement, cast(CaptionPlace, self._captions.value() if kind.moves else "none"))
        return ExportChoices(kind.name, self.view(), pace, look, self._lossless.value() and kind.name == "webp")

    def set_choices(self, choices: ExportChoices) -> None:
        """Show other choices; what this run cannot have stays as it is."""
        rows: tuple[tuple[ChoiceRow, str], ...] = (
            (self._view, choices.view),
            (self._format, choices.format),
            (self._timing, choices.pace.timing),
            (self._captions, choices.look.captions),
            (self._enlarge, choose.enlargement_value(choices.look.enlargement)),
            (self._method, choices.look.enlargement.method),
        )
        for row, value in rows:
            if value in row.values():
                row.set_value(value)
        crop = choose.crop_text(choices.look.crop)
        self._crop.set_value(crop if not self._crop_problem(crop) else "")
        self._lossless.set_value(choices.lossless)
        self._fps.set_value(round(choices.pace.fps))
        self._hold.set_value(choices.pace.hold)
        self._boomerang.set_value(choices.pace.boomerang)
        self._loop.set_value(choices.pace.loop)
        self._allow()

    def order(self, target: Path) -> ExportOrder:
        """The order as the form stands. Raises `InvalidField`; the row that is to blame is marked then."""
        if self._marked is not None:
            self._marked.set_problem("")
            self._marked = None
        try:
            made = self.choices()
            return ExportOrder(self._facts, target, made.format, made.view, made.pace, made.look, made.lossless)
        except InvalidField as problem:
            self._marked = self._by_field().get(problem.field)
            if self._marked is not None:
                self._marked.set_problem(problem.sentence)
            raise

    def commit(self) -> bool:
        """Take what was typed but not entered. If something is refused the keyboard goes there, and it is False."""
        refused = first_refused(self)
        if refused is not None:
            refused.focus_problem()
        return refused is None

    def _by_field(self) -> dict[str, Row]:
        return {
            "view": self._view, "format": self._format, "lossless": self._lossless, "timing": self._timing,
            "fps": self._fps, "hold": self._hold, "captions": self._captions, "enlarge": self._enlarge,
            "enlarge_with": self._method, "crop": self._crop,
        }  # fmt: skip

    def _crop_problem(self, text: str) -> str:
        try:
            choose.read_crop(text, self._size)
        except InvalidField as problem:
            return problem.sentence
        return ""

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(8), 0, px(8))
        column.setSpacing(0)
        rows: list[ChoiceRow | CheckRow | NumberRow | TextRow] = [
            self._view, self._format, self._lossless, self._timing, self._fps, self._hold, self._boomerang, self._loop,
            self._captions, self._enlarge, self._method, self._crop,
        ]  # fmt: skip
        for row in rows:
            column.addWidget(row)
            row.value_changed.connect(self._changed)
        column.addStretch(1)
        self._allow()

    def _changed(self) -> None:
        self._allow()
        self.changed.emit()

    def _allow(self) -> None:
        """Rows that mean nothing for these choices are not to be used, and say why."""
        kind = FORMATS[self.format()]
        still = "" if kind.moves else self.tr("A contact sheet has no time, and its labels stand below the pictures.")
        for row in (self._fps, self._hold, self._boomerang, self._loop, self._captions):
            _allow(row, still)
        _allow(self._lossless, "" if kind.name == "webp" else self.tr("WebP alone leaves the choice."))
        _allow(self._method, self.tr("Nothing is enlarged.") if self._enlarge.value() == "1" else "")


def _allow(row: Row, reason: str) -> None:
    row.setEnabled(not reason)
    row.setToolTip(plain_tooltip(reason))
