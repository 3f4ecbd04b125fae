"""The result beside the picture it was made of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.painting.frame import Frame
from studio.ui.qimage import to_qimage
from tests.gui.canvas.desk import Desk
from tests.gui.pictures import painted_at, plain

GREY, RED = (128, 128, 128), (200, 0, 0)


@pytest.fixture(autouse=True)
def result(desk: Desk) -> None:
    desk.editor.set_frame(Frame(40, 40, 120, 80))
    desk.editor.show_result(to_qimage(plain(RED, 120, 80)))


def seen(desk: Desk, x: float, y: float = 60) -> tuple[int, int, int]:
    return painted_at(desk.view, desk.place(x, y))


def test_y_splits_the_frame_and_joins_it_again(desk):
    assert (seen(desk, 50), seen(desk, 150)) == (RED, RED)
    desk.key(Qt.Key.Key_Y)
    assert (seen(desk, 50), seen(desk, 150)) == (GREY, RED)
    desk.key(Qt.Key.Key_Y)
    assert (seen(desk, 50), seen(desk, 150)) == (RED, RED)


def test_the_grip_is_dragged_across_the_frame(desk):
    desk.key(Qt.Key.Key_Y)
    grip = desk.editor._before_after.grip
    assert grip.geometry().center().x() == pytest.approx(desk.place(100, 0).x(), abs=2)
    start = grip.rect().center()
    way = desk.place(130, 0) - desk.place(100, 0)
    QTest.mousePress(grip, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(grip, start + QPoint(round(way.x()), 0))
    QTest.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=start + QPoint(round(way.x()), 0))
    assert grip.fraction() == pytest.approx(0.75, abs=0.02)
    assert (seen(desk, 120), seen(desk, 140)) == (GREY, RED)
    assert not desk.values.any()


def test_the_border_stays_at_its_part_of_the_frame_while_the_view_moves(desk):
    desk.key(Qt.Key.Key_Y)
    desk.show(4.0, 100, 80)
    assert (seen(desk, 95), seen(desk, 110)) == (GREY, RED)
    desk.editor.set_frame(Frame(60, 40, 120, 80))
    assert seen(desk, 65) == GREY


def test_without_a_result_there_is_nothing_to_split(desk):
    desk.key(Qt.Key.Key_Y)
    desk.editor.show_result(None)
    assert not desk.editor._before_after.grip.isVisible()
    assert not desk.editor.commands.before_after.isEnabled()
    assert desk.editor.commands.before_after.toolTip() == "There is no result yet."
    assert seen(desk, 150) == GREY
    desk.editor.show_result(to_qimage(plain(RED, 120, 80)))
    assert desk.editor._before_after.grip.isVisible()


def test_a_preview_of_another_size_fills_the_frame(desk):
    desk.editor.show_result(to_qimage(plain(RED, 15, 10)))
    assert (seen(desk, 42, 42), seen(desk, 158, 118)) == (RED, RED)
    assert seen(desk, 30) != RED


def test_a_stroke_goes_on_over_the_result(desk):
    desk.drag((60, 60), (90, 60))
    assert desk.values[60, 80] == 255
    assert seen(desk, 80) not in (RED, GREY)


def test_closing_takes_the_grip_away(desk):
    desk.key(Qt.Key.Key_Y)
    desk.editor.close()
    assert not desk.editor._before_after.grip.isVisible()
    desk.open(20, 20)
    assert not desk.editor._before_after.grip.isVisible()
