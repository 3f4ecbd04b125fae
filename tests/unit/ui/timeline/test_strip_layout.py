"""The strip of steps: every step has its place, and what does not fit is chosen evenly."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.ui.timeline.strip_layout import TICK_GAP, StripLayout

layouts = st.builds(
    StripLayout, st.integers(1, 10_000), st.floats(10, 4000), st.sampled_from([48.0, 64.0]), st.just(4.0)
)


@given(layouts)
def test_every_step_belongs_to_one_cell(layout):
    cells = layout.cells
    covered = [step for cell in cells for step in range(cell.first, cell.last + 1)]
    assert covered == list(range(1, layout.steps + 1))
    assert all(cell.first <= cell.step <= cell.last for cell in cells)


@given(layouts)
def test_cells_stay_inside_and_apart(layout):
    cells = layout.cells
    assert cells[0].left == 0
    assert all(b.left - a.left >= layout.edge + layout.gap - 1e-9 for a, b in pairwise(cells))
    if layout.width >= layout.edge:
        assert cells[-1].left + layout.edge <= layout.width + 1e-6


@given(layouts)
def test_first_and_last_are_chosen_and_the_choice_is_even(layout):
    steps = [cell.step for cell in layout.cells]
    assume(len(steps) > 1)
    assert (steps[0], steps[-1]) == (1, layout.steps)
    strides = {b - a for a, b in pairwise(steps)}
    assert max(strides) - min(strides) <= 1
    if len(steps) < layout.steps:
        assert layout.cells[-1].left + layout.edge == pytest.approx(layout.width)


@given(layouts, st.data())
def test_the_place_of_a_step_leads_back_to_it(layout, data):
    step = data.draw(st.integers(1, layout.steps))
    assume(len(layout.cells) > 1)
    assert layout.step_at(layout.place(step)) == step
    cell = layout.cell_of(step)
    assert layout.place(cell.step) == pytest.approx(cell.left + layout.edge / 2)


@given(layouts, st.floats(-100, 5000), st.floats(0, 300))
def test_further_right_is_never_an_earlier_step(layout, x, by):
    assert 1 <= layout.step_at(x) <= layout.step_at(x + by) <= layout.steps


@given(layouts, st.floats(-100, 5000))
def test_a_cell_covers_what_it_says(layout, x):
    cell = layout.cell_at(x)
    inside = [c for c in layout.cells if c.left <= x < c.left + layout.edge]
    assert inside == ([cell] if cell else [])


@given(layouts)
def test_ticks_are_as_many_as_can_stand_apart(layout):
    assume(len(layout.cells) > 1)
    stride = layout.tick_stride()
    width = (layout.place(layout.steps) - layout.place(1)) / (layout.steps - 1)
    assert stride * width >= TICK_GAP
    assert stride == 1 or stride * width < 2.5 * TICK_GAP


def test_thirty_steps_in_a_window_of_1280():
    layout = StripLayout(30, 952, 64, 4)
    assert [cell.step for cell in layout.cells] == [1, 3, 5, 8, 10, 12, 14, 17, 19, 21, 23, 26, 28, 30]
    assert layout.tick_stride() == 1


def test_a_few_steps_stand_side_by_side_from_the_left():
    assert [cell.left for cell in StripLayout(3, 1000, 64, 4).cells] == [0, 68, 136]
