"""Choices, checks and texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.text_row import TextRow
from tests.gui.rows.rows_kit import CHOICES, Show, dot, no_digits


class TestChoice:
    @pytest.fixture
    def row(self, shown: Show) -> ChoiceRow:
        row = ChoiceRow("Sampler", CHOICES, "b")
        shown(row)
        return row

    def test_starts_at_the_default(self, row: ChoiceRow) -> None:
        assert row.value() == "b"
        assert row.values() == ("a", "b", "c")
        assert not dot(row).isVisible()

    def test_keys_choose_and_the_dot_resets(self, qtbot: QtBot, row: ChoiceRow) -> None:
        row.field().setFocus()
        with qtbot.waitSignal(row.value_changed) as told:
            qtbot.keyClick(row.field(), Qt.Key.Key_Down)
        assert told.args == ["c"]
        with qtbot.waitSignal(row.value_changed) as told:
            qtbot.mouseClick(dot(row), Qt.MouseButton.LeftButton)
        assert told.args == ["b"]

    def test_a_click_in_the_list_chooses(self, qtbot: QtBot, row: ChoiceRow) -> None:
        combo = row.field()
        combo.showPopup()
        view = combo.view()
        qtbot.waitUntil(view.isVisible)
        place = view.visualRect(combo.model().index(0, 0))
        assert place.height() >= 24
        qtbot.mouseMove(view.viewport(), place.center())
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
        qtbot.waitUntil(lambda: row.value() == "a")

    def test_the_list_is_wide_enough_for_descriptions(self, qtbot: QtBot, shown: Show) -> None:
        row = ChoiceRow(
            "Sampler", [("a", "A", "A description that is a good deal longer than the pane is wide, at least")]
        )
        shown(row, width=264)
        row.field().showPopup()
        assert row.field().view().width() > row.field().width()
        row.field().hidePopup()

    def test_the_wheel_works_only_with_focus(self, row: ChoiceRow, turn_wheel: Callable[..., bool]) -> None:
        row.field().clearFocus()
        assert not turn_wheel(row.field(), -120)
        assert row.value() == "b"
        row.field().setFocus()
        assert turn_wheel(row.field(), -120)
        assert row.value() == "c"

    def test_setting_by_code_emits_nothing(self, qtbot: QtBot, row: ChoiceRow) -> None:
        with qtbot.assertNotEmitted(row.value_changed):
            row.set_value("c")
        assert row.value() == "c"

    def test_an_unknown_value_is_refused_and_choosing_helps(self, qtbot: QtBot, row: ChoiceRow) -> None:
        row.set_value("heun")
        assert row.value() == "b"
        assert row.problem() == "Sampler 'heun' is not known. Choose another."
        row.field().setFocus()
        qtbot.keyClick(row.field(), Qt.Key.Key_Down)
        assert row.is_valid()

    def test_other_choices_keep_the_value_where_they_can(self, row: ChoiceRow) -> None:
        row.set_value("c")
        row.set_choices([("c", "Third", ""), ("d", "Fourth", "")])
        assert row.value() == "c"
        row.set_choices([("e", "Fifth", ""), ("f", "Sixth", "")], "f")
        assert row.value() == "f"
        row.set_choices([])
        assert row.value() == ""

    def test_descriptions_are_shown_literally(self, row: ChoiceRow) -> None:
        assert "&lt;b&gt;bold&lt;/b&gt;" in row.field().toolTip()
        assert row.field().accessibleDescription() == "<b>bold</b>"

    def test_long_titles_don_t_widen_the_pane(self, shown: Show) -> None:
        row = ChoiceRow("Model", [("a", "A folder with a name that goes on and on " * 4, "")])
        shown(row)
        assert row.minimumSizeHint().width() <= 264


class TestCheck:
    @pytest.fixture
    def row(self, shown: Show) -> CheckRow:
        row = CheckRow("Clip x0", description="Keeps x0 between -1 and 1.")
        shown(row)
        return row

    def test_space_ticks(self, qtbot: QtBot, row: CheckRow) -> None:
        row.field().setFocus()
        with qtbot.waitSignal(row.value_changed) as told:
            qtbot.keyClick(row.field(), Qt.Key.Key_Space)
        assert told.args == [True]
        assert row.value()
        assert dot(row).isVisible()

    def test_a_click_anywhere_in_the_line_ticks(self, qtbot: QtBot, row: CheckRow) -> None:
        box = row.field()
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
        assert row.value()
        assert box.height() >= 24

    def test_reset_and_code(self, qtbot: QtBot, row: CheckRow) -> None:
        with qtbot.assertNotEmitted(row.value_changed):
            row.set_value(True)
        with qtbot.waitSignal(row.value_changed) as told:
            row.reset()
        assert told.args == [False]

    def test_names(self, row: CheckRow) -> None:
        assert isinstance(row.field(), QCheckBox)
        assert row.field().accessibleName() == "Clip x0"
        assert row.title() == "Clip x0"


class TestText:
    @pytest.fixture
    def row(self, shown: Show) -> TextRow:
        row = TextRow("Note", "old", check=no_digits)
        shown(row, QLineEdit())
        return row

    def test_enter_commits(self, qtbot: QtBot, row: TextRow) -> None:
        row.field().selectAll()
        qtbot.keyClicks(row.field(), "new")
        assert row.value() == "old"
        with qtbot.waitSignal(row.value_changed) as told:
            qtbot.keyClick(row.field(), Qt.Key.Key_Return)
        assert told.args == ["new"]

    def test_what_the_check_refuses_stays_marked_until_escape(self, qtbot: QtBot, row: TextRow) -> None:
        qtbot.keyClicks(row.field(), "1")
        with qtbot.waitSignal(row.invalid) as told, qtbot.assertNotEmitted(row.value_changed):
            qtbot.keyClick(row.field(), Qt.Key.Key_Return)
        assert told.args == ["Digits are not allowed."]
        assert row.value() == "old"
        qtbot.keyClick(row.field(), Qt.Key.Key_Escape)
        assert row.is_valid()
        assert row.field().text() == "old"

    def test_set_by_code(self, row: TextRow) -> None:
        row.set_value("1")
        assert not row.is_valid()
        row.set_value("x")
        assert row.is_valid()
        assert row.value() == "x"
        row.reset()
        assert row.value() == "old"
