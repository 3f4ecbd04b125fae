"""The seed: a whole number of 63 bits, a lock, and a dice."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.errors import InvalidField
from studio.job.recipe import SEED_MAXIMUM, Recipe, checked
from studio.ui.metrics import px
from studio.ui.tokens import ICON_TOOL
from studio.ui.widgets.field import NumberField
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.row import Row
from studio.ui.widgets.state import plain_tooltip

# Nine digits fit the narrowest field and can be read to somebody; what is typed may have all 63 bits.
ROLLED_SEEDS = 10**9


def draw() -> int:
    """A seed nobody can foretell."""
    return secrets.randbelow(ROLLED_SEEDS)


class SeedRow(Row):
    """The seed of the next run. While unlocked it rolls after each accepted run, so the field shows the next one.

    `value_changed(seed)` is emitted for seeds typed, stepped or rolled, `lock_changed(locked)` when the lock turns.
    """

    value_changed = Signal(object)
    lock_changed = Signal(bool)

    def __init__(self, value: int = 0, parent: QWidget | None = None, *, draw: Callable[[], int] = draw) -> None:
        super().__init__(self.tr("Seed"), parent, description=self.tr("The same seed gives the same noise."))
        self._draw = draw
        self._value = value
        self._field = NumberField()
        self._field.setProperty("dense", True)
        self._field.setMinimumWidth(px(40))
        self._lock = IconButton("lock-open", self.tr("Keep this seed for the next runs"), size=ICON_TOOL)
        self._lock.setCheckable(True)
        self._dice = IconButton("dice-5", self.tr("Roll another seed"), size=ICON_TOOL)
        self._add_group((self._field, 1), (self._lock, 0), (self._dice, 0))
        self._label.setBuddy(self._field)
        self._field.committed.connect(self._entered)
        self._field.restored.connect(lambda: self._refuse(""))
        self._field.stepped.connect(lambda steps: self._take(min(max(self._value + steps, 0), SEED_MAXIMUM)))
        self._lock.toggled.connect(self._locked)
        self._dice.clicked.connect(self.roll)
        self._show(value)

    def value(self) -> int:
        """The last accepted seed."""
        return self._value

    def set_value(self, seed: int) -> None:
        """Show `seed` without emitting; one that is out of range is shown and marked."""
        refusal = self._refusal(seed)
        if refusal:
            self._field.setText(str(seed))
        else:
            self._show(seed)
        self._refuse(refusal)

    def is_locked(self) -> bool:
        return self._lock.isChecked()

    def set_locked(self, locked: bool) -> None:
        """Turn the lock."""
        self._lock.setChecked(locked)

    def roll(self) -> None:
        """Take another seed now, locked or not."""
        self._take(self._draw())

    def run_accepted(self) -> None:
        """A run took this seed: roll the next one, unless the lock holds it."""
        if not self.is_locked():
            self.roll()

    def field(self) -> NumberField:
        """What takes the focus of this row."""
        return self._field

    def _commit_fields(self) -> None:
        self._field.commit()

    def _fields(self) -> tuple[QWidget, ...]:
        return (self._field,)

    def _entered(self, text: str) -> None:
        try:
            seed = int(text.replace(",", "").replace(" ", ""))
        except ValueError:
            sentence = self.tr("Seed '{text}' is not a whole number. Use 0 to {maximum}.")
            self._refuse(sentence.format(text=text[:20], maximum=SEED_MAXIMUM))
            return
        refusal = self._refusal(seed)
        if refusal:
            self._refuse(refusal)
        else:
            self._take(seed)

    def _take(self, seed: int) -> None:
        changed = seed != self._value
        self._show(seed)
        self._refuse("")
        if changed:
            self.value_changed.emit(seed)

    def _show(self, seed: int) -> None:
        self._value = seed
        self._field.show_text(str(seed))
        self._field.setAccessibleName(self.tr("Seed, {seed}").format(seed=seed))
        # A long seed may be cut by the field.
        self._field.setToolTip(plain_tooltip(str(seed)))

    def _locked(self, locked: bool) -> None:
        self._lock.set_icon("lock" if locked else "lock-open")
        self.lock_changed.emit(locked)

    @staticmethod
    def _refusal(seed: int) -> str:
        try:
            checked(Recipe, seed=seed)
        except InvalidField as refused:
            return refused.sentence
        return ""
