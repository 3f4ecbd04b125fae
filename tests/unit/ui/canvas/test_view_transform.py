"""The view of the canvas: what must hold for every zoom, picture, widget and screen."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.ui.canvas.view_transform import LADDER, STAYS_VISIBLE, ZOOM_MAXIMUM, ZOOM_MINIMUM, ViewTransform

zooms = st.floats(ZOOM_MINIMUM, ZOOM_MAXIMUM)
places = st.floats(-5000, 5000)
points = st.tuples(places, places)
pictures = st.tuples(st.integers(64, 4096), st.integers(64, 4096))
views = st.tuples(st.integers(1, 4000), st.integers(1, 4000))
ratios = st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 3.0])
transforms = st.builds(ViewTransform, zooms, places, places)


@given(transforms, points)
def test_to_picture_undoes_to_widget(view, point):
    assert view.to_picture(*view.to_widget(*point)) == pytest.approx(point, abs=1e-6)


@given(transforms, points, zooms)
def test_zooming_keeps_the_point_under_the_pointer(view, pointer, zoom):
    before = view.to_picture(*pointer)
    after = view.zoomed(zoom, pointer)
    assert after.zoom == zoom
    assert after.to_picture(*pointer) == pytest.approx(before, abs=1e-6 * (1 + max(map(abs, before))))


@given(transforms, points, st.floats(0.0001, 1000))
def test_zoom_stays_within_the_limits(view, pointer, zoom):
    assert ZOOM_MINIMUM <= view.zoomed(zoom, pointer).zoom <= ZOOM_MAXIMUM


@given(zooms, points)
def test_steps_up_meet_every_rung_above_and_end_at_the_top(zoom, pointer):
    # Within rounding of the top there is no rung left, but still a step.
    assume(zoom == ZOOM_MAXIMUM or zoom < ZOOM_MAXIMUM * (1 - 1e-6))
    view, seen = ViewTransform(zoom), []
    while view.zoom < ZOOM_MAXIMUM:
        view = view.stepped(1, pointer)
        seen.append(view.zoom)
    assert seen == [rung for rung in LADDER if rung > zoom * (1 + 1e-6)]
    assert view.stepped(1, pointer).zoom == ZOOM_MAXIMUM
    assert view.stepped(-len(LADDER), pointer).zoom == ZOOM_MINIMUM


@given(st.sampled_from(LADDER), st.integers(1, 10), points)
def test_steps_up_and_down_return_to_the_rung(rung, steps, pointer):
    assume(LADDER.index(rung) + steps < len(LADDER))
    assert ViewTransform(rung).stepped(steps, pointer).stepped(-steps, pointer).zoom == rung


@given(pictures, views, st.integers(0, 40))
def test_fit_shows_all_of_the_picture_in_the_middle_as_large_as_allowed(picture, view, margin):
    fitted = ViewTransform.fit(picture, view, margin)
    room = [max(1, side - 2 * margin) for side in view]
    assume(min(r / p for r, p in zip(room, picture, strict=True)) >= ZOOM_MINIMUM)
    left, top, width, height = fitted.box(picture)
    assert width <= room[0] + 0.01
    assert height <= room[1] + 0.01
    assert left + width / 2 == pytest.approx(view[0] / 2)
    assert top + height / 2 == pytest.approx(view[1] / 2)
    assert fitted.zoom < 1 or fitted.zoom == math.floor(fitted.zoom)
    larger = fitted.zoom + 1 if fitted.zoom >= 1 else min(1.0, fitted.zoom * 1.001)
    assert fitted.zoom in (1.0, ZOOM_MAXIMUM) or any(p * larger > r - 0.01 for p, r in zip(picture, room, strict=True))


@pytest.mark.parametrize(
    ("view", "zoom"), [((736, 560), 4), ((1280, 840), 6), ((128, 128), 1), ((127, 400), 127 / 128)]
)
def test_small_pictures_open_at_the_largest_whole_zoom(view, zoom):
    assert ViewTransform.fit((128, 128), view).zoom == zoom


@given(transforms, pictures, st.integers(0, 4095), st.integers(0, 4095), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_every_point_inside_a_pixel_names_that_pixel(view, picture, i, j, a, b):
    assume(i < picture[0] and j < picture[1])
    assert view.pixel_at(*view.to_widget(i + a, j + b), picture) == (i, j)


@given(transforms, pictures)
def test_points_beside_the_picture_name_no_pixel(view, picture):
    left, top, width, height = view.box(picture)
    outside = [(left - 1, top), (left, top - 1), (left + width + 0.1, top), (left, top + height + 0.1)]
    assert [view.pixel_at(*point, picture) for point in outside] == [None] * 4


@given(transforms, pictures, views)
def test_a_picture_never_leaves_the_view(view, picture, room):
    kept = view.kept_in(picture, room)
    for start, length, side in zip(kept.box(picture)[:2], kept.box(picture)[2:], room, strict=True):
        visible = min(start + length, side) - max(start, 0)
        assert visible >= min(STAYS_VISIBLE, length, side) - 1e-6
    assert kept.zoom == view.zoom
    assert kept.kept_in(picture, room) == kept


@given(pictures, views)
def test_what_is_fitted_needs_no_pulling_back(picture, room):
    fitted = ViewTransform.fit(picture, room)
    assert fitted.kept_in(picture, room) == fitted


@given(transforms, views, views)
def test_resizing_keeps_the_middle(view, before, after):
    middle = view.to_picture(before[0] / 2, before[1] / 2)
    moved = view.resized(before, after)
    assert moved.to_picture(after[0] / 2, after[1] / 2) == pytest.approx(middle, abs=1e-6 * (1 + max(map(abs, middle))))


@given(transforms, ratios)
def test_snapping_moves_by_half_a_device_pixel_at_most(view, ratio):
    snapped = view.snapped(ratio)
    for exact, placed in ((view.left, snapped.left), (view.top, snapped.top)):
        assert abs(placed - exact) * ratio <= 0.5 + 1e-6
        assert placed * ratio == pytest.approx(round(placed * ratio), abs=1e-6)
    assert snapped.snapped(ratio) == snapped


@given(st.integers(1, 7), points, st.sampled_from([1.0, 2.0, 3.0]), st.integers(0, 4095))
def test_at_whole_zooms_every_pixel_edge_lies_on_a_device_pixel(zoom, corner, ratio, pixel):
    view = ViewTransform(float(zoom), *corner).snapped(ratio)
    edge = view.to_widget(pixel, pixel)[0] * ratio
    assert edge == pytest.approx(round(edge), abs=1e-6)


@pytest.mark.parametrize(
    ("zoom", "ratio", "sharp"),
    [
        *((1, 1, True), (0.5, 2, True), (1, 2, False), (4, 1, False), (1.5, 1, False), (0.5, 1, False)),
        *((7.9, 1, False), (8, 1.25, True), (8.3, 1, True), (32, 1, True)),
    ],
)
def test_pixels_are_squares_from_800_percent_and_one_to_one(zoom, ratio, sharp):
    assert ViewTransform(zoom).is_sharp(ratio) is sharp
