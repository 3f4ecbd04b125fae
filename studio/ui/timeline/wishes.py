"""Which views are worth asking for, what is looked at first. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from studio.job.view import AnyView, ViewKind
from studio.ui.timeline.cell_state import shown_by
from studio.ui.timeline.film import Film
from studio.ui.timeline.strip_layout import Cell

AHEAD = (1, -1, 2, -2, 3)


def wishes(
    film: Film, kind: ViewKind, current: int, cells: Sequence[Cell], *, ahead: bool, playing: bool
) -> list[AnyView]:
    """The step looked at, exact; then quick pictures of the cells; then, if it is cheap, the steps nearby, exact.

    While it is `playing` the steps nearby go before the cells.
    """
    looked_at = list(_exact(film, kind, (current,)))
    nearby = list(_exact(film, kind, _near(film, kind, current))) if ahead or playing else []
    strip = list(_quick(film, kind, cells))
    return [*looked_at, *nearby, *strip] if playing else [*looked_at, *strip, *nearby]


def _near(film: Film, kind: ViewKind, current: int) -> list[int]:
    kept = film.kept(kind)
    if current not in kept:
        return []
    place = kept.index(current)
    return [kept[place + by] for by in AHEAD if 0 <= place + by < len(kept)]


def _exact(film: Film, kind: ViewKind, steps: Sequence[int]) -> Iterator[AnyView]:
    for step in steps:
        request = film.request(step, kind, exact=True)
        if request is not None and not (step == film.steps and film.ends(kind)):
            yield request


def _quick(film: Film, kind: ViewKind, cells: Sequence[Cell]) -> Iterator[AnyView]:
    for cell in cells:
        if shown_by(film, cell, kind) is not None:
            continue
        here = [step for step in film.recorded if cell.first <= step <= cell.last]
        request = film.request(min(here, key=lambda step: abs(step - cell.step)), kind, exact=False) if here else None
        if request is not None:
            yield request
