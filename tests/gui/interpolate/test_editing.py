"""Editing a track as a person does: dragging, typing, dropping, undoing. Nothing is lost and nothing runs away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import PIL.Image
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from studio.job.code import FromCode, FromSeed
from studio.job.codes import GiveCode, KeepCode
from studio.job.inversion import Inverted
from studio.job.recipe import recipe
from studio.ui.codes.invert_dialog import InvertDialog
from studio.ui.header import GENERATE, INTERPOLATE
from studio.ui.interpolate.key_words import easing_words
from studio.ui.interpolate.track_layout import LINE_AT
from studio.ui.metrics import px
from tests.gui.interpolate.walker import ALT, NONE, Walker
from tests.gui.pictures import speckled

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def drag(walker: Walker, frame: int, *to: float, modifier: Qt.KeyboardModifier = NONE) -> list[tuple[int, ...]]:
    """Take the key at a frame to those places, in pixels from where it is; where the keys are after each move."""
    track, places = walker.bench.track, []
    start, y = track.place_of(frame), px(LINE_AT)
    QTest.mousePress(track, LEFT, modifier, QPoint(round(start), y))
    for x in to:
        QTest.mouseMove(track, QPoint(round(start + x), y))
        walker.studio.until(lambda: True)
        places.append(walker.plan.places)
    QTest.mouseRelease(track, LEFT, modifier, QPoint(round(start + to[-1]), y))
    return places


def history_of_two(walker: Walker) -> None:
    walker.window.workspaces.show(GENERATE)
    walker.window.form.set(seed=5, seed_locked=True, count=2)
    walker.studio.generate()
    walker.studio.rest()
    walker.window.history.select_all()


@pytest.fixture
def asked(walker: Walker, tmp_path: Path) -> Callable[..., InvertDialog]:
    """Drops a picture without a recipe somewhere, and gives the question how it is to be inverted."""
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(speckled(64, 64).pixels).save(path)

    def drop(target: object) -> InvertDialog:
        walker.studio.drop(path, target)  # type: ignore[arg-type]
        inverting = walker.window.codes.inverting
        walker.studio.until(lambda: inverting.question is not None and inverting.question.isVisible())
        assert inverting.question is not None
        return inverting.question

    return drop


def test_the_line_keeps_its_scale_while_the_last_key_moves(walker: Walker) -> None:
    walker.keys(1, 2, frames=21)
    frame = walker.bench.track.place_of(1) - walker.bench.track.place_of(0)
    moved = drag(walker, 20, -2 * frame, -4 * frame, -2 * frame)
    assert moved == [(0, 18), (0, 16), (0, 18)]
    assert walker.bench.track.place_of(18) == pytest.approx(walker.bench.track.width() - walker.bench.track.place_of(0))
    walker.state.undo()
    assert walker.plan.places == (0, 20)


def test_the_first_key_is_not_copied_before_itself(walker: Walker) -> None:
    walker.keys(1, 2, frames=21)
    plan = walker.plan
    drag(walker, 0, -5.0, -12.0, modifier=ALT)
    assert walker.plan == plan
    frame = walker.bench.track.place_of(1) - walker.bench.track.place_of(0)
    drag(walker, 0, 20 * frame, 5 * frame, modifier=ALT)
    assert walker.plan.places == (0, 5, 20)
    assert [key.end for key in walker.plan.keys] == [FromSeed(seed=1), FromSeed(seed=1), FromSeed(seed=2)]


def test_undo_reaches_the_track_from_the_whole_workspace(walker: Walker) -> None:
    walker.keys(1, 2, frames=8)
    undo, redo = walker.window.actions_of_window.edit_menu.actions()[:2]
    for place in (walker.bench.findChildren(QComboBox)[0], walker.window.history, walker.bench._frames.field):
        walker.state.change(walker.plan.with_frames(9))
        place.setFocus()
        walker.studio.press(Qt.Key.Key_Z, CONTROL)
        assert walker.plan.frames == 8
    assert redo.isEnabled()
    redo.trigger()
    assert walker.plan.frames == 9
    undo.trigger()
    assert walker.plan.frames == 8
    walker.window.workspaces.show(GENERATE)
    assert not undo.isVisible()


def test_a_choice_in_the_history_is_taken_once(walker: Walker) -> None:
    history_of_two(walker)
    walker.studio.press(Qt.Key.Key_F8)
    walker.state.choose(1)
    walker.window.key_panel.type_prompt("rose")
    edited = walker.plan
    walker.window.workspaces.show(GENERATE)
    walker.window.workspaces.show(INTERPOLATE)
    assert walker.plan == edited


def test_a_choice_in_the_history_is_offered_where_a_track_is_worked_on(walker: Walker) -> None:
    walker.keys(1, 2)
    plan = walker.plan
    history_of_two(walker)
    walker.studio.press(Qt.Key.Key_F8)
    assert walker.plan == plan
    assert walker.studio.toast() == "2 pictures are chosen in the history."
    walker.window.controller.toast._action.click()
    assert [key.end for key in walker.plan.keys] == [FromSeed(seed=5), FromSeed(seed=6)]


def test_the_file_of_a_code_becomes_a_key(walker: Walker, tmp_path: Path) -> None:
    shelf, path = walker.window.shelf, tmp_path / "mine.code.safetensors"
    shelf.ask(KeepCode(recipe(seed=3, prompt="pear", width=64, height=64, sampling={"steps": 2})))
    walker.studio.until(lambda: len(shelf.cards) == 1)
    code = shelf.cards[0].code
    shelf.ask(GiveCode(code, path))
    walker.studio.until(path.is_file)
    walker.studio.drop(path, walker.bench)
    walker.studio.until(lambda: len(walker.plan.keys) == 1)
    assert walker.plan.keys[0].end == FromCode(code=code)


def test_a_picture_that_is_dropped_is_inverted_for_the_walk(walker: Walker, asked: Callable[..., InvertDialog]) -> None:
    walker.window.form.set(spacing="trailing")
    asked(walker.bench).reject()
    other = asked(walker.window.codes_panel)
    assert other.steps.value() == 50
    other.steps.set_value(2)
    other.invert()
    walker.studio.until(lambda: any(isinstance(event, Inverted) for event in walker.studio.events))
    walker.studio.rest()
    assert not walker.plan.keys
    dialog = asked(walker.bench)
    assert dialog.steps.value() == 2
    dialog.invert()
    walker.studio.until(lambda: len(walker.plan.keys) == 1)
    sampling = [event for event in walker.studio.events if isinstance(event, Inverted)][-1].facts
    assert (sampling.steps, sampling.spacing) == (2, "trailing")


def test_the_last_of_equal_keys_is_chosen(walker: Walker) -> None:
    walker.keys(1, 2, 1)
    assert walker.state.key == 2


def test_what_is_refused_stays_until_it_is_corrected(walker: Walker) -> None:
    walker.keys(1, 2, frames=6)
    field = walker.bench._frames.field
    for text, sentence in (("1", "Frames 1 is out of range."), ("many", "Frames 'many' is not a whole number.")):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert walker.bench.text().startswith(sentence)
        assert field.property("refused") is True
    walker.looked_over()
    walker.state.change(walker.plan.with_segment(0, easing="smooth"))
    assert walker.bench.text().startswith("Frames 'many'")
    assert field.text() == "many"
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert walker.bench.text() == "6 frames, 0.5 s"
    assert (field.text(), field.property("refused")) == ("6", False)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert walker.plan.frames == 7


def test_a_walk_is_as_fast_as_what_can_be_exported(walker: Walker) -> None:
    walker.keys(1, 2)
    field = walker.bench._fps.field
    for text, fps in (("60", 60.0), ("61", 60.0)):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert walker.plan.fps == fps
    assert walker.bench.text() == "Frames a second 61 is out of range. Use 1 to 60."


def test_the_keys_of_a_sheet_have_no_time(walker: Walker) -> None:
    walker.keys(1, 2, 3, 4)
    walker.state.change(replace(walker.plan, as_sheet=True, rows=2, columns=2))
    track = walker.bench.track
    walker.state.choose(0)
    walker.press(track, Qt.Key.Key_Right)
    assert track.words() == "Key 2 of 4, upper right"
    plan = walker.plan
    drag(walker, 0, 60.0)
    assert walker.plan == plan
    walker.press(track, Qt.Key.Key_K)
    assert len(walker.plan.keys) == 5


def test_an_empty_track_says_what_to_do(walker: Walker) -> None:
    assert "Drop two codes or pictures" in walker.window.canvas._greeting.text()
    walker.window.workspaces.show(GENERATE)
    assert "Press Generate" in walker.window.canvas._greeting.text()


def test_easings_are_called_as_on_the_command_line(walker: Walker) -> None:
    walker.keys(1, 2)
    assert easing_words(walker.plan.segments[0].easing) == "linear"
