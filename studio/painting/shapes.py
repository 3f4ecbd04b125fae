"""Shapes that are painted or erased in one step: rectangle, ellipse, polygon, gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from studio.image import Pixels
from studio.painting.box import EMPTY, Box
from studio.painting.compositing import level, painted, times
from studio.painting.operation import Operation, whole
from studio.painting.outline import Floats, area

_ROWS = 256  # of a gradient, computed at a time
_SHORTEST = 0.001  # pixels that a gradient is long
_CHORD = 0.02  # pixels by which the corners of an ellipse may cut it short


def rectangle(box: Box, *, opacity: float = 1.0, erase: bool = False) -> Operation:
    """Paint (or erase) the pixels of `box`; it may reach beyond the mask. `opacity` is 0 to 1, as in all shapes."""
    value = level(opacity)

    def operation(values: Pixels) -> tuple[Box, Pixels]:
        inner = box.intersected(whole(values))
        base = values[inner.slices]
        return inner, painted(base, np.full_like(base, value), erase=erase)

    return operation


def ellipse(box: Box, *, opacity: float = 1.0, erase: bool = False, antialias: bool = True) -> Operation:
    """Paint (or erase) the ellipse that touches the four sides of `box`."""
    if box.is_empty:
        return _nothing
    count = 4 * max(2, math.ceil(math.pi / 4 * math.sqrt(max(box.width, box.height) / (4 * _CHORD))))
    angle = np.arange(count) * (2 * math.pi / count)
    x = (box.left + box.right) / 2 + box.width / 2 * np.cos(angle)
    y = (box.top + box.bottom) / 2 + box.height / 2 * np.sin(angle)
    return _filled(np.stack([x, y], axis=1), opacity, erase=erase, antialias=antialias)


def polygon(
    points: Sequence[tuple[float, float]], *, opacity: float = 1.0, erase: bool = False, antialias: bool = True
) -> Operation:
    """Paint (or erase) the inside of the closed way through `points`, in pixels; also for a lasso.

    Where the way crosses itself, what it goes around is inside. Fewer than three points change nothing.
    """
    if len(points) < 3:
        return _nothing
    return _filled(np.array(points, np.float64), opacity, erase=erase, antialias=antialias)


def gradient(x0: float, y0: float, x1: float, y1: float, *, opacity: float = 1.0, erase: bool = False) -> Operation:
    """Paint (or erase) in full up to (x0, y0), evenly less towards (x1, y1), and nothing beyond it.

    Points that are less than a thousandth of a pixel apart change nothing.
    """
    value = level(opacity)
    squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
    if squared < _SHORTEST**2:
        return _nothing

    def operation(values: Pixels) -> Pixels:
        across = (np.arange(values.shape[1]) + 0.5 - x1) * ((x0 - x1) / squared)
        down = (np.arange(values.shape[0]) + 0.5 - y1) * ((y0 - y1) / squared)
        new = np.empty_like(values)
        for top in range(0, values.shape[0], _ROWS):
            rows = slice(top, top + _ROWS)
            part = np.clip(np.add.outer(down[rows], across).astype(np.float32), 0.0, 1.0)
            coverage = np.rint(part * np.float32(value)).astype(np.uint8)
            new[rows] = painted(values[rows], coverage, erase=erase)
        return new

    return operation


def _filled(points: Floats, opacity: float, *, erase: bool, antialias: bool) -> Operation:
    value = level(opacity)
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))

    def operation(values: Pixels) -> tuple[Box, Pixels]:
        most = np.array([values.shape[1], values.shape[0]])
        left, top = np.clip(low, 0, most).astype(int).tolist()
        right, bottom = np.clip(high, 0, most).astype(int).tolist()
        box = Box(left, top, right, bottom)
        if box.is_empty:
            return EMPTY, values[:0, :0]
        coverage = area(points, box)
        if not antialias:
            coverage = np.where(coverage >= 128, np.uint8(255), np.uint8(0))
        return box, painted(values[box.slices], times(coverage, value), erase=erase)

    return operation


def _nothing(values: Pixels) -> tuple[Box, Pixels]:
    return EMPTY, values[:0, :0]
