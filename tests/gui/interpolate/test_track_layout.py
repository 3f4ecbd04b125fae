"""Labels of the track never overlap, that of the chosen key is whole, and all of it lies in the view."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from studio.job.code import FromSeed
from studio.job.track import Key, Segment
from studio.ui.interpolate.track_layout import LINE_AT, TrackLayout, length_of
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.tokens import GUTTER

WIDTH = 700


def plan_of(*counts: int, **more: object) -> TrackPlan:
    keys = tuple(Key(FromSeed(seed=number)) for number in range(len(counts)))
    return TrackPlan(keys, tuple(Segment(count) for count in counts), **more)  # type: ignore[arg-type]


def layout_of(plan: TrackPlan) -> TrackLayout:
    return TrackLayout(plan, WIDTH, length_of(plan))


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(10, 300)), min_size=1, max_size=12), st.integers(0, 11))
def test_labels_do_not_overlap(parts: list[tuple[int, int]], chosen: int) -> None:
    widths, chosen = [float(width) for _, width in parts], chosen % len(parts)
    found = layout_of(plan_of(*(count for count, _ in parts))).labels(widths, chosen)
    boxes = [box for box in found if box is not None]
    assert all(a.right() <= b.left() for a, b in pairwise(boxes))
    assert all(box.left() >= GUTTER and box.right() <= WIDTH - GUTTER for box in boxes)
    whole = found[chosen]
    assert whole is not None
    assert whole.width() >= min(widths[chosen], 160)


def test_what_begins_at_the_left_begins_where_all_else_does() -> None:
    layout = layout_of(plan_of(10, 10))
    first = layout.labels([50.0, 50.0], 1)[0]
    assert first is not None
    assert first.left() <= GUTTER + 2
    assert layout.place_of(0) == GUTTER + 7


def test_a_sheet_has_keys_side_by_side_and_no_easings() -> None:
    layout = layout_of(plan_of(1, 1, 90, 1, as_sheet=True))
    assert not any(layout.glyphs())
    assert not any(layout_of(plan_of(20, 20, even=True)).glyphs())
    gaps = {round(b - a, 3) for a, b in pairwise(layout.key_places())}
    assert len(gaps) == 1
    assert [layout.key_at(QPointF(place, LINE_AT)) for place in layout.key_places()] == [0, 1, 2, 3]


def test_places_and_frames_are_each_others_way_back() -> None:
    layout = layout_of(plan_of(10, 20, 30, loop=True))
    assert [layout.frame_at(layout.place_of(frame)) for frame in range(60)] == list(range(60))
    assert layout.frame_at(-50.0) == 0
    assert [box is not None for box in layout.glyphs()] == [True, True, True]
    assert layout.place_of(60) == pytest.approx(WIDTH - layout.place_of(0))
