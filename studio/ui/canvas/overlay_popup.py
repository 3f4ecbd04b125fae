"""How the mask is shown over the picture: colour, opacity, and the grid between pixels."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.ui.canvas.layers.mask_overlay import HATCH, OPACITY_DEFAULT, OVERLAY_COLOURS, OVERLAY_DEFAULT
from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.canvas.popup import Popup
from studio.ui.canvas.swatch_row import SwatchRow
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow


class OverlayPopup(Popup):
    """Follows the overlay of `editor`."""

    def __init__(self, opener: QWidget, editor: MaskEditor) -> None:
        super().__init__(opener)
        self._editor = editor
        names = (self.tr("Sky blue"), self.tr("Yellow"), self.tr("Vermilion"), self.tr("Hatch"))
        self.colour = SwatchRow(
            self.tr("Mask colour"), tuple(zip((*OVERLAY_COLOURS, HATCH), names, strict=True)), OVERLAY_DEFAULT
        )
        self.opacity = NumberRow(
            self.tr("Opacity"),
            NumberRange(10, 100),
            round(100 * OPACITY_DEFAULT),
            spoken=self.tr("Opacity of the mask in percent"),
        )
        self.shown = CheckRow(self.tr("Show the mask"), True)
        self.grid = CheckRow(self.tr("Pixel grid from 800 %"), True)
        for row in (self.colour, self.opacity, self.shown, self.grid):
            self.add(row)
        for changing in (self.colour, self.opacity, self.shown):
            changing.value_changed.connect(self._choose)
        self.grid.value_changed.connect(lambda _: editor.commands.grid.trigger())
        editor.commands.grid.toggled.connect(self.grid.set_value)
        editor.overlay_changed.connect(self._show)

    def _choose(self) -> None:
        self._editor.set_overlay(self.colour.value(), self.opacity.value() / 100, self.shown.value())

    def _show(self) -> None:
        overlay = self._editor.layers.overlay
        self.colour.set_value(overlay.colour)
        self.opacity.set_value(round(100 * overlay.opacity))
        self.shown.set_value(overlay.shown)
