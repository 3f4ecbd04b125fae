"""Boxes as sets of pixels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import EMPTY, Box

boxes = st.tuples(*[st.integers(-6, 6)] * 4).map(lambda numbers: Box(*numbers))


def pixels(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.left, box.right) for y in range(box.top, box.bottom)}


@given(boxes, boxes)
def test_the_intersection_holds_what_both_hold(a, b):
    assert pixels(a.intersected(b)) == pixels(a) & pixels(b)


@given(boxes, boxes)
def test_the_union_is_the_smallest_box_around_both(a, b):
    both = pixels(a) | pixels(b)
    union = a.united(b)
    assert pixels(union) >= both
    if both:
        xs, ys = {x for x, _ in both}, {y for _, y in both}
        assert union == Box(min(xs), min(ys), max(xs) + 1, max(ys) + 1)
    else:
        assert union.is_empty


@given(boxes, st.integers(-4, 4))
def test_growing(box, by):
    grown = box.grown(by)
    if box.is_empty:
        assert grown == EMPTY
    elif not grown.is_empty:
        assert (grown.width, grown.height) == (box.width + 2 * by, box.height + 2 * by)
    assert grown.is_empty == (len(pixels(grown)) == 0)
    assert len(pixels(box)) == box.width * box.height
