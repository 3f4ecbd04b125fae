"""A number row is turned, dragged, reset and read aloud."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import ChangedDot, first_refused
from tests.gui.number_row.number_row_kit import Show, drag, retype, slider


def test_the_wheel_works_only_with_focus(guidance: NumberRow, turn_wheel: Callable[..., bool]) -> None:
    for part in (guidance.field(), slider(guidance)):
        part.clearFocus()
        assert not turn_wheel(part)
        assert guidance.value() == 5.0
        part.setFocus()
        assert turn_wheel(part)
        assert guidance.value() == pytest.approx(5.1)
        guidance.set_value(5.0)


def test_small_turns_of_the_wheel_add_up(steps: NumberRow, turn_wheel: Callable[..., bool]) -> None:
    steps.field().setFocus()
    for _ in range(4):
        turn_wheel(steps.field(), -60)
    assert steps.value() == 28


def test_a_click_in_the_slider_jumps_there(qtbot: QtBot, steps: NumberRow) -> None:
    bar = slider(steps)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() - 1, bar.height() // 2))
    assert steps.value() == 100
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(0, bar.height() // 2))
    assert steps.value() == 1


def test_dragging_follows_the_pointer_and_shift_a_tenth_of_it(qtbot: QtBot, shown: Show) -> None:
    row = NumberRow("Percent", NumberRange(0, 1000), 500)
    shown(row, width=600)
    bar = slider(row)
    middle = QPoint(bar.width() // 2, bar.height() // 2)
    travel = bar.width() // 4
    drag(qtbot, bar, middle, travel, shift=False)
    fast = row.value() - 500
    row.set_value(500)
    drag(qtbot, bar, middle, travel, shift=True)
    slow = row.value() - 500
    assert fast > 200
    assert slow == pytest.approx(fast / 10, abs=2)


def test_beyond_the_slider_the_handle_rests_at_its_end(steps: NumberRow) -> None:
    steps.set_value(5000)
    assert slider(steps).value() == slider(steps).maximum()
    assert steps.value() == 5000


def test_a_changed_value_has_a_dot_and_a_click_on_it_resets(qtbot: QtBot, guidance: NumberRow) -> None:
    dot = guidance.findChild(ChangedDot)
    assert not dot.isVisible()
    guidance.set_value(7.5)
    assert dot.isVisible()
    assert dot.width() >= 24
    assert dot.height() >= 24
    with qtbot.waitSignal(guidance.value_changed) as told:
        qtbot.mouseClick(dot, Qt.MouseButton.LeftButton)
    assert told.args == [5.0]
    assert not dot.isVisible()


def test_the_dot_is_reached_by_tab_and_hands_the_focus_on(qtbot: QtBot, guidance: NumberRow) -> None:
    guidance.set_value(7.5)
    dot = guidance.findChild(ChangedDot)
    guidance.field().setFocus()
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Backtab)
    assert dot.hasFocus()
    qtbot.keyClick(dot, Qt.Key.Key_Space)
    assert guidance.value() == 5.0
    assert guidance.field().hasFocus()


def test_the_accessible_name_tells_value_and_range(guidance: NumberRow) -> None:
    assert guidance.field().accessibleName() == "Guidance scale, 5.0, 1 to 30"
    guidance.set_value(7.5)
    assert guidance.field().accessibleName() == "Guidance scale, 7.5, 1 to 30"
    assert slider(guidance).accessibleName() == "Guidance scale, 7.5, 1 to 30"


def test_setting_by_code_emits_nothing(qtbot: QtBot, guidance: NumberRow) -> None:
    with qtbot.assertNotEmitted(guidance.value_changed):
        guidance.set_value(6.0)
    assert guidance.field().text() == "6.0"


def test_a_restored_value_out_of_range_is_marked(guidance: NumberRow) -> None:
    guidance.set_value(99.0)
    assert guidance.problem() == "Guidance scale 99 is out of range. Use 1 to 30."
    assert guidance.field().text() == "99.0"
    assert guidance.value() == 5.0


def test_a_job_s_complaint_goes_with_the_next_edit_or_the_next_try(guidance: NumberRow) -> None:
    guidance.set_problem("This model needs guidance 1.")
    assert not guidance.is_valid()
    assert guidance.commit()
    guidance.set_problem("This model needs guidance 1.")
    guidance.reset()
    assert guidance.is_valid()


def test_a_run_is_refused_with_the_first_bad_row(qtbot: QtBot, shown: Show) -> None:
    rows = [NumberRow(name, NumberRange(0, 10), 5) for name in "abc"]
    window = shown(*rows)
    assert first_refused(window) is None
    rows[1].field().setText("11")
    rows[2].field().setText("12")
    assert first_refused(window) is rows[1]
    assert not rows[2].is_valid()
    rows[1].setEnabled(False)
    assert first_refused(window) is rows[2]


def test_typed_text_counts_when_a_run_is_asked_for(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "9")
    assert first_refused(guidance.window()) is None
    assert guidance.value() == 9.0


@pytest.mark.parametrize("refused_first", [True, False])
def test_the_sentence_is_whole_in_a_narrow_pane(qtbot: QtBot, shown: Show, refused_first: bool) -> None:
    row = NumberRow("Guidance", NumberRange(1, 30), 5, spoken="Guidance scale of the whole long run")
    if refused_first:
        row.set_value(31)
    window = shown(row, width=264)
    row.set_value(31)
    for width in (264, 400, 250):
        window.resize(width, 400)
        text, line = row._sentence._text, row._sentence
        # Qt lays a form out again when it comes back to its events.
        qtbot.waitUntil(lambda: row.height() == row._line.height() + line.height() and line.width() == width)  # noqa: B023
        assert text.height() >= text.heightForWidth(text.width())
        assert line.rect().contains(text.geometry())


@pytest.mark.parametrize("whole", [True, False])
def test_a_fitting_range_reaches_both_ends(whole: bool) -> None:
    limits = NumberRange.fitting(0, 10, whole=whole)
    assert limits.at(0) == 0
    assert limits.at(limits.positions()) == 10
    assert all(limits.position(limits.at(p)) == p for p in range(limits.positions() + 1))
