"""Rectangle and ellipse: from the pixel under the press to the pixel under the release, both included."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from studio.painting.box import Box
from studio.painting.operation import Operation
from studio.painting.shapes import ellipse, rectangle
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.gesture import CLICK, Bench, Gesture

Shape = Callable[..., Operation]
Add = Callable[[QPainterPath, QRectF], None]


def draw_rectangle(bench: Bench, press: Pointer) -> Gesture:
    """Shift makes it a square."""
    yield from _draw(bench, press, "Rectangle", rectangle, QPainterPath.addRect)


def draw_ellipse(bench: Bench, press: Pointer) -> Gesture:
    """Shift makes it a circle."""
    yield from _draw(bench, press, "Ellipse", ellipse, QPainterPath.addEllipse)


def _draw(bench: Bench, press: Pointer, name: str, shape: Shape, add: Add) -> Gesture:
    moved, box = False, _spanned(press, press)
    try:
        at = yield
        while at.kind == "move":
            moved = moved or at.far_from(press, CLICK)
            box = _spanned(press, at)
            path = QPainterPath()
            if moved:
                add(path, QRectF(box.left, box.top, box.width, box.height))
            bench.outline.trace(path)
            bench.redraw()
            at = yield
    finally:
        bench.outline.clear()
        bench.redraw()
    if moved:
        easel = bench.easel
        easel.run(name, shape(box, opacity=easel.brush.opacity, erase=bench.erases(press)))


def _spanned(press: Pointer, at: Pointer) -> Box:
    """The pixels from one pointer to the other; with Shift as many down as across."""
    across, down = math.floor(at.x) - math.floor(press.x), math.floor(at.y) - math.floor(press.y)
    if at.shift:
        longest = max(abs(across), abs(down))
        across, down = (longest if way >= 0 else -longest for way in (across, down))
    left, top = math.floor(press.x), math.floor(press.y)
    return Box(min(left, left + across), min(top, top + down), max(left, left + across) + 1, max(top, top + down) + 1)
