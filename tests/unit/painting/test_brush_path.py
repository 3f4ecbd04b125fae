"""Where dabs lie on the way of the pointer."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.brush import Brush
from studio.painting.brush_path import BrushPath

inside = st.floats(0, 1000)


@given(inside, inside, inside, inside, st.floats(1, 100), st.floats(0.05, 2))
def test_dabs_keep_their_distance(x0, y0, x1, y1, size, spacing):
    path = BrushPath(Brush(size=size, spacing=spacing), 1000, 1000)
    dabs = [*path.to(x0, y0, 1.0), *path.to((x0 + x1) / 2, (y0 + y1) / 2, 1.0), *path.to(x1, y1, 1.0)]
    step = max(1.0, size * spacing)
    gaps = [math.hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(dabs)]
    assert gaps == pytest.approx([step] * len(gaps), abs=1e-6)
    assert len(dabs) - 1 == pytest.approx(math.hypot(x1 - x0, y1 - y0) / step, abs=1.000001)


@given(inside, inside, inside, inside)
def test_a_line_ends_where_the_pointer_ends(x0, y0, x1, y1):
    path = BrushPath(Brush(size=40, spacing=0.5), 1000, 1000)
    last = [*path.to(x0, y0, 1.0), *path.to(x1, y1, 0.5), *path.end()][-1]
    assert (last.x, last.y) == pytest.approx((x1, y1))


def test_dots_keep_their_rhythm_to_the_end():
    path = BrushPath(Brush(size=10, spacing=2.0), 1000, 1000)
    path.to(0, 0, 1.0)
    assert [dab.x for dab in path.to(59, 0, 1.0)] == [20, 40]
    assert path.end() == []


def test_pressure_goes_evenly_from_event_to_event():
    path = BrushPath(Brush(size=10, spacing=1.0, pressure_size=False), 1000, 1000)
    path.to(0, 0, 0.0)
    assert [dab.pressure for dab in path.to(100, 0, 1.0)] == pytest.approx([part / 10 for part in range(1, 11)])


def test_the_size_follows_the_pressure_and_has_an_end():
    path = BrushPath(Brush(size=100), 10, 10)
    assert [path.size(pressure) for pressure in (0.0, 0.5, 1.0)] == [1.0, 50.0, 100.0]
    assert BrushPath(Brush(size=100, pressure_size=False), 10, 10).size(0.1) == 100.0


def test_pressure_out_of_its_range_is_bent_into_it():
    path = BrushPath(Brush(), 10, 10)
    assert [dab.pressure for dab in path.to(1, 1, 7.0)] == [1.0]
    assert min(dab.pressure for dab in path.to(9, 9, -1.0)) >= 0.0


def test_only_what_can_touch_the_document_is_made():
    path = BrushPath(Brush(size=20), 100, 100)
    path.to(-1e12, 50, 1.0)
    dabs = path.to(1e12, 50, 1.0)
    assert 50 <= len(dabs) <= 70
    assert all(-12 <= dab.x <= 112 for dab in dabs)
    assert path.to(1e12, 1e12, 1.0) == []


def test_no_way_no_dabs():
    assert BrushPath(Brush(), 10, 10).end() == []
