"""The keys of a mask, and what its actions allow."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from studio.painting.box import Box
from studio.painting.mask_document import MaskDocument
from studio.painting.morphology import feather, grow, shrink
from studio.painting.shapes import rectangle
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.mask_keys import next_size
from tests.gui.canvas.desk import NONE, SHIFT, Desk

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(
    ("key", "modifiers", "tool"),
    [
        (Key.Key_E, NONE, "eraser"),
        (Key.Key_M, NONE, "rectangle"),
        (Key.Key_M, SHIFT, "ellipse"),
        (Key.Key_L, NONE, "lasso"),
        (Key.Key_L, SHIFT, "polygon"),
        (Key.Key_G, NONE, "fill"),
        (Key.Key_G, SHIFT, "gradient"),
        (Key.Key_C, NONE, "frame"),
        (Key.Key_H, NONE, "hand"),
        (Key.Key_B, NONE, "brush"),
    ],
)
def test_letters_take_tools(desk, qtbot, key, modifiers, tool):
    desk.editor.set_tool("brush" if tool != "brush" else "hand")
    with qtbot.waitSignal(desk.editor.tool_changed) as caught:
        desk.key(key, modifiers)
    assert caught.args == [tool]
    assert desk.editor.tool == tool
    assert [name for name, action in desk.editor.commands.tools.items() if action.isChecked()] == [tool]


def test_an_unknown_tool_is_refused(desk):
    with pytest.raises(KeyError):
        desk.editor.set_tool("spoon")
    assert desk.editor.tool == "brush"


class TestBrush:
    def test_brackets_change_its_size(self, desk):
        desk.key(Key.Key_BracketRight)
        assert desk.editor.brush.size == 25
        desk.key(Key.Key_BracketLeft)
        assert desk.editor.brush.size == 20

    def test_with_shift_its_hardness(self, desk):
        desk.key(Key.Key_BracketLeft, SHIFT)
        assert desk.editor.brush.hardness == pytest.approx(0.9)
        desk.key(Key.Key_BracketRight, SHIFT)
        desk.key(Key.Key_BracketRight, SHIFT)
        assert desk.editor.brush.hardness == 1

    def test_digits_change_its_opacity(self, desk):
        for digit in range(1, 10):
            desk.key(Key(Key.Key_0 + digit))
            assert desk.editor.brush.opacity == pytest.approx(digit / 10)
        desk.key(Key.Key_0)
        assert desk.editor.brush.opacity == 1

    def test_the_sizes_go_up_and_come_down_the_same_way(self):
        sizes = [1.0]
        while sizes[-1] < 2000:
            sizes.append(next_size(sizes[-1], up=True))
            assert sizes[-1] > sizes[-2]
        assert next_size(2000, up=True) == 2000
        down = [2000.0]
        while down[-1] > 1:
            down.append(next_size(down[-1], up=False))
        assert down == sizes[::-1]
        assert len(sizes) < 60

    def test_a_size_between_two_steps_goes_to_the_next_one(self):
        assert next_size(12.3, up=True) == 15
        assert next_size(12.3, up=False) == 10


class TestOperations:
    @pytest.fixture(autouse=True)
    def box(self, desk):
        desk.editor.run("Box", rectangle(Box(60, 40, 140, 110)))

    def after(self, desk, operation):
        document = MaskDocument(200, 150, np.array(desk.values))
        document.apply("it", operation)
        return document.values

    def test_invert_everything_clear(self, desk):
        before = desk.values.copy()
        desk.key(Key.Key_I, CONTROL)
        assert np.array_equal(desk.values, 255 - before)
        desk.key(Key.Key_A, CONTROL)
        assert desk.values.min() == 255
        desk.key(Key.Key_D, CONTROL)
        assert desk.values.max() == 0
        assert desk.editor.commands.undo.text() == "Undo Clear"

    @pytest.mark.parametrize(("name", "operation"), [("grow", grow), ("shrink", shrink), ("feather", feather)])
    def test_the_edge_is_changed_by_the_amount(self, desk, name, operation):
        expected = self.after(desk, operation(5))
        desk.editor.commands.set_amount(5)
        action = getattr(desk.editor.commands, name)
        assert action.text() == f"{name.title()} by 5 px"
        action.trigger()
        assert np.array_equal(desk.values, expected)
        desk.editor.undo()
        assert int((desk.values > 0).sum()) == 80 * 70

    def test_feather_has_its_key(self, desk):
        expected = self.after(desk, feather(8))
        desk.key(Key.Key_F6, SHIFT)
        assert np.array_equal(desk.values, expected)

    def test_what_changes_nothing_is_no_step(self, desk, qtbot):
        desk.key(Key.Key_D, CONTROL)
        with qtbot.assertNotEmitted(desk.editor.committed):
            desk.key(Key.Key_D, CONTROL)
        assert len(desk.document.history) == 2

    def test_everything_undone_gives_the_first_mask_back(self, desk):
        first = desk.values.copy()
        for key, modifiers in ((Key.Key_I, CONTROL), (Key.Key_F6, SHIFT), (Key.Key_A, CONTROL), (Key.Key_D, CONTROL)):
            desk.key(key, modifiers)
            desk.drag((20, 20), (80, 90))
        last = desk.values.copy()
        # A stroke on what is masked already changes nothing and is no step.
        assert len(desk.document.history) == 1 + 7
        for _ in range(7):
            desk.key(Key.Key_Z, CONTROL)
        assert np.array_equal(desk.values, first)
        for _ in range(7):
            desk.key(Key.Key_Y, CONTROL)
        assert np.array_equal(desk.values, last)


class TestWhen:
    def test_q_shows_and_hides_the_mask(self, desk, qtbot):
        with qtbot.waitSignal(desk.editor.overlay_changed):
            desk.key(Key.Key_Q)
        assert not desk.editor.layers.overlay.shown
        desk.key(Key.Key_Q)
        assert desk.editor.layers.overlay.shown

    def test_they_are_there_only_while_a_mask_is_painted(self, desk):
        desk.editor.close()
        actions = desk.editor.commands.findChildren(QAction)
        assert len(actions) > 35
        assert not any(action.isEnabled() for action in actions)
        assert all(action.toolTip() == "No mask is being painted." for action in actions)
        desk.key(Key.Key_E)
        assert desk.editor.tool == "brush"
        desk.open(20, 20)
        assert desk.editor.commands.invert.isEnabled()

    def test_undo_and_redo_say_why_they_can_not_be_used(self, desk):
        commands = desk.editor.commands
        assert commands.undo.toolTip() == "There is nothing to undo."
        desk.click((50, 50))
        assert commands.undo.text() == "Undo Brush"
        desk.editor.undo()
        assert commands.redo.text() == "Redo Brush"
        assert not commands.undo.isEnabled()

    def test_no_two_share_a_key(self, desk):
        keys = [key.toString() for action in desk.editor.commands.findChildren(QAction) for key in action.shortcuts()]
        assert len(keys) == len(set(keys))

    def test_a_letter_in_a_field_is_a_letter(self, desk, qtbot):
        field = QLineEdit(desk.canvas)
        desk.editor.commands.serve(field)
        field.show()
        field.setFocus()
        qtbot.waitUntil(field.hasFocus)
        QTest.keyClicks(field, "e7[")
        assert field.text() == "e7["
        assert desk.editor.tool == "brush"
        assert desk.editor.brush.opacity == 1
        desk.view.setFocus()

    def test_other_widgets_can_be_served(self, desk, qtbot):
        button = QPushButton(desk.canvas)
        desk.editor.commands.serve(button)
        button.show()
        button.setFocus()
        qtbot.waitUntil(button.hasFocus)
        QTest.keyClick(button, Key.Key_E)
        assert desk.editor.tool == "eraser"
        desk.view.setFocus()

    def test_the_icons_are_of_the_set(self, canvas: Canvas, qtbot):
        actions = canvas.editor.commands.findChildren(QAction)
        qtbot.waitUntil(lambda: all(bool(action.data()) != action.icon().isNull() for action in actions))


def test_esc_is_claimed_only_in_a_gesture(desk: Desk, qtbot) -> None:
    closed = QAction(desk.canvas)
    closed.setShortcut("Esc")
    desk.canvas.window().addAction(closed)
    seen: list[int] = []
    closed.triggered.connect(lambda: seen.append(1))
    desk.press((50, 50))
    desk.key(Key.Key_Escape)
    assert not seen
    desk.key(Key.Key_Escape)
    assert seen == [1]
