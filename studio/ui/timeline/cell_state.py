"""What a cell of the strip has to show of a film. No Qt."""

from __future__ import annotations

from typing import Literal

from studio.job.view import ViewKind
from studio.ui.timeline.film import Film
from studio.ui.timeline.strip_layout import Cell

CellState = Literal["empty", "computing", "present", "recorded", "missed", "failed"]


def computes(film: Film, cell: Cell) -> bool:
    """Whether the step being computed belongs to `cell`."""
    return film.running and cell.first <= film.done + 1 <= cell.last


def shown_by(film: Film, cell: Cell, kind: ViewKind) -> int | None:
    """The step whose picture `cell` shows: its own, or else the nearest of those it stands for."""
    steps = (step for step in film.pictured(kind) if cell.first <= step <= cell.last)
    return min(steps, key=lambda step: abs(step - cell.step), default=None)


def state(film: Film, cell: Cell, kind: ViewKind) -> CellState:
    """How `cell` looks."""
    if film.failed and cell.first <= film.failed <= cell.last:
        return "failed"
    if shown_by(film, cell, kind) is not None:
        return "present"
    if computes(film, cell):
        return "computing"
    if any(cell.first <= step <= cell.last for step in film.recorded):
        return "recorded"
    return "missed" if cell.last <= film.done else "empty"
