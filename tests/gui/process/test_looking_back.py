"""A finished run is looked back at: every step, in every view, with its numbers; with the real engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from studio.job.view import VIEW_KINDS
from studio.ui.timeline import views
from studio.ui.timeline.timeline import Timeline
from tests.gui.studio_driver import Driver
from tests.gui.timeline.runs import cell_middle

STEPS = 5


@pytest.fixture
def done(studio: Driver) -> Driver:
    """A run of a few steps is over."""
    studio.small(steps=STEPS)
    assert studio.run() is not None
    return studio


def timeline_of(studio: Driver) -> Timeline:
    return studio.window.timeline


def exact(studio: Driver, step: int) -> None:
    """Wait until the exact picture of a step is there."""
    timeline = timeline_of(studio)
    projector = timeline.projector
    studio.until(lambda: projector.views.picture(projector.film.request(step, timeline.kind, exact=True)) is not None)


def test_every_step_is_reached_with_the_keys_and_comes_exactly_decoded(done: Driver) -> None:
    timeline = timeline_of(done)
    timeline.filmstrip.setFocus()
    done.press(Qt.Key.Key_Home)
    seen = []
    for step in range(1, STEPS):
        assert timeline.filmstrip.value() == step
        exact(done, step)
        assert done.window.canvas.caption().startswith(f"Step {step} of {STEPS}, x0")
        seen.append(done.shown().tobytes())
        done.press(Qt.Key.Key_Right)
    assert timeline.filmstrip.value() == STEPS
    assert len(set(seen)) == STEPS - 1


def test_a_drag_shows_each_step_it_comes_over(done: Driver) -> None:
    timeline, chosen = timeline_of(done), []
    timeline.step_selected.connect(chosen.append)
    QTest.mousePress(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=cell_middle(timeline, 1))
    for x in range(cell_middle(timeline, 1).x(), cell_middle(timeline, STEPS).x() + 1, 8):
        QTest.mouseMove(timeline.filmstrip, QPoint(x, 40))
    QTest.mouseMove(timeline.filmstrip, cell_middle(timeline, STEPS))
    QTest.mouseRelease(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=cell_middle(timeline, STEPS))
    assert sorted(set(chosen)) == list(range(1, STEPS + 1))


def test_all_five_views_of_a_step(done: Driver) -> None:
    timeline, seen = timeline_of(done), {}
    timeline.filmstrip.setFocus()
    timeline.filmstrip.go_to(3)
    for kind in VIEW_KINDS:
        assert timeline.kind == kind
        exact(done, 3)
        assert f"Step 3 of {STEPS}, {kind}" in done.window.canvas.caption()
        seen[kind] = done.shown()
        done.press(Qt.Key.Key_V)
    assert timeline.kind == "x0"
    assert len({picture.tobytes() for picture in seen.values()}) == len(VIEW_KINDS)


def test_the_strip_of_a_view_fills_by_itself(done: Driver) -> None:
    timeline = timeline_of(done)
    timeline.filmstrip.setFocus()
    timeline.filmstrip.go_to(2)
    done.press(Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert timeline.kind == "change"
    # The first step has no step before it, so nothing to differ from but the start.
    done.until(lambda: set(timeline.projector.film.pictured("change")) >= set(range(2, STEPS + 1)))


def test_a_picture_of_an_earlier_start_brings_its_steps(start: Callable[..., Driver]) -> None:
    first = start()
    first.small(steps=STEPS)
    path = first.run()
    timeline_of(first).filmstrip.go_to(2)
    exact(first, 2)
    expected = first.shown()
    first.close()
    second = start()
    second.drop(path)
    timeline = timeline_of(second)
    second.until(lambda: timeline.projector.film.kept("x0") == list(range(1, STEPS + 1)))
    timeline.filmstrip.go_to(2)
    exact(second, 2)
    assert np.array_equal(second.shown(), expected)


def test_a_picture_without_steps_says_so(start: Callable[..., Driver]) -> None:
    studio = start(record_mode="none")
    studio.small(steps=STEPS)
    path = studio.run()
    studio.drop(path)
    assert timeline_of(studio)._transport.note() == "The steps of this picture are not recorded."


def test_hovering_tells_level_and_formula(done: Driver) -> None:
    timeline = timeline_of(done)
    done.until(lambda: timeline.projector.film.facts is not None)
    place = cell_middle(timeline, 3)
    tip = QHelpEvent(QEvent.Type.ToolTip, place, timeline.filmstrip.mapToGlobal(place))
    QApplication.sendEvent(timeline.filmstrip, tip)
    text = QToolTip.text()
    level = timeline.projector.film.facts.levels[3]
    assert f"t {level.timestep:.0f}, alpha {level.alpha:.3f}, sigma {level.sigma:.3f}, SNR" in text
    assert f"{level.alpha:.3f} x0 + {level.sigma:.3f} eps" in text
    QToolTip.hideText()


def test_the_cursor_of_the_plot_is_the_step_and_the_step_the_cursor(done: Driver) -> None:
    timeline = timeline_of(done)
    timeline.filmstrip.setFocus()
    done.press(Qt.Key.Key_P)
    plot = timeline._drawer.plot
    done.until(lambda: timeline.projector.film.facts is not None)
    timeline.filmstrip.go_to(2)
    assert plot.cursor_step() == 2
    chart = plot._charts[0]
    at = chart.mapFromScene(chart.getPlotItem().vb.mapViewToScene(QPointF(4.0, 0.5)))
    QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert (timeline.filmstrip.value(), plot.cursor_step()) == (4, 4)
    assert "largest change" in timeline._drawer.health.accessibleDescription()
    done.press(Qt.Key.Key_P)
    assert not timeline._drawer.isVisible()


def test_hints_come_once_each_and_are_remembered(start: Callable[..., Driver]) -> None:
    studio = start()
    studio.small(steps=STEPS)
    studio.run()
    timeline = timeline_of(studio)
    timeline.set_cell_edge(0)
    assert timeline._transport.note() == ""
    timeline.set_cell_edge(64)
    assert timeline._transport.note() == "Drag along the strip: every step is kept."
    timeline.filmstrip.go_to(2)
    exact(studio, 2)
    studio.until(lambda: timeline._transport.note() == "Branch here changes the picture from here on.")
    timeline.filmstrip.go_to(3)
    exact(studio, 3)
    studio.until(lambda: timeline._transport.note() == "")
    studio.close()
    again = start()
    again.small(steps=STEPS)
    again.run()
    assert timeline_of(again)._transport.note() == ""


def test_decoded_views_take_a_bounded_memory(done: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = timeline_of(done)
    one = done.shown().nbytes
    monkeypatch.setattr(views, "CACHE_BYTES", 2 * one)
    for step in range(1, STEPS):
        timeline.filmstrip.go_to(step)
        exact(done, step)
        assert 0 < timeline.projector.views.held_bytes <= 2 * one


def test_noise_it_and_back(done: Driver) -> None:
    timeline, before, caption = timeline_of(done), done.shown(), done.window.canvas.caption()
    timeline.filmstrip.setFocus()
    done.press(Qt.Key.Key_N)
    distances = []
    for step in (STEPS - 1, 3, 1):
        timeline.filmstrip.go_to(step)
        exact(done, step)
        assert done.window.canvas.caption() == f"Noise of step {step} of {STEPS}, with the noise of seed 7"
        distances.append(np.abs(done.shown().astype(float) - before).mean())
    assert distances == sorted(distances)
    assert distances[0] < distances[-1]
    done.press(Qt.Key.Key_N)
    assert np.array_equal(done.shown(), before)
    assert done.window.canvas.caption() == caption
    assert timeline.text().startswith(f"Step {STEPS} of {STEPS}")


def test_leaving_noise_returns_to_the_step(done: Driver) -> None:
    timeline = timeline_of(done)
    timeline.filmstrip.go_to(2)
    exact(done, 2)
    before = done.shown()
    timeline.filmstrip.setFocus()
    done.press(Qt.Key.Key_N)
    timeline.filmstrip.go_to(4)
    exact(done, 4)
    done.press(Qt.Key.Key_N)
    assert timeline.filmstrip.value() == 2
    assert np.array_equal(done.shown(), before)
