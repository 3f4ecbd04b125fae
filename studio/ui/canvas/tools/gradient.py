"""Gradient: in full at the press, nothing at the release and beyond it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from studio.painting.shapes import gradient
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.gesture import CLICK, Bench, Gesture

TURN = math.pi / 4


def draw_gradient(bench: Bench, press: Pointer) -> Gesture:
    """Shift keeps it to the horizontal, the vertical and the diagonals."""
    moved, end = False, QPointF(press.x, press.y)
    start = QPointF(press.x, press.y)
    try:
        at = yield
        while at.kind == "move":
            moved = moved or at.far_from(press, CLICK)
            end = _turned(start, at)
            path = QPainterPath(start)
            path.lineTo(end)
            bench.outline.trace(path, [start, end])
            bench.redraw()
            at = yield
    finally:
        bench.outline.clear()
        bench.redraw()
    if moved:
        easel = bench.easel
        ends = (start.x(), start.y(), end.x(), end.y())
        easel.run("Gradient", gradient(*ends, opacity=easel.brush.opacity, erase=bench.erases(press)))


def _turned(start: QPointF, at: Pointer) -> QPointF:
    across, down = at.x - start.x(), at.y - start.y()
    if not at.shift:
        return QPointF(at.x, at.y)
    angle = round(math.atan2(down, across) / TURN) * TURN
    length = across * math.cos(angle) + down * math.sin(angle)
    return start + QPointF(length * math.cos(angle), length * math.sin(angle))
