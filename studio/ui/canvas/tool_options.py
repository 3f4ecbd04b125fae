"""The row above the canvas: what can be set of the tool in hand, and what can be done with the whole mask."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QPushButton, QWidget

from studio.painting.brush import SIZE_MAXIMUM, SIZE_MINIMUM, Brush
from studio.ui.canvas.amount_popup import AmountPopup
from studio.ui.canvas.brush_popup import BrushPopup
from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.canvas.overlay_popup import OverlayPopup
from studio.ui.canvas.short_number import ShortNumber
from studio.ui.canvas.tool_bar import ActionButton
from studio.ui.metrics import px
from studio.ui.tokens import ICON_ROW
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.number import NumberRange

HEIGHT = 36
BRUSHES = ("brush", "eraser")
WITHOUT_PAINT = ("frame", "hand")


class ToolOptions(QWidget):
    """Follows the tool and the brush of `editor`."""

    def __init__(self, editor: MaskEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.brush_size = ShortNumber(
            self.tr("Size"), NumberRange(SIZE_MINIMUM, SIZE_MAXIMUM), self.tr("px"), curve=3.0
        )
        self.hardness = ShortNumber(self.tr("Hardness"), NumberRange(0, 100), self.tr("percent"))
        self.opacity = ShortNumber(self.tr("Opacity"), NumberRange(1, 100), self.tr("percent"))
        self.tolerance = ShortNumber(self.tr("Tolerance"), NumberRange(0, 255), self.tr("of 255"))
        self.adds, self.erases = self._mode(self.tr("Add"), "plus"), self._mode(self.tr("Erase"), "minus")
        self.more = IconButton("adjustments-horizontal", self.tr("More of the brush"))
        self.hint = ElidedLabel()
        self.mask_button = QPushButton(self.tr("Mask"))
        self.overlay = ActionButton(editor.commands.overlay, size=ICON_ROW)
        self.look = IconButton("chevron-down", self.tr("How the mask is shown"))
        self._amount_popup = AmountPopup(self.mask_button, editor.commands)
        self._brush_popup = BrushPopup(self.more, editor)
        self._overlay_popup = OverlayPopup(self.look, editor)
        self._lay_out()
        self._connect()
        self._measure()
        self._show_tool()
        self._show_brush(editor.brush)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _lay_out(self) -> None:
        self._line = QHBoxLayout(self)
        self._numbers = (self.brush_size, self.hardness, self.opacity, self.tolerance)
        for number in self._numbers:
            self._line.addWidget(number, 4)
        for button in (self.more, self.adds, self.erases):
            self._line.addWidget(button)
        self._line.addWidget(self.hint, 1000)
        self._line.addStretch(1)
        for last in (self.mask_button, self.overlay, self.look):
            self._line.addWidget(last)
        self.hint.setProperty("role", "secondary")
        self.mask_button.setProperty("kind", "flat")
        self.mask_button.setProperty("opens", "menu")
        self.mask_button.setAccessibleName(self.tr("Change the whole mask"))
        self.mask_button.setMenu(self._mask_menu())
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Options of the tool"))

    def _mask_menu(self) -> QMenu:
        menu = QMenu(self.mask_button)
        menu.setToolTipsVisible(True)
        commands = self._editor.commands
        for group in commands.of_mask():
            menu.addActions(list(group))
            menu.addSeparator()
        menu.addAction(self.tr("Another amount…")).triggered.connect(self._amount_popup.open)
        return menu

    def _mode(self, text: str, icon: str) -> IconButton:
        button = IconButton(icon, text, keys="X")
        button.setCheckable(True)
        return button

    def _connect(self) -> None:
        editor = self._editor
        modes = QButtonGroup(self)
        modes.addButton(self.adds)
        modes.addButton(self.erases)
        self.adds.clicked.connect(lambda: editor.set_erasing(False))
        self.erases.clicked.connect(lambda: editor.set_erasing(True))
        self.more.clicked.connect(self._brush_popup.open)
        self.look.clicked.connect(self._overlay_popup.open)
        change = self._change
        self.brush_size.value_changed.connect(lambda size: change(lambda brush: replace(brush, size=size)))
        self.hardness.value_changed.connect(lambda of: change(lambda brush: replace(brush, hardness=of / 100)))
        self.opacity.value_changed.connect(lambda of: change(lambda brush: replace(brush, opacity=of / 100)))
        self.tolerance.value_changed.connect(self._set_tolerance)
        editor.tool_changed.connect(self._show_tool)
        editor.erasing_changed.connect(self._show_tool)
        editor.frame_changed.connect(self._show_tool)
        editor.brush_changed.connect(self._show_brush)
        editor.steps_changed.connect(self._show_steps)
        editor.commands.serve(self)

    def _change(self, changed: Callable[[Brush], Brush]) -> None:
        self._editor.set_brush(changed(self._editor.brush))

    def _set_tolerance(self, tolerance: float) -> None:
        self._editor.easel.tolerance = round(tolerance)

    def _show_tool(self) -> None:
        editor, tool = self._editor, self._editor.tool
        paints = tool not in WITHOUT_PAINT
        for part in (self.brush_size, self.hardness, self.more):
            part.setVisible(tool in BRUSHES)
        self.tolerance.setVisible(tool == "fill")
        self.tolerance.set_value(editor.easel.tolerance)
        for part in (self.opacity, self.adds, self.erases):
            part.setVisible(paints)
        (self.erases if editor.easel.erasing else self.adds).setChecked(True)
        self.hint.setText(self._hint())
        self.hint.setVisible(bool(self.hint.text()))

    def _hint(self) -> str:
        said = {
            "hand": self.tr("Drag to move the view. With any other tool, hold the space bar."),
            "polygon": self.tr("Click the corners. Enter closes it, Backspace takes one back."),
            "fill": self.tr("Click a colour of the picture."),
            "gradient": self.tr("Drag from full to nothing."),
        }
        if self._editor.tool != "frame" or self._editor.easel.sheet is None:
            return said.get(self._editor.tool, "")
        frame = self._editor.easel.sheet.frame
        size = self.tr("{width} × {height}.").format(width=frame.width, height=frame.height)
        return self.tr("{size} Drag the edges, also beyond the picture: what is new there is painted.").format(
            size=size
        )

    def _show_brush(self, brush: Brush) -> None:
        self.brush_size.set_value(round(brush.size))
        self.hardness.set_value(round(100 * brush.hardness))
        self.opacity.set_title(self._opacity_title(brush.opacity))
        self.opacity.set_value(max(1, round(100 * brush.opacity)))

    def _show_steps(self) -> None:
        self._show_brush(self._editor.brush)

    def _opacity_title(self, opacity: float) -> str:
        steps = self._editor.steps
        if steps is None:
            return self.tr("Opacity")
        return self.tr("From step {step} of {steps}").format(step=released_at(opacity, steps), steps=steps)

    def _measure(self) -> None:
        self.setFixedHeight(px(HEIGHT))
        self._line.setContentsMargins(px(12), 0, px(8), 0)
        self._line.setSpacing(px(8))


def released_at(opacity: float, steps: int) -> int:
    """The step of `steps` at which a pixel of this grey is let go: the first i with grey >= 1 - i / steps."""
    grey = round(255 * opacity) / 255
    return min(steps, math.ceil(steps * (1 - grey) - 1e-9))
