"""The frame: its edges and corners are dragged, its inside moves it. Near an edge of the picture it snaps to that."""

from __future__ import annotations

from dataclasses import replace

from studio.painting.frame import Frame
from studio.ui.canvas.easel import Sheet
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.gesture import CLICK, Bench, Gesture

GRIP = 10.0
"""Within so many logical pixels of an edge it is the edge that is dragged."""
SNAP = 6.0

INSIDE = frozenset({"inside"})


def drag_frame(bench: Bench, press: Pointer) -> Gesture:
    """Until the release. Outside of the frame nothing begins."""
    easel = bench.easel
    paper, before = easel.paper, easel.paper.frame
    part = grabbed(before, press)
    moved = False
    try:
        at = yield
        while at.kind == "move":
            moved = moved or at.far_from(press, CLICK)
            if part and moved:
                easel.set_frame(_dragged(paper, before, part, press, at))
            at = yield
    except GeneratorExit:
        easel.set_frame(before)
        return
    easel.frame_dragged(before)


def grabbed(frame: Frame, at: Pointer) -> frozenset[str]:
    """The edges under the pointer, or "inside"; nothing outside of the frame."""
    reach = GRIP / at.zoom
    right, bottom = frame.x + frame.width, frame.y + frame.height
    if not (frame.x - reach <= at.x <= right + reach and frame.y - reach <= at.y <= bottom + reach):
        return frozenset()
    # The nearer of two edges: in a frame of few pixels both are within reach.
    sides = (("left", at.x - frame.x, "right", at.x - right), ("top", at.y - frame.y, "bottom", at.y - bottom))
    near = {
        (first if abs(to_first) <= abs(to_second) else second)
        for first, to_first, second, to_second in sides
        if min(abs(to_first), abs(to_second)) <= reach
    }
    return frozenset(near) or INSIDE


def _dragged(paper: Sheet, frame: Frame, part: frozenset[str], press: Pointer, at: Pointer) -> Frame:
    across, down = at.x - press.x, at.y - press.y
    near = SNAP / at.zoom
    width, height = paper.document.width, paper.document.height
    if part == INSIDE:
        if at.shift:
            across, down = (across, 0.0) if abs(across) >= abs(down) else (0.0, down)
        moved = frame.moved(round(across), round(down))
        shift_x = _snap((moved.x, moved.x + moved.width), width, near)
        shift_y = _snap((moved.y, moved.y + moved.height), height, near)
        return moved.moved(shift_x, shift_y).limited(width, height)
    drawn = frame.dragged(part, across, down, paper.step)
    drawn = _snapped_edges(drawn, frame, part, (across, down), (width, height), near)
    # What would leave the picture altogether stays where it was.
    return drawn if drawn == drawn.limited(width, height) else paper.frame


def _snap(edges: tuple[int, int], length: int, near: float) -> int:
    """By how much to move so that an edge meets one of the picture, if it is near."""
    ways = [border - edge for edge in edges for border in (0, length)]
    best = min(ways, key=abs)
    return best if abs(best) <= near else 0


def _snapped_edges(
    drawn: Frame,
    frame: Frame,
    part: frozenset[str],
    way: tuple[float, float],
    size: tuple[int, int],
    near: float,
) -> Frame:
    """An edge that the pointer holds near the picture's meets it exactly, whatever the step is."""
    for low, high, start, length, by, border in (
        ("left", "right", "x", "width", way[0], size[0]),
        ("top", "bottom", "y", "height", way[1], size[1]),
    ):
        first, extent = getattr(frame, start), getattr(frame, length)
        if low in part and abs(first + by) <= near and first + extent > 0:
            drawn = replace(drawn, **{start: 0, length: first + extent})
        elif high in part and abs(first + extent + by - border) <= near and border > first:
            drawn = replace(drawn, **{length: border - first})
    return drawn
