"""A number row takes what is typed, or refuses it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.ui.widgets.number_row import NumberRow
from tests.gui.number_row.number_row_kit import retype


def test_enter_commits(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "7.5")
    assert guidance.value() == 5.0
    with qtbot.waitSignal(guidance.value_changed) as told:
        qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    assert told.args == [7.5]
    assert guidance.value() == 7.5


def test_leaving_commits(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "8")
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Tab)
    assert guidance.value() == 8.0
    assert guidance.field().text() == "8.0"


def test_escape_restores(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "9")
    with qtbot.assertNotEmitted(guidance.value_changed):
        qtbot.keyClick(guidance.field(), Qt.Key.Key_Escape)
    assert guidance.field().text() == "5.0"
    assert guidance.value() == 5.0


def test_escape_with_nothing_to_restore_is_for_the_window(qtbot: QtBot, guidance: NumberRow) -> None:
    heard: list[int] = []
    window = guidance.window()
    window.keyPressEvent = lambda event: heard.append(event.key())
    guidance.field().setFocus()
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Escape)
    assert heard == [Qt.Key.Key_Escape]
    retype(qtbot, guidance, "6")
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Escape)
    assert heard == [Qt.Key.Key_Escape]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Qt.Key.Key_Up, 5.1),
        (Qt.Key.Key_Down, 4.9),
        (Qt.Key.Key_PageUp, 6.0),
        (Qt.Key.Key_PageDown, 4.0),
    ],
)
def test_arrows_step_and_page_keys_step_tenfold(qtbot: QtBot, guidance: NumberRow, key: Qt.Key, value: float) -> None:
    guidance.field().setFocus()
    qtbot.keyClick(guidance.field(), key)
    assert guidance.value() == pytest.approx(value, abs=1e-9)


def test_stepping_stops_at_the_ends(qtbot: QtBot, guidance: NumberRow) -> None:
    guidance.set_value(29.95)
    qtbot.keyClick(guidance.field(), Qt.Key.Key_PageUp)
    assert guidance.value() == 30.0
    guidance.set_value(1.0)
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Down)
    assert guidance.value() == 1.0
    assert guidance.is_valid()


def test_out_of_range_is_refused_and_stays_as_typed(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "400")
    with qtbot.waitSignal(guidance.invalid) as told, qtbot.assertNotEmitted(guidance.value_changed):
        qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    assert told.args == ["Guidance scale 400 is out of range. Use 1 to 30."]
    assert guidance.field().text() == "400"
    assert guidance.value() == 5.0
    assert not guidance.is_valid()
    assert guidance.field().property("refused") is True
    assert guidance.field().accessibleDescription() == guidance.problem()


def test_a_refused_number_is_left_by_escape(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "400")
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    with qtbot.waitSignal(guidance.invalid) as told:
        qtbot.keyClick(guidance.field(), Qt.Key.Key_Escape)
    assert told.args == [""]
    assert guidance.field().text() == "5.0"
    assert guidance.field().property("refused") is False


def test_a_refused_number_is_left_by_a_good_one(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "400")
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    retype(qtbot, guidance, "4")
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    assert guidance.is_valid()
    assert guidance.value() == 4.0


def test_a_refused_number_is_left_by_typing_the_old_one_again(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "400")
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    retype(qtbot, guidance, "5.0")
    with qtbot.assertNotEmitted(guidance.value_changed):
        qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    assert guidance.is_valid()


@pytest.mark.parametrize("text", ["", "x", "1e999", "nan", "--3"])
def test_what_is_no_number_is_refused(qtbot: QtBot, guidance: NumberRow, text: str) -> None:
    guidance.field().setText(text)
    assert not guidance.commit()
    assert guidance.problem() == f"Guidance scale '{text}' is not a number. Use 1 to 30."


def test_a_whole_number_has_no_fraction(qtbot: QtBot, steps: NumberRow) -> None:
    retype(qtbot, steps, "12.5")
    qtbot.keyClick(steps.field(), Qt.Key.Key_Return)
    assert steps.problem() == "Steps '12.5' is not a whole number. Use 1 to 10,000."
    retype(qtbot, steps, "1,000")
    qtbot.keyClick(steps.field(), Qt.Key.Key_Return)
    assert steps.value() == 1000
    assert type(steps.value()) is int


def test_a_comma_is_a_decimal_point(qtbot: QtBot, guidance: NumberRow) -> None:
    retype(qtbot, guidance, "7,25")
    qtbot.keyClick(guidance.field(), Qt.Key.Key_Return)
    assert guidance.value() == 7.25
    assert guidance.field().text() == "7.25"
