"""Branch here: from the click on a step to the picture, with the real model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.export.picture_file import read_picture
from studio.job.event import StepDone
from studio.job.recipe import FromStep
from tests.gui.branches.family import STEPS, branch_at, click_cell, computed, first_run
from tests.gui.studio_driver import Driver

PAUSE = (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


def test_unchanged_the_branch_is_the_same_picture_and_shares_its_steps(studio: Driver) -> None:
    original = read_picture(first_run(studio))
    branch_at(studio, 2)
    strip = studio.window.recipe_pane.branch
    assert strip.isVisible()
    assert strip.text() == f"Branch from step 2 of {STEPS} of 'red apple, 3d style, seed 7'"
    assert strip.changes() == "Nothing is changed yet: it would be the same picture."
    path = studio.run()
    assert path is not None
    again = read_picture(path)
    assert np.array_equal(again.image.pixels, original.image.pixels)
    assert isinstance(again.recipe.start, FromStep)
    assert again.recipe.start.parent == original.recipe
    assert computed(studio) == (2, STEPS - 2)


def test_a_branch_changes_only_what_was_changed(studio: Driver) -> None:
    original = read_picture(first_run(studio))
    click_cell(studio, 3, double=True)
    studio.enter("scale", "9")
    assert studio.window.recipe_pane.branch.changes() == "Changed: guid 5 > 9"
    path = studio.run()
    assert path is not None
    other = read_picture(path)
    assert not np.array_equal(other.image.pixels, original.image.pixels)
    plain = other.recipe.model_dump(exclude={"start"})
    assert plain == {**original.recipe.model_dump(exclude={"start"}), "guidance": {**plain["guidance"], "scale": 9.0}}
    assert other.recipe.start.step == 3
    assert computed(studio) == (3, STEPS - 3)


def test_what_a_branch_can_not_change_is_held_and_says_why(studio: Driver) -> None:
    first_run(studio)
    branch_at(studio, 1)
    for field, word in (("model", "model"), ("width", "size"), ("seed", "noise"), ("count", "noise")):
        row = studio.row(field)
        assert not row.isEnabled()
        assert word in row.toolTip()
    before = studio.window.form.values.seed
    studio.window.recipe_pane.branch.rows()["noise"].field().setCurrentIndex(1)
    assert studio.row("seed").isEnabled()
    assert studio.window.form.values.seed != before
    assert studio.window.form.recipes()[0].start.noise == "reseeded"
    studio.window.recipe_pane.branch.rows()["noise"].field().setCurrentIndex(0)
    assert studio.window.form.values.seed == before


def test_the_branch_is_left_by_its_close_button(studio: Driver) -> None:
    first_run(studio)
    branch_at(studio, 1)
    studio.enter("scale", "9")
    QTest.mouseClick(studio.window.recipe_pane.branch._close, Qt.MouseButton.LeftButton)
    assert not studio.window.recipe_pane.branch.isVisible()
    assert studio.row("model").isEnabled()
    made = studio.window.form.recipes()[0]
    assert made.start.kind == "noise"
    assert made.guidance.scale == 9.0


def test_the_last_step_is_no_branch_point_and_the_button_says_so(studio: Driver) -> None:
    button = studio.window.timeline.branch_button
    assert not button.isEnabled()
    first_run(studio)
    studio.until(lambda: "last step" in button.toolTip())
    assert not button.isEnabled()
    click_cell(studio, 1)
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert studio.window.form.values.start.step == 1


def test_a_branch_picture_brings_branch_mode_back(start: Callable[..., Driver]) -> None:
    studio = start()
    first_run(studio)
    branch_at(studio, 2)
    studio.enter("scale", "9")
    path = studio.run()
    studio.close()
    later = start()
    assert later.window.form.values.start is None
    later.drop(path)
    assert later.window.recipe_pane.branch.isVisible()
    assert later.window.form.recipes()[0] == read_picture(path).recipe
    later.run()
    assert np.array_equal(read_picture(later.window.session.status.path).image.pixels, read_picture(path).image.pixels)


def test_a_paused_run_is_branched_from_an_earlier_step_and_goes_on_as_that(studio: Driver) -> None:
    studio.small(steps=8)
    studio.generate()
    session = studio.window.session
    studio.until(lambda: any(isinstance(event, StepDone) and event.step >= 2 for event in studio.events))
    studio.press(*PAUSE)
    studio.until(lambda: session.paused is not None)
    parent = session.paused
    branch_at(studio, 1)
    assert studio.toast() == "Branch from step 1: change something, then go on."
    studio.enter("scale", "9")
    studio.press(*PAUSE)
    studio.rest()
    path = session.status.path
    assert path is not None
    made = read_picture(path).recipe
    assert (made.start.parent, made.start.step, made.start.trajectory) == (parent.recipe, 1, parent.trajectory)
    assert computed(studio) == (1, 7)


def test_the_strip_marks_where_the_branch_begins(studio: Driver) -> None:
    first_run(studio)
    strip = studio.window.timeline.filmstrip
    before = strip.grab().toImage()
    branch_at(studio, 2)
    assert strip._painter.branch_point == 2
    assert strip.grab().toImage() != before
    studio.window.form.set(start=None)
    assert strip._painter.branch_point == 0


def test_the_foot_counts_on_from_the_branch_point(studio: Driver) -> None:
    first_run(studio)
    branch_at(studio, 2)
    told: list[tuple[str, float | None]] = []
    studio.window.session.status_changed.connect(lambda status: told.append((status.text, status.fraction)))
    studio.run()
    assert (f"Step 2 of {STEPS}", 2 / STEPS) in told
    assert not [text for text, _ in told if text.startswith("Step 0")]
