"""The size of the picture: width, height, a button that swaps them, and usual sizes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.errors import InvalidField
from studio.job.recipe import SIZE_MAXIMUM, SIZE_MINIMUM, SIZE_STEP, Recipe, checked
from studio.ui.metrics import px
from studio.ui.tokens import ICON_TOOL
from studio.ui.widgets.field import NumberField
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.row import Row

Size = tuple[int, int]
Preset = tuple[str, int, int]


class SizeRow(Row):
    """`value_changed((width, height))` is emitted for every accepted change by the user. Pixels, in steps of 8."""

    value_changed = Signal(object)

    def __init__(self, default: Size = (128, 128), parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Size"), parent, description=self.tr("Width and height in pixels."))
        self._default = default
        self._size = default
        self._sides = (NumberField(), NumberField())
        self._swap = IconButton("arrows-exchange", self.tr("Swap width and height"), size=ICON_TOOL)
        self._presets = IconButton("aspect-ratio", self.tr("Usual sizes"), size=ICON_TOOL)
        self._menu = QMenu(self)
        self._presets.setMenu(self._menu)
        self._presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._add_group((self._sides[0], 1), (self._swap, 0), (self._sides[1], 1), (self._presets, 0))
        self._label.setBuddy(self._sides[0])
        self._swap.clicked.connect(self._swapped)
        for side, field in enumerate(self._sides):
            field.setProperty("dense", True)
            field.setMinimumWidth(px(40))
            field.committed.connect(self._entered)
            field.restored.connect(self._entered)
            field.stepped.connect(lambda steps, side=side: self._step(side, steps))
        self._show(default)
        self._presets.setEnabled(False)

    def value(self) -> Size:
        """The last accepted (width, height)."""
        return self._size

    def set_value(self, size: Size) -> None:
        """Show `size` without emitting; one that is not allowed is shown and marked."""
        for field, pixels in zip(self._sides, size, strict=True):
            field.setText(str(pixels))
        complaints = [self._complaint(field) for field in self._sides]
        if not any(complaints):
            self._show(size)
        self._refuse(next(filter(None, complaints), ""))

    def set_presets(self, presets: Sequence[Preset], default: Size) -> None:
        """What a model is made for: (title, width, height) entries of the menu, and the size the dot compares with."""
        self._default = default
        self._menu.clear()
        for title, width, height in presets:
            action = self._menu.addAction(f"{title}\t{width} × {height}".replace("&", "&&"))
            action.triggered.connect(lambda _=False, size=(width, height): self._take(size))
        self._presets.setEnabled(bool(presets))
        self.show_changed(self._size != default)

    def reset(self) -> None:
        """Go back to the default, as the user's own act."""
        self._take(self._default)

    def field(self) -> NumberField:
        """What takes the focus of this row: the width."""
        return self._sides[0]

    def _commit_fields(self) -> None:
        if any(field.pending() for field in self._sides):
            self._entered()

    def _fields(self) -> tuple[QWidget, ...]:
        return self._sides

    def _blamed(self) -> tuple[QWidget, ...]:
        wrong = tuple(field for field in self._sides if self._complaint(field))
        return wrong or self._sides

    def _entered(self) -> None:
        complaints = [self._complaint(field) for field in self._sides]
        if any(complaints):
            self._refuse(next(filter(None, complaints)))
        else:
            width, height = (int(field.text()) for field in self._sides)
            self._take((width, height))

    def _step(self, side: int, steps: int) -> None:
        sides = list(self._size)
        sides[side] = min(max(sides[side] + steps * SIZE_STEP, SIZE_MINIMUM), SIZE_MAXIMUM)
        self._take((sides[0], sides[1]))

    def _swapped(self) -> None:
        if self.commit():
            self._take((self._size[1], self._size[0]))

    def _take(self, size: Size) -> None:
        changed = size != self._size
        self._show(size)
        self._refuse("")
        if changed:
            self.value_changed.emit(size)

    def _show(self, size: Size) -> None:
        self._size = size
        names = (self.tr("Width"), self.tr("Height"))
        sentence = self.tr("{name}, {pixels} pixels, {low} to {high} in steps of {step}")
        for field, pixels, name in zip(self._sides, size, names, strict=True):
            field.show_text(str(pixels))
            field.setAccessibleName(
                sentence.format(name=name, pixels=pixels, low=SIZE_MINIMUM, high=SIZE_MAXIMUM, step=SIZE_STEP)
            )
        self.show_changed(size != self._default)

    def _complaint(self, field: NumberField) -> str:
        """Why the text of `field` is not allowed, or ""."""
        name = "width" if field is self._sides[0] else "height"
        try:
            checked(Recipe, **{name: int(field.text())})
        except InvalidField as refused:
            return refused.sentence
        except ValueError:
            sentence = self.tr("{name} is not a whole number. Use {low} to {high}, in steps of {step}.")
            spoken = self.tr("Width") if name == "width" else self.tr("Height")
            return sentence.format(name=spoken, low=SIZE_MINIMUM, high=SIZE_MAXIMUM, step=SIZE_STEP)
        return ""
