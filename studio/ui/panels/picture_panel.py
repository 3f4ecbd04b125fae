"""Size, seed and count of the pictures."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.job.code import codes_of
from studio.ui.codes.start_row import StartRow
from studio.ui.form_state import COUNT_MAXIMUM, FormState
from studio.ui.form_values import FormValues
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import Row
from studio.ui.widgets.seed_row import SeedRow
from studio.ui.widgets.size_row import SizeRow

COUNT_ON_SLIDER = 16


class PicturePanel(QWidget):
    """Edits the fields `width`, `height`, `seed`, `seed_locked` and `count`, and takes away the `code`: `start_row`."""

    def __init__(self, form: FormState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._size = SizeRow()
        self._seed = SeedRow()
        self.start_row = StartRow(form)
        self._count = NumberRow(
            self.tr("Count"),
            NumberRange(1, COUNT_MAXIMUM, slider_maximum=COUNT_ON_SLIDER),
            1,
            description=self.tr("How many pictures. Each takes the next seed."),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in (self._size, self._seed, self.start_row, self._count):
            column.addWidget(row)
        self._size.value_changed.connect(lambda size: form.set(width=size[0], height=size[1]))
        self._seed.value_changed.connect(lambda seed: form.set(seed=seed))
        self._seed.lock_changed.connect(lambda locked: form.set(seed_locked=locked))
        self._count.value_changed.connect(lambda count: form.set(count=count))
        form.changed.connect(self._show)
        self._show(frozenset(FormValues.__dataclass_fields__))

    def rows(self) -> dict[str, Row]:
        """The row of each field, by the name a job uses when it refuses one."""
        return {
            "width": self._size,
            "height": self._size,
            "seed": self._seed,
            "start": self.start_row,
            "count": self._count,
        }

    def set_native_size(self, width: int, height: int) -> None:
        """Offer the sizes that suit a model made for `width` × `height` pixels."""
        half = (width * 3 // 4 // 8 * 8, height * 3 // 4 // 8 * 8)
        presets = [
            (self.tr("The model's own"), width, height),
            (self.tr("Portrait"), half[0], height),
            (self.tr("Landscape"), width, half[1]),
        ]
        self._size.set_presets(presets, (width, height))

    def show_seed(self, shown: bool) -> None:
        """Show seed and count, or the size alone."""
        for row in (self._seed, self._count):
            row.setVisible(shown)

    def roll(self) -> None:
        """Take another seed, unless a branch holds it."""
        if self._seed.isEnabled():
            self._seed.roll()

    def run_accepted(self) -> None:
        """A run took the seed: the next one is rolled unless it is locked or held."""
        if self._seed.isEnabled():
            self._seed.run_accepted()

    def _show(self, names: frozenset[str]) -> None:
        values = self._form.values
        if names & {"start", "code", "sampler", "options"}:
            self._hold(values)
        if names & {"width", "height"} and self._size.value() != (values.width, values.height):
            self._size.set_value((values.width, values.height))
        if "seed" in names and self._seed.value() != values.seed:
            self._seed.set_value(values.seed)
        if "seed_locked" in names:
            self._seed.set_locked(values.seed_locked)
        if "count" in names and self._count.value() != values.count:
            self._count.set_value(values.count)

    def _hold(self, values: FormValues) -> None:
        """A branch and a code have a size. Where nothing draws noise there is one seed, and one picture."""
        why_size, why_seed, why_count = self._of_branch(values) if values.start else self._of_code(values)
        self._size.hold(why_size)
        self._seed.hold(why_seed)
        self._count.hold(why_count)
        if why_count and values.code is not None and values.count > 1:
            self._form.set(count=1)

    def _of_branch(self, values: FormValues) -> tuple[str, str, str]:
        recorded = values.start is not None and values.start.noise == "recorded"
        why = self.tr("The noise goes on as recorded. Choose new noise above to change it.") if recorded else ""
        return self.tr("A branch has the size of the picture it starts from."), why, why

    def _of_code(self, values: FormValues) -> tuple[str, str, str]:
        if values.code is None:
            return "", "", ""
        size = self.tr("The picture has the size of the code that it starts from.") if codes_of(values.code) else ""
        if self._form.draws_noise():
            return size, "", ""
        seed = self.tr("The picture starts from a code and this sampler draws no noise, so the seed does nothing.")
        count = self.tr("Every picture from this code would be the same: this sampler draws no noise.")
        return size, seed, count
