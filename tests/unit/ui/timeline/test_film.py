"""What is kept of a run: the right picture for a step, and no more memory than is allowed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.image import Image
from studio.job.recipe import FromStep, recipe
from studio.job.recording import RecordSettings
from studio.ui.timeline import film as film_module
from studio.ui.timeline.cell_state import shown_by, state
from studio.ui.timeline.film import Film
from studio.ui.timeline.strip_layout import Cell, StripLayout


def picture(value: int, edge: int = 4) -> Image:
    return Image(np.full((edge, edge, 3), value % 256, np.uint8))


def film_of(steps: int, kept: list[int]) -> Film:
    film = Film(steps)
    for step in kept:
        film.keep(step, "x0", picture(step))
    return film


steps_kept = st.lists(st.integers(1, 50), unique=True).map(sorted)


@given(steps_kept)
def test_what_is_kept_comes_back(kept):
    film = film_of(50, kept)
    assert film.kept("x0") == kept
    assert film.kept("x") == []
    for step in range(1, 51):
        found = film.picture(step, "x0")
        assert (found is not None) == (step in kept)
        assert found is None or int(found.pixels[0, 0, 0]) == step


@given(steps_kept.filter(bool), st.integers(1, 50))
def test_nearest_is_kept_and_nothing_kept_is_nearer(kept, step):
    found = film_of(50, kept).nearest(step, "x0")
    assert found in kept
    assert abs(found - step) == min(abs(other - step) for other in kept)


@given(steps_kept.filter(bool), st.integers(1, 50))
def test_moving_goes_through_every_kept_step_in_order(kept, start):
    film = film_of(50, kept)
    seen, step = [], 0
    while (following := film.moved(step, 1, "x0")) != step:
        seen.append(step := following)
    assert seen == kept
    assert film.moved(start, 1, "x0") == min([s for s in kept if s > start], default=kept[-1])
    assert film.moved(start, -1, "x0") == max([s for s in kept if s < start], default=kept[0])
    assert film.moved(kept[0], 5, "x0") == kept[min(5, len(kept) - 1)]


def test_an_empty_film_leads_nowhere():
    assert Film(30).moved(3, 1, "x0") is None
    assert Film(30).nearest(3, "x0") is None


def test_the_finished_picture_is_the_last_step_of_both_kinds():
    film = film_of(30, [29, 30])
    film.final = picture(200)
    assert [film.picture(30, kind) for kind in ("x0", "x")] == [film.final] * 2
    assert film.kept("x") == [30]


def test_steps_outside_the_run_are_passed_over():
    assert film_of(3, [0, 1, 3, 4]).kept("x0") == [1, 3]


@given(st.integers(1, 400), st.integers(3, 40))
def test_a_long_run_keeps_an_even_choice_within_its_memory(steps, room):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(film_module, "KEPT_BYTES", room * picture(0).pixels.nbytes)
        film = Film(steps)
        for step in range(1, steps + 1):
            film.keep(step, "x0", picture(step))
            kept = film.kept("x0")
            assert len(kept) <= room
            assert kept[0] == 1
            assert kept[-1] == step
        strides = {b - a for a, b in pairwise(kept[:-1])}
        assert len(strides) <= 1
        assert len(kept) >= min(steps, room // 2)


def test_states_of_cells_in_a_run():
    film = Film(6)
    cells = StripLayout(6, 1000, 64, 4).cells
    assert {state(film, cell, "x0") for cell in cells} == {"empty"}
    film.running, film.done = True, 2
    film.keep(2, "x0", picture(2))
    assert [state(film, cell, "x0") for cell in cells] == ["missed", "present", "computing", "empty", "empty", "empty"]
    film.running = False
    assert [state(film, cell, "x0") for cell in cells][2] == "empty"


def test_a_cell_shows_its_own_step_or_the_nearest_it_stands_for():
    film = film_of(30, [8, 12])
    assert shown_by(film, Cell(10, 8, 12, 0), "x0") == 8
    film.keep(10, "x0", picture(10))
    assert shown_by(film, Cell(10, 8, 12, 0), "x0") == 10
    assert shown_by(film, Cell(15, 13, 17, 0), "x0") is None


def test_the_timestep_is_that_of_the_level_reached():
    film = Film(3, (999.0, 666.0, 333.0, 0.0))
    assert [film.timestep(step) for step in range(4)] == [999.0, 666.0, 333.0, 0.0]
    assert Film(3).timestep(1) is None


def test_a_branch_takes_the_pictures_of_what_it_shares():
    parent = recipe(seed=3)
    before = Film(6, (), (8, 8), parent, "a" * 32, RecordSettings())
    for step in range(1, 5):
        before.advance(step)
        before.keep(step, "x0", picture(step))
    start = FromStep(trajectory="a" * 32, step=3, parent=parent)
    branch = Film(6, (), (8, 8), recipe(seed=3, start=start), "b" * 32, RecordSettings())
    branch.share(3, before)
    assert branch.pictured("x0") == [1, 2, 3]
    assert branch.done == 3
    assert branch.recorded == {1, 2, 3}
    stranger = Film(6, (), (8, 8), recipe(seed=4), "c" * 32, RecordSettings())
    stranger.share(2, before)
    assert stranger.pictured("x0") == []


def test_only_kept_steps_of_a_sparse_record_can_be_reached():
    film = Film(10, (), (8, 8), None, "a" * 32, RecordSettings("every", 4))
    for step in range(1, 11):
        film.advance(step)
    assert film.kept("eps") == [4, 8, 10]
    cells = StripLayout(10, 1000, 64, 4).cells
    assert [state(film, cell, "eps") for cell in cells[:4]] == ["missed", "missed", "missed", "recorded"]


def test_a_run_that_broke_down_shows_where():
    film = Film(3, (), (8, 8), None, "a" * 32, RecordSettings())
    film.advance(1)
    film.failed = 2
    cells = StripLayout(3, 1000, 64, 4).cells
    assert [state(film, cell, "x0") for cell in cells] == ["recorded", "failed", "empty"]
