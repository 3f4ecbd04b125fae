"""Fill: what hangs together with the clicked pixel and looks like it."""

from __future__ import annotations

import math

from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.gesture import Bench, Gesture


def fill_similar(bench: Bench, press: Pointer) -> Gesture:
    """Fill at the release, and nothing beside the picture."""
    at = yield
    while at.kind == "move":
        at = yield
    from studio.painting.flood import fill

    easel = bench.easel
    operation = fill(
        math.floor(press.x),
        math.floor(press.y),
        easel.paper.picture,
        easel.tolerance,
        opacity=easel.brush.opacity,
        erase=bench.erases(press),
    )
    easel.run("Fill", operation)
