"""Pens with pressure, fingers, and the right button that changes the brush."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from studio.painting.mask_document import MaskDocument
from tests.gui.canvas.desk import ERASER, RIGHT, SHIFT, Desk

WAY = ((40.0, 60.0, 0.2), (80.0, 60.0, 0.6), (120.0, 60.0, 1.0))


def width_at(desk: Desk, column: int) -> int:
    return int((desk.values[:, column] > 0).sum())


class TestPens:
    @pytest.mark.parametrize("changes", [{"pressure_size": True}, {"pressure_size": False, "pressure_opacity": True}])
    def test_a_stroke_is_what_the_document_paints_with_this_pressure(self, desk, changes):
        desk.take("brush", size=40.0, **changes)
        same = MaskDocument(200, 150)
        stroke = same.begin_stroke(desk.editor.brush)
        for kind, (x, y, pressure) in zip(("Press", "Move", "Move"), WAY, strict=True):
            assert desk.pen(kind, (x, y), pressure)
            stroke.to(x, y, pressure)
        assert desk.pen("Release", (120, 60), 0.0)
        stroke.finish()
        assert np.array_equal(desk.values, same.values)
        assert len(desk.document.history) == 1

    def test_more_pressure_is_a_wider_stroke(self, desk):
        desk.take("brush", size=40.0)
        for kind, (x, y, pressure) in zip(("Press", "Move", "Move"), WAY, strict=True):
            desk.pen(kind, (x, y), pressure)
        desk.pen("Release", (120, 60), 0.0)
        assert width_at(desk, 50) < width_at(desk, 80) < width_at(desk, 115)

    def test_its_other_end_erases(self, desk):
        desk.click((50, 50))
        desk.pen("Press", (50, 50), 1.0, ERASER)
        desk.pen("Release", (50, 50), 0.0, ERASER)
        assert desk.values[50, 50] == 0
        assert desk.editor.tool == "brush"

    def test_a_pen_that_hovers_paints_nothing_and_is_left_to_the_mouse(self, desk):
        assert not desk.pen("Move", (50, 50), 0.0)
        assert not desk.values.any()

    def test_a_pen_that_is_held_with_space_is_left_to_the_mouse_that_pans(self, desk):
        QTest.keyPress(desk.view, Qt.Key.Key_Space)
        assert not desk.pen("Press", (50, 50))
        QTest.keyRelease(desk.view, Qt.Key.Key_Space)
        assert not desk.values.any()

    def test_esc_takes_its_stroke_back(self, desk):
        desk.pen("Press", (50, 50))
        desk.pen("Move", (90, 50))
        desk.key(Qt.Key.Key_Escape)
        assert not desk.values.any()

    def test_a_straight_line_is_as_wide_as_the_pen_was_pressed(self, desk):
        desk.take("brush", size=40.0)
        desk.click((20, 60))
        desk.editor.undo()
        desk.pen("Press", (120, 60), 0.1, modifiers=SHIFT)
        desk.pen("Move", (120, 60), 1.0, modifiers=SHIFT)
        desk.pen("Release", (120, 60), 0.0, modifiers=SHIFT)
        assert width_at(desk, 70) == 40


@pytest.fixture(scope="module")
def screen(qapp: QApplication) -> QPointingDevice:
    return QTest.createTouchDevice()


class TestFingers:
    def at(self, desk: Desk, x: float, y: float) -> QPoint:
        return desk.place(x, y).toPoint()

    def test_one_finger_paints(self, desk, screen):
        QTest.touchEvent(desk.view, screen).press(0, self.at(desk, 40, 60)).commit()
        QTest.touchEvent(desk.view, screen).move(0, self.at(desk, 90, 60)).commit()
        assert desk.values[60, 70] == 255
        QTest.touchEvent(desk.view, screen).release(0, self.at(desk, 90, 60)).commit()
        assert len(desk.document.history) == 1
        assert desk.values[60, 40:90].min() == 255

    def test_two_fingers_move_and_zoom_and_paint_nothing(self, desk, screen):
        before, zoom = desk.view.box(), desk.view.transform().zoom
        QTest.touchEvent(desk.view, screen).press(0, self.at(desk, 60, 60)).commit()
        assert desk.values.any()
        second = QTest.touchEvent(desk.view, screen)
        second.move(0, self.at(desk, 60, 60)).press(1, self.at(desk, 120, 60)).commit()
        first, second = desk.place(60, 60), desk.place(120, 60)
        apart = second - first
        moved = QTest.touchEvent(desk.view, screen)
        moved.move(0, (first + apart * -0.5).toPoint()).move(1, (second + apart * 0.5).toPoint()).commit()
        assert not desk.values.any()
        assert desk.view.transform().zoom == pytest.approx(2 * zoom, rel=0.02)
        assert desk.view.box() != before
        done = QTest.touchEvent(desk.view, screen)
        done.release(0, first.toPoint()).release(1, second.toPoint()).commit()
        assert len(desk.document.history) == 0

    def test_a_second_finger_does_not_take_a_long_stroke_back(self, desk, screen):
        QTest.touchEvent(desk.view, screen).press(0, self.at(desk, 40, 60)).commit()
        QTest.touchEvent(desk.view, screen).move(0, self.at(desk, 120, 60)).commit()
        QTest.touchEvent(desk.view, screen).stationary(0).press(1, self.at(desk, 140, 60)).commit()
        both = QTest.touchEvent(desk.view, screen)
        both.release(0, self.at(desk, 120, 60)).release(1, self.at(desk, 140, 60)).commit()
        assert desk.values[60, 80] == 255
        assert len(desk.document.history) == 1

    def test_with_the_hand_one_finger_moves(self, desk, screen):
        desk.editor.set_tool("hand")
        before = desk.view.box()
        QTest.touchEvent(desk.view, screen).press(0, self.at(desk, 40, 60)).commit()
        QTest.touchEvent(desk.view, screen).move(0, self.at(desk, 60, 70)).commit()
        QTest.touchEvent(desk.view, screen).release(0, self.at(desk, 60, 70)).commit()
        assert not desk.values.any()
        assert desk.view.box() != before

    def test_a_closed_editor_takes_no_fingers(self, desk, screen):
        desk.editor.close()
        assert not desk.view.testAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        desk.open(20, 20)


class TestRightButton:
    @pytest.mark.parametrize("zoom", [1.0, 4.0])
    def test_sideways_the_border_of_the_brush_follows_the_pointer(self, desk, zoom):
        desk.show(zoom, 100, 75)
        desk.drag((100, 75), (105, 75), (112, 75), button=RIGHT)
        assert desk.editor.brush.size == pytest.approx(20 + 2 * 12, abs=0.2)
        assert desk.editor.brush.hardness == 1.0
        assert not desk.values.any()

    def test_down_it_gets_softer_and_keeps_its_size(self, desk):
        desk.show(1.0, 100, 75)
        desk.drag((100, 75), (100, 95), (103, 135), button=RIGHT)
        assert desk.editor.brush.hardness == pytest.approx(0.7, abs=0.01)
        assert desk.editor.brush.size == 20

    def test_it_ends_at_the_smallest_and_the_largest_brush(self, desk):
        desk.drag((100, 75), (-4000, 75), button=RIGHT)
        assert desk.editor.brush.size == 1
        desk.drag((100, 75), (9000, 75), button=RIGHT)
        assert desk.editor.brush.size == 2000

    def test_esc_gives_the_brush_back(self, desk):
        before = desk.editor.brush
        desk.press((100, 75), button=RIGHT)
        desk.move((140, 75), button=RIGHT)
        assert desk.editor.brush != before
        desk.key(Qt.Key.Key_Escape)
        assert desk.editor.brush == before

    def test_the_ring_stays_where_the_button_went_down(self, desk):
        desk.press((100, 75), button=RIGHT)
        desk.move((140, 75), button=RIGHT)
        away = desk.editor.layers.ring.place - desk.place(100, 75)
        assert away.manhattanLength() <= 1
        desk.release((140, 75), button=RIGHT)

    def test_a_click_opens_the_menu_of_the_mask(self, desk, qtbot):
        desk.press((100, 75), button=RIGHT)
        assert not desk.view.window().findChildren(QMenu)
        desk.release((100, 75), button=RIGHT)
        (menu,) = [menu for menu in desk.view.findChildren(QMenu) if menu.isVisible()]
        assert desk.editor.commands.invert in menu.actions()
        menu.close()
        assert not desk.values.any()
