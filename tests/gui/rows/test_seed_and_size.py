"""Seed and size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from studio.ui.widgets.seed_row import ROLLED_SEEDS, SeedRow, draw
from studio.ui.widgets.size_row import SizeRow
from tests.gui.rows.rows_kit import Show, button, dot


class TestSeed:
    @pytest.fixture
    def row(self, shown: Show) -> SeedRow:
        seeds = iter((11, 12, 13))
        row = SeedRow(7, draw=lambda: next(seeds))
        shown(row, QLineEdit())
        return row

    @pytest.mark.parametrize("seed", [0, 2**31, 2**63 - 1])
    def test_takes_all_63_bits(self, qtbot: QtBot, row: SeedRow, seed: int) -> None:
        row.field().selectAll()
        qtbot.keyClicks(row.field(), str(seed))
        qtbot.keyClick(row.field(), Qt.Key.Key_Return)
        assert row.value() == seed
        assert row.field().text() == str(seed)

    @pytest.mark.parametrize("text", [str(2**63), "-1", "7.5", "", "²", "seven"])
    def test_refuses_the_rest_and_keeps_it_in_sight(self, qtbot: QtBot, row: SeedRow, text: str) -> None:
        row.field().setText(text)
        with qtbot.assertNotEmitted(row.value_changed):
            assert not row.commit()
        assert row.value() == 7
        assert row.field().text() == text
        assert str(2**63 - 1) in row.problem()

    def test_arrows_step_to_the_very_end_and_not_beyond(self, qtbot: QtBot, row: SeedRow) -> None:
        row.set_value(2**63 - 2)
        qtbot.keyClick(row.field(), Qt.Key.Key_Up)
        assert row.value() == 2**63 - 1
        qtbot.keyClick(row.field(), Qt.Key.Key_PageUp)
        assert row.value() == 2**63 - 1
        row.set_value(3)
        qtbot.keyClick(row.field(), Qt.Key.Key_PageDown)
        assert row.value() == 0

    def test_rolls_after_a_run_unless_locked(self, qtbot: QtBot, row: SeedRow) -> None:
        with qtbot.waitSignal(row.value_changed) as told:
            row.run_accepted()
        assert told.args == [11]
        with qtbot.waitSignal(row.lock_changed) as locked:
            qtbot.mouseClick(button(row, "lock-open"), Qt.MouseButton.LeftButton)
        assert locked.args == [True]
        row.run_accepted()
        assert row.value() == 11
        assert row.is_locked()

    def test_the_dice_rolls_at_once_even_if_locked(self, qtbot: QtBot, row: SeedRow) -> None:
        row.set_locked(True)
        qtbot.mouseClick(button(row, "dice-5"), Qt.MouseButton.LeftButton)
        assert row.value() == 11

    def test_the_dice_takes_a_refused_seed_away(self, qtbot: QtBot, row: SeedRow) -> None:
        row.field().setText("x")
        row.commit()
        qtbot.mouseClick(button(row, "dice-5"), Qt.MouseButton.LeftButton)
        assert row.is_valid()
        assert row.value() == 11

    def test_rolling_takes_no_focus(self, row: SeedRow) -> None:
        other = row.window().findChildren(QLineEdit)[-1]
        other.setFocus()
        row.roll()
        assert other.hasFocus()

    def test_drawn_seeds_are_in_range_and_differ(self) -> None:
        seeds = [draw() for _ in range(50)]
        assert all(0 <= seed < ROLLED_SEEDS for seed in seeds)
        assert len(set(seeds)) > 40

    def test_a_rolled_seed_is_whole_in_the_narrowest_pane(self, shown: Show) -> None:
        row = SeedRow(ROLLED_SEEDS - 1)
        shown(row, width=264)
        field = row.field()
        assert field.fontMetrics().horizontalAdvance(field.text()) <= field.width() - 6
        assert row.minimumSizeHint().width() <= 264


class TestSize:
    @pytest.fixture
    def row(self, shown: Show) -> SizeRow:
        row = SizeRow((128, 128))
        row.set_presets([("Starter", 128, 128), ("Wide", 192, 128)], (128, 128))
        shown(row, QLineEdit())
        return row

    def enter(self, qtbot: QtBot, row: SizeRow, side: int, text: str) -> None:
        field = row._sides[side]
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    def test_typing(self, qtbot: QtBot, row: SizeRow) -> None:
        with qtbot.waitSignal(row.value_changed) as told:
            self.enter(qtbot, row, 0, "192")
        assert told.args == [(192, 128)]
        assert dot(row).isVisible()

    def test_arrows_step_by_eight(self, qtbot: QtBot, row: SizeRow) -> None:
        row._sides[1].setFocus()
        qtbot.keyClick(row._sides[1], Qt.Key.Key_Up)
        assert row.value() == (128, 136)
        qtbot.keyClick(row._sides[1], Qt.Key.Key_PageDown)
        assert row.value() == (128, 64)
        qtbot.keyClick(row._sides[1], Qt.Key.Key_PageDown)
        assert row.value() == (128, 64)

    def test_a_wrong_width_is_told_and_only_its_field_is_marked(self, qtbot: QtBot, row: SizeRow) -> None:
        with qtbot.assertNotEmitted(row.value_changed):
            self.enter(qtbot, row, 0, "130")
        assert row.problem() == "Width 130 is not divisible by 8. Use 128 or 136."
        assert row._sides[0].property("refused") is True
        assert not row._sides[1].property("refused")
        assert row.value() == (128, 128)

    def test_the_mark_moves_to_what_is_still_wrong(self, qtbot: QtBot, row: SizeRow) -> None:
        self.enter(qtbot, row, 0, "130")
        self.enter(qtbot, row, 1, "x")
        assert row.problem().startswith("Width 130")
        self.enter(qtbot, row, 0, "128")
        assert row.problem() == "Height is not a whole number. Use 64 to 4096, in steps of 8."
        assert row._sides[0].property("refused") is False
        assert row._sides[1].property("refused") is True
        qtbot.keyClick(row._sides[1], Qt.Key.Key_Escape)
        assert row.is_valid()

    @pytest.mark.parametrize("text", ["56", "4104", "0", "-8"])
    def test_out_of_range(self, qtbot: QtBot, row: SizeRow, text: str) -> None:
        self.enter(qtbot, row, 1, text)
        assert row.problem() == f"Height {text} is out of range. Use 64 to 4096."

    def test_swap(self, qtbot: QtBot, row: SizeRow) -> None:
        row.set_value((192, 128))
        with qtbot.waitSignal(row.value_changed) as told:
            qtbot.mouseClick(button(row, "arrows-exchange"), Qt.MouseButton.LeftButton)
        assert told.args == [(128, 192)]

    def test_swap_takes_what_was_typed(self, qtbot: QtBot, row: SizeRow) -> None:
        row._sides[0].setText("256")
        qtbot.mouseClick(button(row, "arrows-exchange"), Qt.MouseButton.LeftButton)
        assert row.value() == (128, 256)

    def test_usual_sizes(self, qtbot: QtBot, row: SizeRow) -> None:
        actions = button(row, "aspect-ratio").menu().actions()
        assert [action.text() for action in actions] == ["Starter\t128 × 128", "Wide\t192 × 128"]
        with qtbot.waitSignal(row.value_changed) as told:
            actions[1].trigger()
        assert told.args == [(192, 128)]

    def test_reset(self, qtbot: QtBot, row: SizeRow) -> None:
        row.set_value((192, 192))
        with qtbot.waitSignal(row.value_changed) as told:
            qtbot.mouseClick(dot(row), Qt.MouseButton.LeftButton)
        assert told.args == [(128, 128)]

    def test_by_code(self, qtbot: QtBot, row: SizeRow) -> None:
        with qtbot.assertNotEmitted(row.value_changed):
            row.set_value((130, 128))
        assert not row.is_valid()
        row.set_value((136, 128))
        assert row.is_valid()
        assert row.value() == (136, 128)

    def test_names(self, row: SizeRow) -> None:
        assert row._sides[0].accessibleName() == "Width, 128 pixels, 64 to 4096 in steps of 8"
        assert row._sides[1].accessibleName() == "Height, 128 pixels, 64 to 4096 in steps of 8"

    def test_whole_in_the_narrowest_pane(self, shown: Show) -> None:
        row = SizeRow((4096, 4096))
        shown(row, width=264)
        assert row.minimumSizeHint().width() <= 264
        for field in row._sides:
            assert field.fontMetrics().horizontalAdvance("4096") <= field.width() - 6
