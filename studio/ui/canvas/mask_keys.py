"""What the actions of a mask do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.painting.brush import SIZE_MAXIMUM, SIZE_MINIMUM
from studio.painting.selections import clear, everything, invert

if TYPE_CHECKING:
    from studio.ui.canvas.mask_editor import MaskEditor

# Up to this size the brush grows by that many pixels.
LADDER = ((10, 1), (50, 5), (100, 10), (200, 25), (500, 50), (SIZE_MAXIMUM, 100))
HARDNESS_STEP = 0.1


class MaskKeys(QObject):
    """Connects the actions of an editor."""

    def __init__(self, editor: MaskEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        commands = editor.commands
        for name, action in commands.tools.items():
            action.triggered.connect(partial(self._take, name))
        commands.swap.triggered.connect(lambda: editor.set_erasing(not editor.easel.erasing))
        commands.smaller.triggered.connect(lambda: self._resize(up=False))
        commands.larger.triggered.connect(lambda: self._resize(up=True))
        commands.softer.triggered.connect(lambda: self._harden(-HARDNESS_STEP))
        commands.harder.triggered.connect(lambda: self._harden(HARDNESS_STEP))
        for tenths, action in enumerate(commands.opacities, 1):
            action.triggered.connect(partial(self._set_opacity, tenths / 10))
        commands.overlay.triggered.connect(self._show_overlay)
        commands.grid.triggered.connect(self._show_grid)
        commands.invert.triggered.connect(lambda: editor.run(self.tr("Invert"), invert()))
        commands.everything.triggered.connect(lambda: editor.run(self.tr("Mask everything"), everything()))
        commands.clear.triggered.connect(lambda: editor.run(self.tr("Clear"), clear()))
        for action, name in ((commands.grow, "grow"), (commands.shrink, "shrink"), (commands.feather, "feather")):
            action.triggered.connect(partial(self._change_edge, name))
        commands.undo.triggered.connect(lambda: editor.undo())
        commands.redo.triggered.connect(lambda: editor.redo())

    def _take(self, name: str, checked: bool = True) -> None:
        self._editor.set_tool(name)

    def _resize(self, *, up: bool) -> None:
        brush = self._editor.brush
        self._editor.set_brush(replace(brush, size=next_size(brush.size, up=up)))

    def _harden(self, by: float) -> None:
        brush = self._editor.brush
        self._editor.set_brush(replace(brush, hardness=min(max(round(brush.hardness + by, 2), 0.0), 1.0)))

    def _set_opacity(self, opacity: float, checked: bool = False) -> None:
        self._editor.set_brush(replace(self._editor.brush, opacity=opacity))

    def _show_overlay(self, shown: bool) -> None:
        overlay = self._editor.layers.overlay
        self._editor.set_overlay(overlay.colour, overlay.opacity, shown)

    def _show_grid(self, shown: bool) -> None:
        self._editor.layers.grid.shown = shown
        self._editor.layers.redraw()

    def _change_edge(self, name: str, checked: bool = False) -> None:
        # Brings OpenCV, which the window does not wait for at its start.
        from studio.painting import morphology

        operations = {"grow": morphology.grow, "shrink": morphology.shrink, "feather": morphology.feather}
        titles = {"grow": self.tr("Grow"), "shrink": self.tr("Shrink"), "feather": self.tr("Feather")}
        self._editor.run(titles[name], operations[name](self._editor.commands.amount))


def next_size(size: float, *, up: bool) -> float:
    """The next larger or smaller size of a brush: small ones change by pixels, large ones by more."""
    if up:
        step = next(step for limit, step in LADDER if size < limit or limit == SIZE_MAXIMUM)
        wanted = size // step * step + step
    else:
        step = next(step for limit, step in LADDER if size <= limit)
        wanted = -(-size // step) * step - step
    return min(max(wanted, SIZE_MINIMUM), SIZE_MAXIMUM)
