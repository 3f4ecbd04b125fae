"""The right button: sideways the brush gets larger or smaller, up and down harder or softer."""

from __future__ import annotations

from dataclasses import replace

from studio.painting.brush import SIZE_MAXIMUM, SIZE_MINIMUM
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.gesture import CLICK, Bench, Gesture

HARDNESS_WAY = 200.0
"""Logical pixels from the softest to the hardest brush."""


def resize(bench: Bench, press: Pointer) -> Gesture:
    """The first way of the pointer says which of both; the ring's border follows it."""
    easel, before = bench.easel, bench.easel.brush
    sideways: bool | None = None
    try:
        at = yield
        while at.kind == "move":
            way = at.place - press.place
            if sideways is None and at.far_from(press, CLICK):
                sideways = abs(way.x()) >= abs(way.y())
            if sideways:
                size = min(max(before.size + 2 * way.x() / press.zoom, SIZE_MINIMUM), SIZE_MAXIMUM)
                easel.set_brush(replace(before, size=round(size, 1)))
            elif sideways is not None:
                hardness = min(max(before.hardness - way.y() / HARDNESS_WAY, 0.0), 1.0)
                easel.set_brush(replace(before, hardness=round(hardness, 2)))
            at = yield
    except GeneratorExit:
        easel.set_brush(before)
