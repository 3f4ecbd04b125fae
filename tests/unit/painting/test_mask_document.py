"""Any sequence of strokes and operations can be undone to the first array and redone to the last."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import EMPTY, Box
from studio.painting.brush import Brush
from studio.painting.mask_document import MaskDocument
from studio.painting.selections import clear, everything, from_values, invert
from studio.painting.shapes import rectangle
from tests.unit.painting.acts import acts, do, noise, sizes


@given(size=sizes, start=st.sampled_from(["empty", "noise"]), sequence=acts)
def test_all_is_undone_and_redone(size, start, sequence):
    document = MaskDocument(*size, noise(*size) if start == "noise" else None)
    first = document.values.copy()
    for act in sequence:
        do(document, act)
    while document.redo_name is not None:
        do(document, "redo")
    last = document.values.copy()
    states = [last]
    while document.undo_name is not None:
        do(document, "undo")
        states.append(document.values.copy())
    assert np.array_equal(document.values, first)
    for state in reversed(states[:-1]):
        do(document, "redo")
        assert np.array_equal(document.values, state)
    assert document.undo() is not None or len(states) == 1


def test_names_of_steps():
    document = MaskDocument(8, 8)
    document.begin_stroke(Brush()).finish()
    assert document.undo_name is None
    for name, erase in (("Brush", False), ("Eraser", True)):
        stroke = document.begin_stroke(Brush(), erase=erase)
        stroke.to(4, 4)
        stroke.finish()
        assert document.undo_name == name
    document.begin_stroke(Brush(size=2), name="Dot").to(4, 4)
    document.apply("All", everything())
    assert document.undo_name == "All"
    document.undo()
    assert (document.undo_name, document.redo_name) == ("Dot", "All")
    document.apply("Nothing", invert())
    assert document.redo_name is None


def test_what_changes_nothing_is_no_step():
    document = MaskDocument(100, 100)
    assert document.apply("Clear", clear()) == EMPTY
    stroke = document.begin_stroke(Brush(), erase=True)
    stroke.to(50, 50)
    stroke.finish()
    assert document.undo_name is None
    assert document.undo() is None
    assert document.redo() is None


def test_an_open_stroke_is_finished_by_what_comes_next():
    document = MaskDocument(100, 100)
    first = document.begin_stroke(Brush())
    first.to(20, 20)
    second = document.begin_stroke(Brush())
    assert not first.is_open
    assert first.to(80, 80) == EMPTY
    second.to(60, 60)
    document.apply("Invert", invert())
    assert [document.undo() and document.redo_name for _ in range(3)] == ["Invert", "Brush", "Brush"]
    assert not document.values.any()


def test_undo_cancels_the_stroke_that_is_being_painted():
    document = MaskDocument(100, 100)
    document.apply("Rectangle", rectangle(Box(0, 0, 30, 30)))
    before = document.values.copy()
    stroke = document.begin_stroke(Brush())
    stroke.to(20, 20)
    assert document.undo() is not None
    assert np.array_equal(document.values, before)
    assert stroke.to(50, 50) == stroke.finish() == stroke.cancel() == EMPTY
    assert (document.undo_name, document.redo_name) == ("Rectangle", None)


def test_values_are_live_and_for_reading_and_a_snapshot_stays():
    document = MaskDocument(20, 10)
    live, snapshot = document.values, document.snapshot()
    document.apply("All", everything())
    assert live.min() == 255
    assert snapshot.values.max() == 0
    assert (snapshot.width, snapshot.height) == (document.width, document.height) == (20, 10)
    with pytest.raises(ValueError, match="read-only"):
        live[0, 0] = 1


def test_what_was_given_belongs_to_the_giver():
    values = noise(20, 10)
    given_values = values.copy()
    document = MaskDocument(20, 10, values)
    document.apply("Invert", invert())
    assert np.array_equal(values, given_values)


@pytest.mark.parametrize(
    "bad",
    [
        lambda values: values[:-1],
        lambda values: (Box(0, 0, 3, 3), values),
        lambda values: (Box(-1, 0, 2, 2), values[:2, :3]),
        lambda values: values.astype(np.float32),
    ],
)
def test_a_wrong_operation_is_refused_and_changes_nothing(bad):
    document = MaskDocument(20, 10, noise(20, 10))
    with pytest.raises(ValueError):
        document.apply("Bad", bad)
    assert np.array_equal(document.values, noise(20, 10))
    assert document.undo_name is None


@pytest.mark.parametrize("values", [noise(10, 20), noise(20, 10).astype(np.float32)])
def test_values_of_another_kind_are_refused(values):
    with pytest.raises(ValueError):
        MaskDocument(20, 10, values)
    with pytest.raises(ValueError):
        MaskDocument(20, 10).apply("Other", from_values(values))


def test_no_pixel_no_mask():
    with pytest.raises(ValueError):
        MaskDocument(0, 10)


def test_a_stroke_takes_memory_for_what_it_touches_not_for_the_mask():
    document = MaskDocument(4096, 4096)
    tracemalloc.start()
    try:
        stroke = document.begin_stroke(Brush(size=40))
        for x in range(1000, 1200, 10):
            stroke.to(x, 1000)
        stroke.finish()
        document.undo()
        document.redo()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert document.values.any()
    assert peak < document.values.nbytes / 16
