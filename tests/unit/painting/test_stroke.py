"""What a stroke paints: opacity, erasing, single pixels, borders, smoothing, pressure."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.painting.box import EMPTY, Box
from studio.painting.brush import Brush
from studio.painting.mask_document import MaskDocument
from tests.unit.painting.acts import brushes, noise, parts, places, sizes

ways = st.lists(st.tuples(places, places, parts), min_size=1, max_size=6)


def paint(document: MaskDocument, brush: Brush, way, *, erase: bool = False) -> None:
    stroke = document.begin_stroke(brush, erase=erase)
    for touch in way:
        stroke.to(*touch)
    stroke.finish()


@settings(max_examples=50)
@given(sizes, brushes, ways)
def test_opacity_is_that_of_the_whole_stroke(size, brush, way):
    document = MaskDocument(*size)
    paint(document, brush, [*way, *reversed(way), *way])
    assert document.values.max() <= round(255 * brush.opacity)


@settings(max_examples=50)
@given(sizes, brushes, ways, st.booleans())
def test_painting_never_lowers_and_erasing_never_raises(size, brush, way, erase):
    document = MaskDocument(*size, noise(*size))
    paint(document, brush, way, erase=erase)
    before, after = noise(*size), document.values
    assert (after <= before).all() if erase else (after >= before).all()


@settings(max_examples=50)
@given(sizes, ways, st.floats(1, 100), parts, parts)
def test_the_eraser_takes_away_what_the_same_stroke_painted(size, way, diameter, hardness, opacity):
    document = MaskDocument(*size)
    for brush in (Brush(diameter, hardness=1.0), Brush(diameter, hardness=hardness, opacity=opacity)):
        paint(document, brush, way)
        paint(document, brush, way, erase=True)
        assert not document.values.any()


@given(st.integers(0, 19), st.integers(0, 29), parts, parts, parts)
def test_size_one_is_one_pixel(column, row, x, y, hardness):
    document = MaskDocument(20, 30)
    paint(document, Brush(size=1, hardness=hardness), [(column + min(x, 0.999), row + min(y, 0.999))])
    assert document.values[row, column] == 255
    assert np.count_nonzero(document.values) == 1


@given(st.tuples(*[st.integers(0, 39)] * 4))
def test_a_line_of_size_one_has_no_hole(ends):
    x0, y0, x1, y1 = ends
    document = MaskDocument(40, 40)
    paint(document, Brush(size=1), [(x0 + 0.5, y0 + 0.5), (x1 + 0.5, y1 + 0.5)])
    assert document.values[y0, x0] == document.values[y1, x1] == 255
    assert cv2.connectedComponents(document.values.copy(), connectivity=8)[0] == 2  # the ground and the line
    assert np.count_nonzero(document.values) <= abs(x1 - x0) + abs(y1 - y0) + 1


@pytest.mark.parametrize("corner", [(0, 0), (0, 99), (149, 0), (149, 99)])
def test_corners_are_painted(corner):
    document = MaskDocument(150, 100)
    paint(document, Brush(size=20, hardness=1.0), [(corner[0] + 0.5, corner[1] + 0.5)])
    assert document.values[corner[1], corner[0]] == 255
    assert np.count_nonzero(document.values) < 150


@settings(max_examples=50)
@given(places, places, places, places)
def test_the_border_cuts_a_stroke_and_does_not_bend_it(x0, y0, x1, y1):
    """A document that is a part of a larger one shows the part of its stroke."""
    large, small = MaskDocument(500, 500), MaskDocument(90, 70)
    brush = Brush(size=50, hardness=0.3)
    paint(large, brush, [(x0 + 128, y0 + 128), (x1 + 128, y1 + 128)])
    paint(small, brush, [(x0, y0), (x1, y1)])
    assert np.array_equal(large.values[128:198, 128:218], small.values)


def test_far_beyond_the_border_is_cheap_and_comes_back():
    document = MaskDocument(64, 64)
    paint(document, Brush(size=4, hardness=1.0), [(-1e9, 32), (1e9, 32), (1e9, 1e9), (32, 1e9), (32, -1e9)])
    assert (document.values[31:33] == 255).all()
    assert (document.values[:, 31:33] == 255).all()
    assert not document.values[:28, :28].any()


def test_the_same_way_in_more_events_paints_the_same():
    few, many = MaskDocument(300, 300), MaskDocument(300, 300)
    brush = Brush(size=30, hardness=0.5, spacing=0.2)
    paint(few, brush, [(20, 20), (276, 20), (276, 276)])
    paint(many, brush, [*((x, 20) for x in range(20, 277, 4)), *((276, y) for y in range(20, 277, 4))])
    assert np.array_equal(few.values, many.values)


def test_a_hard_line_is_full_inside_and_soft_at_its_rim_only():
    document = MaskDocument(200, 60)
    paint(document, Brush(size=20, hardness=1.0), [(30, 30), (170, 30)])
    column = document.values[:, 100]
    assert (column[21:39] == 255).all()
    assert not column[:19].any()
    assert not column[41:].any()


def test_smoothing_follows_late_and_catches_up_at_the_end():
    document = MaskDocument(400, 60)
    stroke = document.begin_stroke(Brush(size=10, hardness=1.0, smoothing=0.5))
    stroke.to(10, 30)
    late = stroke.to(200, 30)
    assert 100 < late.right < 195
    assert document.values[30, 199] == 0
    caught = stroke.finish()
    assert caught.right >= 204
    assert (document.values[30, 10:203] == 255).all()


@settings(max_examples=20)
@given(st.floats(0.05, 1), st.integers(1, 6))
def test_smoothing_does_not_depend_on_the_number_of_events(smoothing, events):
    rights = []
    for count in (1, events):
        stroke = MaskDocument(900, 40).begin_stroke(Brush(size=4, smoothing=smoothing))
        stroke.to(10, 20)
        rights.append(max(stroke.to(10 + 700 * (i + 1) / count, 20).right for i in range(count)))
    assert abs(rights[0] - rights[1]) <= 1


def test_pressure_changes_what_it_shall():
    for size, opacity in ((True, False), (False, True), (True, True), (False, False)):
        document = MaskDocument(100, 100)
        brush = Brush(size=40, hardness=1.0, pressure_size=size, pressure_opacity=opacity)
        paint(document, brush, [(50, 50, 0.5)])
        assert document.values.max() == (128 if opacity else 255)
        assert abs(np.count_nonzero(document.values[50]) - (20 if size else 40)) <= 1


def test_a_pen_that_is_pressed_harder_paints_where_it_is():
    for smoothing in (0.0, 0.5):
        document = MaskDocument(100, 100)
        stroke = document.begin_stroke(Brush(size=40, hardness=1.0, smoothing=smoothing))
        stroke.to(50, 50, 0.1)
        assert np.count_nonzero(document.values[50]) < 8
        stroke.to(50, 50, 1.0)
        assert np.count_nonzero(document.values[50]) >= 40


def test_cancel_is_as_if_nothing_had_been():
    document = MaskDocument(300, 300, noise(300, 300))
    stroke = document.begin_stroke(Brush(size=100))
    stroke.to(10, 10)
    stroke.to(280, 250)
    assert not np.array_equal(document.values, noise(300, 300))
    assert not stroke.cancel().is_empty
    assert np.array_equal(document.values, noise(300, 300))
    assert document.undo() is None


def test_a_stroke_outside_touches_nothing():
    document = MaskDocument(50, 50)
    stroke = document.begin_stroke(Brush(size=10))
    assert stroke.to(-20, -20) == stroke.to(80, -20) == stroke.finish() == EMPTY
    assert document.revision == 0
    assert stroke.to(25, 25) == EMPTY


def test_the_dirty_box_is_that_of_the_event():
    stroke = MaskDocument(4000, 4000).begin_stroke(Brush(size=10))
    stroke.to(1000, 1000)
    box = stroke.to(1005, 1000)
    assert box.intersected(Box(990, 990, 1015, 1012)) == box != EMPTY
