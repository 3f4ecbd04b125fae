"""The frame: fitting, cropping, moving, dragging."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import Box
from studio.painting.frame import EDGES, Frame

sides = st.integers(1, 5000)
working = st.integers(1, 256).map(lambda cells: cells * 8)
frames = st.builds(Frame, st.integers(-500, 500), st.integers(-500, 500), sides, sides)
ways = st.integers(-2000, 2000)
edges = st.sampled_from([frozenset(some) for count in range(5) for some in combinations(sorted(EDGES), count)])


@given(sides, sides, working, working)
def test_fit_holds_the_picture_and_crop_lies_in_it(width, height, working_width, working_height):
    picture = Box(0, 0, width, height)
    fit = Frame.fit(width, height, working_width, working_height)
    crop = Frame.crop(width, height, working_width, working_height)
    assert fit.box.intersected(picture) == picture
    assert crop.box.intersected(picture) == crop.box
    assert fit.width == width or fit.height == height
    assert crop.width == width or crop.height == height
    for frame in (fit, crop):
        assert abs(frame.width * working_height - frame.height * working_width) <= max(working_width, working_height)
        assert abs(2 * frame.x + frame.width - width) <= 1
        assert abs(2 * frame.y + frame.height - height) <= 1


@given(sides, sides)
def test_a_picture_of_the_working_size_is_framed_as_a_whole(width, height):
    whole = Frame.whole(width, height)
    assert whole.box == Box(0, 0, width, height)
    assert Frame.fit(width, height, width, height) == whole
    assert Frame.crop(width, height, width, height) == whole
    assert Frame.actual(width, height, width, height) == whole


def test_actual_is_one_to_one_in_the_middle():
    assert Frame.actual(1000, 600, 512, 512) == Frame(244, 44, 512, 512)
    assert Frame.actual(100, 600, 512, 512) == Frame(-206, 44, 512, 512)


@given(frames, ways, ways, edges)
def test_dragging_moves_only_the_edges_that_are_held(frame, dx, dy, held):
    dragged = frame.dragged(held, dx, dy)
    for edge in EDGES - held:
        assert getattr(dragged.box, edge) == getattr(frame.box, edge)
    if not {"left", "right"} & held or dx == 0:
        assert dragged.width == frame.width
    elif len({"left", "right"} & held) == 1:
        wanted = frame.width + (dx if "right" in held else -dx)
        assert dragged.width % 8 == 0
        assert abs(dragged.width - max(wanted, 8)) <= 4
    if not {"top", "bottom"} & held or dy == 0:
        assert dragged.height == frame.height


@given(frames, ways, ways, st.floats(0.25, 100))
def test_a_step_of_another_scale_gives_whole_steps(frame, dx, dy, step):
    dragged = frame.dragged(["right", "bottom"], dx, dy, step)
    assert abs(dragged.width / step - round(dragged.width / step)) * step <= 0.5 + 1e-6 or dx == 0
    assert dragged.width >= 1


@given(frames, ways, ways)
def test_moving_and_dragging_back(frame, dx, dy):
    assert frame.moved(dx, dy).moved(-dx, -dy) == frame
    assert frame.moved(dx, dy).box == Box(frame.x + dx, frame.y + dy, frame.box.right + dx, frame.box.bottom + dy)
    snapped = frame.dragged(EDGES - {"left", "top"}, 8000, 8000)
    assert snapped.dragged(["right"], 80, 0).dragged(["right"], -80, 0) == snapped


@given(frames, sides, sides)
def test_a_limited_frame_overlaps_the_picture_and_moves_no_further_than_needed(frame, width, height):
    picture = Box(0, 0, width, height)
    limited = frame.limited(width, height)
    assert not limited.box.intersected(picture).is_empty
    assert (limited.width, limited.height) == (frame.width, frame.height)
    if not frame.box.intersected(picture).is_empty:
        assert limited == frame
    elif frame.box.right <= 0:
        assert limited.box.right == 1


@pytest.mark.parametrize("wrong", [{"edges": ["middle"]}, {"edges": "left"}, {"edges": ["left"], "step": 0}])
def test_what_is_no_edge_or_no_step_is_refused(wrong):
    with pytest.raises(ValueError):
        Frame(0, 0, 8, 8).dragged(**{"dx": 1, "dy": 1, **wrong})


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5)])
def test_a_frame_has_pixels(size):
    with pytest.raises(ValueError):
        Frame(0, 0, *size)
