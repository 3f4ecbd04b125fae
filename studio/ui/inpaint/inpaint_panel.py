"""How the masked part is made anew: the way, the strength, what is filled in first, and the seam."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.job.inpaint import FEATHER_MAXIMUM, JUMP_MAXIMUM, PADDING_MAXIMUM, REPEATS_MAXIMUM
from studio.ui.form_state import FormState
from studio.ui.form_values import FormValues
from studio.ui.inpaint.colour_row import ColourRow
from studio.ui.inpaint.picture_head import PictureHead
from studio.ui.inpaint.way_choice import WayChoice
from studio.ui.inpaint.ways import fills, ignored, ways
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import Row
from studio.ui.widgets.section import Section

PADDING_ON_SLIDER, FEATHER_ON_SLIDER, REPEATS_ON_SLIDER = 256, 64, 10


class InpaintPanel(QWidget):
    """Edits the fields `way` to `repeats`. What a way does not look at stays, and says why."""

    def __init__(self, form: FormState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._inpainting = False
        self.head = PictureHead()
        self.way = WayChoice(ways())
        self._more = Section(self.tr("More for painting"), folded=True)
        self._make_rows(FormValues())
        self._lay_out()
        self._connect()
        self._show(frozenset(FormValues.__dataclass_fields__))

    def rows(self) -> dict[str, Row]:
        """The row of each field, by the name a job uses when it refuses one."""
        return {
            "strength": self._strength,
            "fill": self._fill,
            "fill_colour": self._colour,
            "feather": self._feather,
            "padding": self._padding,
            "match_colours": self._match,
            "repeats": self._repeats,
            "jump_length": self._jump,
        }

    def show_model(self, *, inpainting: bool) -> None:
        """Whether the network of the model reads a mask."""
        self._inpainting = inpainting
        reason = self.tr("Needs a model with nine channels.")
        self.way.hold("model", "" if inpainting else reason)
        self._hold()

    def _make_rows(self, plain: FormValues) -> None:
        tr = self.tr
        self._strength = NumberRow(
            tr("Strength"),
            NumberRange(0.01, 1.0, step=0.05, decimals=2),
            plain.strength,
            description=tr("How far the picture is noised: 1 is all the way. Below 1 something of it stays."),
        )
        under = tr("What lies under the mask when the run starts.")
        self._fill = ChoiceRow(tr("Fill first"), fills(), plain.fill, description=under)
        self._colour = ColourRow(tr("Colour"), plain.fill_colour)
        inside = tr("How far inside the mask the new part rises to full, in pixels. Outside nothing changes.")
        self._feather = _whole(tr("Feather"), 0, FEATHER_MAXIMUM, FEATHER_ON_SLIDER, plain.feather, inside)
        around = tr("How much of what is around the masked part is seen, in pixels.")
        self._padding = _whole(tr("Padding"), 0, PADDING_MAXIMUM, PADDING_ON_SLIDER, plain.padding, around)
        tint = tr("Takes away a tint that the new part has against what is around it.")
        self._match = CheckRow(tr("Colours"), text=tr("Match the seam"), description=tint)
        often = tr("How often each stretch of steps is walked (RePaint). More fits better, and takes as much longer.")
        self._repeats = _whole(tr("Repeats"), 1, REPEATS_MAXIMUM, REPEATS_ON_SLIDER, plain.repeats, often)
        stretch = tr("How many steps such a stretch has.")
        self._jump = _whole(tr("Jump length"), 1, JUMP_MAXIMUM, JUMP_MAXIMUM, plain.jump_length, stretch)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        shown = (self.head, self.way, self._strength, self._fill, self._colour, self._feather, self._padding)
        for part in (*shown, self._more):
            column.addWidget(part)
        for row in (self._match, self._repeats, self._jump):
            self._more.add(row)

    def _fields(self) -> tuple[tuple[str, Any], ...]:
        return (
            ("way", self.way),
            ("strength", self._strength),
            ("fill", self._fill),
            ("fill_colour", self._colour),
            ("feather", self._feather),
            ("padding", self._padding),
            ("match_colours", self._match),
            ("repeats", self._repeats),
            ("jump_length", self._jump),
        )

    def _connect(self) -> None:
        for name, part in self._fields():
            part.value_changed.connect(lambda value, name=name: self._form.set(**{name: value}))
        self._form.changed.connect(self._show)

    def _show(self, names: frozenset[str]) -> None:
        """Follow the form: show the fields in `names`."""
        values = self._form.values
        for name, part in self._fields():
            if name in names and part.value() != getattr(values, name):
                part.set_value(getattr(values, name))
        if names & {"way", "strength", "fill", "repeats"}:
            self._hold()

    def _hold(self) -> None:
        values = self._form.values
        reasons = ignored(values, inpainting=self._inpainting)
        for name, row in self.rows().items():
            row.hold(reasons.get(name, ""))
        self._colour.hold(reasons.get("fill", ""))
        self._colour.setVisible(values.fill == "colour")


def _whole(title: str, least: int, most: int, on_slider: int, default: int, description: str) -> NumberRow:
    limits = NumberRange(least, most, slider_maximum=on_slider)
    return NumberRow(title, limits, default, description=description)
