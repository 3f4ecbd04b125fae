"""The brush and the eraser: a stroke, or with Shift a straight line from where the last one ended."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.gesture import Bench, Gesture


def paint(bench: Bench, press: Pointer) -> Gesture:
    """Follow the pointer until it is released; the release is not painted, because a pen has no pressure then."""
    easel = bench.easel
    if press.shift and easel.paper.last is not None:
        yield from _straight(bench, press, easel.paper.last)
        return
    stroke = easel.begin(erase=bench.erases(press))
    at = press
    try:
        while at.kind != "release":
            easel.touched(stroke.to(at.x, at.y, at.pressure))
            last = at
            at = yield
    except GeneratorExit:
        easel.touched(stroke.cancel())
        return
    bench.easel.ended(stroke, (last.x, last.y))


def _straight(bench: Bench, press: Pointer, start: tuple[float, float]) -> Gesture:
    at = last = press
    pressure = press.pressure
    try:
        while at.kind != "release":
            last, pressure = at, max(pressure, at.pressure)
            path = QPainterPath(QPointF(*start))
            path.lineTo(at.x, at.y)
            bench.outline.trace(path)
            bench.redraw()
            at = yield
    finally:
        bench.outline.clear()
        bench.redraw()
    stroke = bench.easel.begin(erase=bench.erases(press), plain=True)
    for x, y in (start, (last.x, last.y)):
        bench.easel.touched(stroke.to(x, y, pressure))
    bench.easel.ended(stroke, (last.x, last.y))
