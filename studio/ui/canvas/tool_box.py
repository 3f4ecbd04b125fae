"""Which tool is in hand, and whether it paints or erases."""

from __future__ import annotations

from PySide6.QtCore import Qt

from studio.ui.canvas.easel import Easel
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.brush import paint
from studio.ui.canvas.tools.fill import fill_similar
from studio.ui.canvas.tools.frame import drag_frame, grabbed
from studio.ui.canvas.tools.gesture import Tool
from studio.ui.canvas.tools.gradient import draw_gradient
from studio.ui.canvas.tools.lasso import draw_lasso, draw_polygon
from studio.ui.canvas.tools.rectangle import draw_ellipse, draw_rectangle

Shape = Qt.CursorShape
TOOLS: dict[str, Tool] = {
    "brush": paint,
    "eraser": paint,
    "rectangle": draw_rectangle,
    "ellipse": draw_ellipse,
    "lasso": draw_lasso,
    "polygon": draw_polygon,
    "fill": fill_similar,
    "gradient": draw_gradient,
    "frame": drag_frame,
}
HAND = "hand"
BRUSHES = ("brush", "eraser")
CURSORS: dict[frozenset[str], Qt.CursorShape] = {
    frozenset(): Shape.ArrowCursor,
    frozenset({"inside"}): Shape.SizeAllCursor,
    frozenset({"left"}): Shape.SizeHorCursor,
    frozenset({"right"}): Shape.SizeHorCursor,
    frozenset({"top"}): Shape.SizeVerCursor,
    frozenset({"bottom"}): Shape.SizeVerCursor,
    frozenset({"left", "top"}): Shape.SizeFDiagCursor,
    frozenset({"right", "bottom"}): Shape.SizeFDiagCursor,
    frozenset({"right", "top"}): Shape.SizeBDiagCursor,
    frozenset({"left", "bottom"}): Shape.SizeBDiagCursor,
}


class ToolBox:
    """`name` is that of the tool in hand. The shapes remember whether they erase; an eraser always does."""

    def __init__(self, easel: Easel) -> None:
        self._easel = easel
        self._subtracts = False
        self.name = "brush"

    @property
    def is_brush(self) -> bool:
        return self.name in BRUSHES

    @property
    def cursor(self) -> Qt.CursorShape:
        """The ring stands for the cursor of a brush."""
        if self.name == HAND:
            return Shape.OpenHandCursor
        return Shape.BlankCursor if self.is_brush else Shape.CrossCursor

    def cursor_at(self, pointer: Pointer | None) -> Qt.CursorShape:
        """The cursor over this place."""
        if self.name != "frame" or pointer is None or self._easel.sheet is None:
            return self.cursor
        return CURSORS[grabbed(self._easel.sheet.frame, pointer)]

    def tool(self) -> Tool:
        """What a press begins. Not asked for with the hand, which drags the view itself."""
        return TOOLS[self.name]

    def take(self, name: str) -> None:
        """Take a tool in hand. Raises `KeyError` for one that is not there."""
        if name not in TOOLS and name != HAND:
            raise KeyError(name)
        self.name = name
        self._easel.set_erasing(name == "eraser" if self.is_brush else self._subtracts)

    def set_erasing(self, erasing: bool) -> None:
        """Let the shapes erase, or paint."""
        self._subtracts = erasing
        self._easel.set_erasing(erasing)
