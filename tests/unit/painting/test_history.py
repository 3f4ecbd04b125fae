"""How many steps are kept, what they take, and what is stored of them."""

from __future__ import annotations

import numpy as np

from studio.painting.box import EMPTY, Box
from studio.painting.history import STEPS_KEPT, TILE, History, UndoStep
from tests.unit.painting.acts import noise


def noisy_step(values: np.ndarray, number: int) -> UndoStep:
    """A change that does not compress: new noise everywhere."""
    before = values.copy()
    values[:] = noise(values.shape[1], values.shape[0], number)
    step = UndoStep(f"Step {number}", values)
    step.note(Box(0, 0, values.shape[1], values.shape[0]), before)
    return step


def test_the_newest_200_stay_and_older_ones_go_beyond_the_limit():
    values, history = noise(TILE, TILE), History(limit=100_000)
    first = [values.copy()]
    for number in range(300):
        history.push(noisy_step(values, number))
        first.append(values.copy())
        assert len(history) == min(number + 1, STEPS_KEPT)
    assert history.nbytes > 100_000
    for number in range(200):
        assert history.undo() is not None
        assert np.array_equal(values, first[299 - number])
    assert history.undo() is None
    assert history.undo_name is None


def test_small_steps_are_kept_far_beyond_200():
    values, history = np.zeros((TILE, TILE), np.uint8), History(limit=1_000_000)
    for number in range(1000):
        before = values.copy()
        values[number % TILE, number % 7] ^= 255
        step = UndoStep("Dot", values)
        step.note(Box(0, 0, TILE, TILE), before)
        history.push(step)
    assert len(history) == 1000
    assert history.nbytes <= 1_000_000


def test_what_is_told_is_what_is_kept():
    values, history = np.zeros((100, 100), np.uint8), History(limit=0)
    for number in range(250):
        history.push(noisy_step(values, number))
        if number % 3 == 0:
            history.undo()
        if number % 6 == 0:
            history.redo()
    told = history.nbytes
    steps = [history.undo() for _ in range(len(history))]
    while history.redo() is not None:
        pass
    assert None not in steps
    assert 100 * 100 * len(history) * 0.9 < told < 100 * 100 * (len(history) + 1) * 1.5
    history.push(noisy_step(values, 999))
    assert len(history) == STEPS_KEPT


def test_a_new_step_forgets_what_was_undone():
    values, history = np.zeros((TILE, TILE), np.uint8), History()
    for number in range(3):
        history.push(noisy_step(values, number))
    history.undo()
    history.undo()
    assert (history.undo_name, history.redo_name) == ("Step 0", "Step 1")
    two = history.nbytes
    history.push(noisy_step(values, 7))
    assert history.redo() is None
    assert len(history) == 2
    assert history.nbytes < two


def test_only_changed_tiles_are_stored_and_told():
    values = noise(10 * TILE, 10 * TILE)
    before = values.copy()
    values[3 * TILE + 5, 4 * TILE + 6] ^= 1
    step = UndoStep("Dot", values)
    step.note(Box(0, 0, 10 * TILE, 10 * TILE), before)
    assert step.box == Box(4 * TILE, 3 * TILE, 5 * TILE, 4 * TILE)
    assert step.nbytes < 2 * TILE * TILE


def test_tiles_at_the_border_are_cut():
    values = np.zeros((TILE + 3, TILE + 2), np.uint8)
    before = values.copy()
    values[-1, -1] = 9
    step = UndoStep("Corner", values)
    step.note(Box(0, 0, TILE + 2, TILE + 3), before)
    assert step.box == Box(TILE, TILE, TILE + 2, TILE + 3)
    step.swap()
    assert not values.any()
    step.swap()
    assert values[-1, -1] == 9
    assert values.sum() == 9


def test_no_change_no_box():
    values = noise(TILE, TILE)
    step = UndoStep("Nothing", values)
    step.note(Box(0, 0, TILE, TILE), values.copy())
    assert step.box == EMPTY
    assert step.nbytes == 0


def test_tiles_of_one_value_take_next_to_nothing():
    values = np.zeros((1024, 1024), np.uint8)
    before = values.copy()
    values[:] = 255
    step = UndoStep("All", values)
    step.note(Box(0, 0, 1024, 1024), before)
    assert step.nbytes < values.nbytes / 10
