"""Zoom, pan and the words below the picture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QDrag,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.ui.canvas.canvas import Canvas
from tests.gui.canvas.canvas_kit import drag_across, middle
from tests.gui.pictures import painted_at, speckled


class TestMoving:
    @pytest.fixture(autouse=True)
    def with_picture(self, canvas: Canvas) -> None:
        canvas.show_image(speckled(), "red-apple-7.png")

    def wheel(self, canvas: Canvas, place: QPointF, angle: int) -> None:
        event = QWheelEvent(
            place, QPointF(canvas.view.mapToGlobal(place)), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas.view, event)

    @pytest.mark.parametrize("place", [QPointF(150, 80), QPointF(400, 300), QPointF(600, 520)])
    def test_the_wheel_zooms_at_the_pointer(self, canvas, place):
        before = canvas.view.transform().to_picture(place.x(), place.y())
        self.wheel(canvas, place, 240)
        view = canvas.view.transform()
        assert view.zoom == 6
        # The corner is painted on a device pixel: that is at most half of one away.
        assert view.to_picture(place.x(), place.y()) == pytest.approx(before, abs=0.71)
        self.wheel(canvas, place, -240)
        assert canvas.view.transform().zoom == 4

    def test_small_turns_of_a_touchpad_add_up(self, canvas):
        for _ in range(3):
            self.wheel(canvas, middle(canvas), 30)
            assert canvas.view.transform().zoom == 4
        self.wheel(canvas, middle(canvas), 30)
        assert canvas.view.transform().zoom == 5

    def test_a_pinch_zooms_smoothly(self, canvas):
        place = middle(canvas)
        pinch = QNativeGestureEvent(
            Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place,
            QPointF(canvas.view.mapToGlobal(place)), 0.1, QPointF(),
        )  # fmt: skip
        QApplication.sendEvent(canvas.view, pinch)
        assert canvas.view.transform().zoom == pytest.approx(4.4)

    def test_the_middle_button_pans(self, canvas):
        before = canvas.view.box()
        drag_across(canvas, Qt.MouseButton.MiddleButton, QPoint(300, 300), QPoint(10, 5), QPoint(40, -30))
        assert canvas.view.box() == before.translated(40, -30)
        assert canvas.view.cursor().shape() == Qt.CursorShape.ArrowCursor

    def test_space_and_the_left_button_pan_and_drag_nothing_out(self, canvas, monkeypatch):
        monkeypatch.setattr(QDrag, "exec", lambda *_: pytest.fail("panning is no drag"))
        before = canvas.view.box()
        QTest.keyPress(canvas.view, Qt.Key.Key_Space)
        assert canvas.view.cursor().shape() == Qt.CursorShape.OpenHandCursor
        drag_across(canvas, Qt.MouseButton.LeftButton, QPoint(300, 300), QPoint(60, 20))
        QTest.keyRelease(canvas.view, Qt.Key.Key_Space)
        assert canvas.view.box() == before.translated(60, 20)
        assert canvas.view.cursor().shape() == Qt.CursorShape.ArrowCursor

    def test_space_that_is_released_elsewhere_is_not_held(self, canvas):
        QTest.keyPress(canvas.view, Qt.Key.Key_Space)
        canvas.view.clearFocus()
        assert canvas.view.cursor().shape() == Qt.CursorShape.ArrowCursor

    def test_a_picture_can_not_be_thrown_away(self, canvas):
        drag_across(canvas, Qt.MouseButton.MiddleButton, QPoint(300, 300), QPoint(5000, 5000))
        assert canvas.view.box().intersects(QRectF(canvas.view.rect()))

    def test_keys_fit_and_zoom(self, canvas):
        zoom = lambda: canvas.view.transform().zoom  # noqa: E731
        QTest.keyClick(canvas.view, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == 1
        QTest.keyClick(canvas.view, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == 1.5
        QTest.keyClick(canvas.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(canvas.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == pytest.approx(2 / 3)
        QTest.keyClick(canvas.view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == 4

    def test_a_fitted_picture_stays_fitted_when_the_canvas_grows(self, canvas):
        canvas.resize(1310, 900)
        assert canvas.view.transform().zoom == 6
        canvas.view.zoom_to(7, middle(canvas))
        seen = canvas.view.transform().to_picture(middle(canvas).x(), middle(canvas).y())
        canvas.resize(700, 500)
        assert canvas.view.transform().zoom == 7
        now = canvas.view.transform().to_picture(middle(canvas).x(), middle(canvas).y())
        assert now == pytest.approx(seen, abs=0.2)

    def test_zoom_and_pixel_are_told(self, canvas):
        left, top = canvas.view.transform().to_widget(12, 80)
        QTest.mouseMove(canvas.view, QPointF(left + 2, top + 2).toPoint())
        assert (canvas._band.zoom_text(), canvas._band.pixel_text()) == ("400 %", "12,80")
        QTest.mouseMove(canvas.view, QPoint(2, 2))
        assert canvas._band.pixel_text() == "128 × 128"

    def test_the_place_of_the_zoom_does_not_depend_on_the_pointer(self, canvas):
        QTest.mouseMove(canvas.view, QPoint(2, 2))
        before = canvas._band._zoom.geometry()
        QTest.mouseMove(canvas.view, middle(canvas).toPoint())
        QApplication.processEvents()
        assert "," in canvas._band.pixel_text()
        assert canvas._band._zoom.geometry() == before


class TestWords:
    def test_before_the_first_picture_it_says_what_to_do(self, canvas):
        assert canvas._greeting.text() == "Press Generate to make a picture.\nOr drop one to use its settings."
        assert not canvas.commands.copy.isEnabled()
        assert canvas.commands.copy.toolTip() == "There is no picture yet."

    def test_the_greeting_stands_on_the_picture_until_the_next_one(self, canvas):
        canvas.show_image(speckled(), "Step 0 of 30")
        canvas.greet("Step 0 of 30: the noise of seed 7.", "The starter model is built in.")
        assert canvas.view.box().toRect().contains(canvas._greeting.geometry())
        canvas.show_image(speckled(seed=1), "Step 1 of 30, x0", keep_view=True)
        assert canvas._greeting.text() == ""

    @pytest.mark.parametrize("size", [QSize(220, 200), QSize(480, 300), QSize(1400, 900)])
    def test_the_greeting_is_whole_at_every_size(self, canvas, size):
        canvas.resize(size)
        canvas.greet("Step 0 of 30: the noise of seed 7. Press Generate to watch it become a picture.", "Nothing more.")
        for label in (canvas._greeting._first, canvas._greeting._second):
            assert label.height() >= label.heightForWidth(label.width())
        assert canvas.view.rect().contains(canvas._greeting.geometry())

    def test_a_screen_reader_hears_caption_size_and_zoom(self, canvas):
        canvas.show_image(speckled(), "Step 12 of 30, x0")
        assert canvas.view.accessibleName() == "Canvas"
        assert canvas.view.accessibleDescription() == "Step 12 of 30, x0. 128 by 128 pixels, 400 %"
        canvas.set_caption("Saved as red-apple-7.png")
        assert canvas.caption() == "Saved as red-apple-7.png"
        assert canvas.view.accessibleDescription().startswith("Saved as red-apple-7.png. 128")

    def test_clearing_takes_picture_and_words_away(self, canvas):
        canvas.show_image(speckled(), "Step 12 of 30, x0")
        canvas.clear()
        assert (canvas.picture(), canvas.path(), canvas.caption()) == (None, None, "")
        assert (canvas._band.zoom_text(), canvas._band.pixel_text()) == ("", "")
        assert painted_at(canvas.view, QPointF(200, 200)) == (0x16, 0x16, 0x16)
