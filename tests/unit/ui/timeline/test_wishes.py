"""What is asked of the worker: first what is looked at, never what is there, never what is not recorded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.image import Image
from studio.job.facts import FactsRequest, LevelFacts, TrajectoryFacts
from studio.ui.timeline.film import Film
from studio.ui.timeline.strip_layout import StripLayout
from studio.ui.timeline.wishes import wishes

RECORD = "a" * 32


def film_of(steps: int, kept: list[int]) -> Film:
    levels = tuple(LevelFacts(float(steps - k), 1.0, 1.0) for k in range(steps + 1))
    return Film.of_record(TrajectoryFacts(FactsRequest(RECORD), RECORD, None, levels, tuple(kept)), None)


@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n), unique=True).map(sorted))),
    st.integers(0, 60),
    st.booleans(),
    st.booleans(),
)
def test_only_recorded_steps_are_asked_for_and_the_one_looked_at_comes_first(run, current, ahead, playing):
    steps, kept = run
    film = film_of(steps, kept)
    cells = StripLayout(steps, 700, 64, 4).cells
    listed = wishes(film, "eps", current, cells, ahead=ahead, playing=playing)
    assert {request.step for request in listed} <= set(kept) - {0}
    assert {request.kind for request in listed} <= {"eps"}
    assert len(listed) <= 6 + len(cells)
    if current in film.recorded:
        assert (listed[0].step, listed[0].exact) == (current, True)


def test_cells_with_a_picture_and_the_finished_picture_are_not_asked_for():
    film = film_of(4, [0, 1, 2, 3, 4])
    picture = Image(np.zeros((4, 4, 3), np.uint8))
    film.final = picture
    film.keep(2, "x0", picture)
    cells = StripLayout(4, 700, 64, 4).cells
    listed = wishes(film, "x0", 4, cells, ahead=False, playing=False)
    assert [(request.step, request.exact) for request in listed] == [(1, False), (3, False)]


def test_while_playing_the_next_steps_come_before_the_strip():
    film = film_of(9, list(range(10)))
    cells = StripLayout(9, 700, 64, 4).cells
    listed = wishes(film, "x0", 3, cells, ahead=False, playing=True)
    assert [request.step for request in listed[:3]] == [3, 4, 2]
    assert all(request.exact for request in listed[:6])
