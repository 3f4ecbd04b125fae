"""What is set less often of a brush: spacing, smoothing, and what the pressure of a pen does."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from studio.painting.brush import SPACING_MAXIMUM, SPACING_MINIMUM, Brush
from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.canvas.popup import Popup
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow

USUAL = Brush()


class BrushPopup(Popup):
    """Follows the brush of `editor`."""

    def __init__(self, opener: QWidget, editor: MaskEditor) -> None:
        super().__init__(opener)
        self._editor = editor
        spacings = NumberRange(100 * SPACING_MINIMUM, 100 * SPACING_MAXIMUM, slider_maximum=100)
        self.spacing = NumberRow(
            self.tr("Spacing"),
            spacings,
            round(100 * USUAL.spacing),
            spoken=self.tr("Spacing in percent"),
            description=self.tr("The way between two touches of the brush, in percent of its size."),
        )
        self.smoothing = NumberRow(
            self.tr("Smoothing"),
            NumberRange(0, 100),
            round(100 * USUAL.smoothing),
            spoken=self.tr("Smoothing in percent"),
            description=self.tr("How far the stroke lags behind the pointer, so that a trembling hand is not seen."),
        )
        self.pressure_size = CheckRow(
            self.tr("Pen pressure"),
            USUAL.pressure_size,
            text=self.tr("Changes the size"),
            description=self.tr("A pen that is pressed harder paints a wider stroke. A mouse paints in full."),
        )
        self.pressure_opacity = CheckRow(
            self.tr("Pen pressure"),
            USUAL.pressure_opacity,
            text=self.tr("Changes the opacity"),
            description=self.tr("A pen that is pressed harder paints a denser stroke. A mouse paints in full."),
        )
        for row in (self.spacing, self.smoothing, self.pressure_size, self.pressure_opacity):
            self.add(row)
            row.value_changed.connect(self._choose)
        editor.brush_changed.connect(self._show)
        self._show(editor.brush)

    def _choose(self) -> None:
        self._editor.set_brush(
            replace(
                self._editor.brush,
                spacing=self.spacing.value() / 100,
                smoothing=self.smoothing.value() / 100,
                pressure_size=self.pressure_size.value(),
                pressure_opacity=self.pressure_opacity.value(),
            )
        )

    def _show(self, brush: Brush) -> None:
        self.spacing.set_value(round(100 * brush.spacing))
        self.smoothing.set_value(round(100 * brush.smoothing))
        self.pressure_size.set_value(brush.pressure_size)
        self.pressure_opacity.set_value(brush.pressure_opacity)
