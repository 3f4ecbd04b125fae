"""Runs for a timeline, and where its cells are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint

from studio.ui.timeline.film import Film
from studio.ui.timeline.filmstrip import SIDE
from studio.ui.timeline.timeline import Timeline
from tests.gui.pictures import plain

STEPS = 30
TIMESTEPS = tuple(float(t) for t in np.linspace(967, 0, STEPS + 1))
SIZE = (128, 128)


def shade(step: int) -> tuple[int, int, int]:
    """The colour of the preview of a step in these tests."""
    return step * 8, 255 - step * 8, 40


def run(timeline: Timeline, last: int, *, kind: str = "x0", missed: tuple[int, ...] = ()) -> None:
    timeline.begin(Film(STEPS, TIMESTEPS, SIZE))
    for step in range(1, last + 1):
        timeline.advance(step)
        if step not in missed:
            timeline.add_preview(step, kind, plain(shade(step)))


def cell_middle(timeline: Timeline, step: int) -> QPoint:
    layout = timeline.filmstrip.strip_layout
    return QPoint(round(SIDE + layout.place(step)), 40)
