"""Freehand and polygon lasso: what the line goes around, in whole and in parts of pixels."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from studio.painting.shapes import polygon
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.gesture import CLICK, Bench, Gesture

CLOSES = 8.0
"""A click within so many logical pixels of the first corner closes a polygon."""


def draw_lasso(bench: Bench, press: Pointer) -> Gesture:
    """Follow the pointer; the release closes the line."""
    points = [QPointF(press.x, press.y)]
    try:
        at = yield
        while at.kind == "move":
            points.append(QPointF(at.x, at.y))
            _show(bench, points)
            at = yield
    finally:
        bench.outline.clear()
        bench.redraw()
    _fill(bench, "Lasso", points, press)


def draw_polygon(bench: Bench, press: Pointer) -> Gesture:
    """A click is a corner; Enter, a double click or a click on the first corner closes it, Backspace takes one back."""
    corners = [QPointF(press.x, press.y)]
    try:
        at = yield
        while not _closes(at, press, len(corners)):
            if at.kind == "press" and at.far_from(press, CLICK):
                corners.append(QPointF(at.x, at.y))
            elif at.kind == "back" and len(corners) > 1:
                corners.pop()
            elif at.kind == "back":
                return
            _show(bench, [*corners, QPointF(at.x, at.y)], corners)
            at = yield
    finally:
        bench.outline.clear()
        bench.redraw()
    _fill(bench, "Polygon", corners, press)


def _closes(at: Pointer, press: Pointer, corners: int) -> bool:
    if at.kind in ("double", "enter"):
        return True
    first = QPointF(press.x - at.x, press.y - at.y) * at.zoom
    return at.kind == "press" and corners > 2 and first.manhattanLength() <= CLOSES


def _show(bench: Bench, points: list[QPointF], corners: list[QPointF] | None = None) -> None:
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    bench.outline.trace(path, list(corners or ()))
    bench.redraw()


def _fill(bench: Bench, name: str, points: list[QPointF], press: Pointer) -> None:
    easel = bench.easel
    places = [(point.x(), point.y()) for point in points]
    easel.run(name, polygon(places, opacity=easel.brush.opacity, erase=bench.erases(press)))
