"""What becomes of a render while the track, the form and other jobs go on: frames shown are those of the track."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton

from studio.job.code import FromCode
from studio.job.track import FrameReady, Key
from studio.job.walk import LookDone, Spaced
from studio.ui.header import GENERATE, INTERPOLATE
from studio.ui.run_status import RunStatus
from tests.gui.interpolate.walker import Walker


def button(walker: Walker, text: str) -> QPushButton:
    foot = walker.window.recipe_pane.foot
    (found,) = (one for one in foot.findChildren(QPushButton) if one.text() == text)
    return found


def fractions(walker: Walker) -> list[float | None]:
    assert walker.runner.rendered is not None
    return [getattr(recipe.start, "fraction", None) for recipe in walker.runner.rendered.recipes]


@pytest.fixture
def measured(walker: Walker) -> Walker:
    """A walk with even spacing, rendered."""
    walker.keys(1, 2, frames=5)
    walker.state.change(replace(walker.plan, even=True))
    walker.bench.render_wanted.emit()
    walker.studio.until(lambda: walker.runner.rendered is not None and not walker.runner.rendering)
    return walker


def test_a_render_waits_for_its_even_spacing(measured: Walker) -> None:
    assert any(isinstance(event, Spaced) for event in measured.studio.events)
    assert fractions(measured)[1:-1] != [0.25, 0.5, 0.75]


def test_a_measuring_that_works_already_serves_the_render(walker: Walker) -> None:
    walker.keys(1, 2, frames=5)
    walker.state.change(replace(walker.plan, even=True))
    walker.studio.until(lambda: any(isinstance(event, LookDone) for event in walker.studio.events))
    walker.bench.render_wanted.emit()
    assert not walker.window.session.status.quiet
    walker.studio.until(lambda: walker.runner.rendered is not None and not walker.runner.rendering)
    assert sum(isinstance(event, Spaced) for event in walker.studio.events) == 1
    assert fractions(walker)[1:-1] != [0.25, 0.5, 0.75]


def test_what_the_frames_do_not_depend_on_leaves_the_render(measured: Walker) -> None:
    frames = measured.runner.rendered
    measured.state.change(replace(measured.plan, fps=24.0))
    measured.window.form.set(seed=99, prompt="another")
    assert measured.runner.rendered is frames
    assert measured.runner.settled
    measured.window.form.set(steps=3)
    assert measured.runner.rendered is None
    measured.window.form.set(steps=2)
    assert measured.runner.rendered is frames


def test_frames_of_the_track_before_are_not_shown(walker: Walker) -> None:
    walker.keys(1, 2, frames=6)
    walker.studio.generate()
    walker.studio.until(lambda: any(isinstance(event, FrameReady) for event in walker.studio.events))
    walker.state.choose(1)
    walker.window.key_panel.type_prompt("lemon, 3d style")
    assert walker.runner.rendering
    assert walker.runner.rendered is None
    assert walker.bench.text() == "The track as it was is still being rendered."
    walker.studio.until(lambda: not walker.runner.rendering)
    assert walker.runner.rendered is None
    assert walker.studio.toast().startswith("The frames of the track as it was are in ")
    assert walker.looked_over().recipes[-1].prompt == "lemon, 3d style"
    walker.state.undo()
    assert walker.runner.rendered is not None
    assert walker.runner.rendered.complete


def test_a_quick_look_leaves_the_buttons_alone(walker: Walker) -> None:
    render = button(walker, "Render")
    walker.keys(1, 2, frames=12)
    walker.studio.until(lambda: any(isinstance(event, FrameReady) for event in walker.studio.events))
    assert walker.window.session.status.running
    assert render.isVisible()
    assert "Quick look" in walker.studio.foot()
    render.click()
    assert not render.isVisible()
    walker.studio.until(lambda: walker.runner.rendered is not None and walker.runner.rendered.complete)


def test_what_cannot_be_rendered_says_why(walker: Walker) -> None:
    render, more = button(walker, "Render"), button(walker, "Queue")
    assert not render.isEnabled()
    assert "two keys" in render.toolTip()
    walker.studio.generate()
    assert walker.studio.toast() == "A walk takes two keys or more."
    walker.keys(1, 2, frames=6)
    assert render.isEnabled()
    render.click()
    assert not more.isEnabled()
    assert "being made" in more.toolTip()
    walker.window.workspaces.show(GENERATE)
    assert more.isEnabled()
    walker.runner.cancel()


def test_a_look_that_fails_is_told_at_the_track_until_it_changes(walker: Walker) -> None:
    walker.keys(1, 2)
    walker.looked_over()
    walker.state.change(walker.plan.with_changed_key(1, Key(FromCode(code="a" * 64), "apple")))
    walker.studio.until(lambda: "not on this computer" in walker.bench.text())
    assert not walker.window.controller.banner.isVisible()
    walker.state.undo()
    assert "not on this computer" not in walker.bench.text()


def test_a_render_that_fails_is_told_over_the_canvas_until_the_track_changes(walker: Walker) -> None:
    walker.keys(1, 2)
    walker.state.change(walker.plan.with_changed_key(1, Key(FromCode(code="a" * 64), "apple")))
    walker.bench.render_wanted.emit()
    walker.studio.until(lambda: "not on this computer" in walker.studio.banner())
    assert walker.window.controller.banner.isVisible()
    walker.state.undo()
    assert not walker.window.controller.banner.isVisible()


def test_a_frame_that_is_waited_for_is_shown_when_it_is_made(walker: Walker) -> None:
    walker.keys(1, 2, frames=6)
    walker.studio.generate()
    walker.studio.until(lambda: walker.runner.rendered is not None and walker.runner.rendered.done > 0)
    walker.state.choose(1)
    walker.studio.until(lambda: walker.runner.rendered is not None and not walker.runner.rendering)
    assert walker.bench.strip.current() == 5
    assert "Frame 6 of 6" in walker.window.canvas.caption()


def test_what_is_to_be_known_of_a_render_is_told(walker: Walker) -> None:
    walker.keys(1, 2)
    walker.state.choose(0)
    walker.window.key_panel.type_prompt("apple " * 100)
    walker.looked_over()
    assert not walker.window.controller.banner.isVisible()
    walker.rendered()
    walker.studio.rest()
    assert walker.window.controller.banner.isVisible()
    assert "too long for this model" in walker.studio.banner()


def test_a_quick_look_leaves_the_last_picture_to_be_shown(walker: Walker) -> None:
    show = button(walker, "Show")
    walker.window.workspaces.show(GENERATE)
    path = walker.studio.run()
    assert show.isVisible()
    walker.window.workspaces.show(INTERPOLATE)
    told: list[RunStatus] = []
    walker.window.session.status_changed.connect(told.append)
    walker.keys(1, 2)
    walker.looked_over()
    assert any(status.running for status in told)
    assert all(status.quiet for status in told if status.running)
    assert show.isVisible()
    assert walker.window.session.status.path == path
