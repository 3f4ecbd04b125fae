"""Shapes, fill and gradient: what their gestures ask of the mask, against the operations themselves."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.image import Image
from studio.painting.box import Box
from studio.painting.flood import fill
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.painting.shapes import ellipse, gradient, polygon, rectangle
from tests.gui.canvas.desk import NO_BUTTON, SHIFT, Desk


def done(desk: Desk, operation) -> np.ndarray:
    """What the operation makes of an empty mask."""
    document = MaskDocument(desk.document.width, desk.document.height)
    document.apply("it", operation)
    return document.values


class TestRectangles:
    @pytest.mark.parametrize(("tool", "shape"), [("rectangle", rectangle), ("ellipse", ellipse)])
    @pytest.mark.parametrize("way", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
    def test_they_hold_the_pixels_from_press_to_release(self, desk, tool, shape, way):
        desk.take(tool)
        desk.show(2.0, 100, 75)
        (left, right), (top, bottom) = (20.3, 80.7), (10.6, 50.2)
        start = (left if way[0] > 0 else right, top if way[1] > 0 else bottom)
        end = (right if way[0] > 0 else left, bottom if way[1] > 0 else top)
        desk.drag(start, (50, 30), end)
        assert np.array_equal(desk.values, done(desk, shape(Box(20, 10, 81, 51))))

    def test_shift_makes_a_square(self, desk):
        desk.take("rectangle")
        desk.drag((20.5, 20.5), (60.5, 50.5), modifiers=SHIFT)
        assert np.array_equal(desk.values, done(desk, rectangle(Box(20, 20, 61, 61))))

    def test_what_reaches_beyond_the_picture_is_cut(self, desk):
        desk.take("rectangle")
        desk.drag((-30, -20), (10.5, 10.5))
        assert np.array_equal(desk.values, done(desk, rectangle(Box(0, 0, 11, 11))))

    def test_a_click_is_no_rectangle(self, desk):
        desk.take("rectangle")
        desk.click((50, 50))
        assert desk.document.undo_name is None

    def test_its_opacity_is_that_of_the_brush(self, desk):
        desk.take("rectangle", opacity=0.5)
        desk.drag((20.5, 20.5), (60.5, 50.5))
        assert desk.values.max() == 128

    def test_esc_takes_it_back(self, desk):
        desk.take("ellipse")
        desk.press((20, 20))
        desk.move((80, 80))
        assert not desk.editor.layers.outline.is_empty()
        desk.key(Qt.Key.Key_Escape)
        desk.release((80, 80))
        assert desk.editor.layers.outline.is_empty()
        assert not desk.values.any()


class TestLassos:
    CORNERS = ((20.0, 20.0), (90.0, 30.0), (60.0, 100.0))

    def triangle(self, desk: Desk) -> np.ndarray:
        return done(desk, polygon(self.CORNERS))

    def test_a_lasso_holds_what_its_line_goes_around(self, desk):
        desk.take("lasso")
        desk.show(4.0, 60, 60)
        desk.drag(*self.CORNERS)
        assert np.abs(desk.values.astype(int) - self.triangle(desk)).mean() < 0.5
        assert desk.document.undo_name == "Lasso"

    @pytest.mark.parametrize("end", ["enter", "double", "first corner"])
    def test_a_polygon_is_closed(self, desk, end):
        desk.take("polygon")
        desk.show(4.0, 60, 60)
        for corner in self.CORNERS:
            desk.click(corner)
            desk.move((corner[0] + 5, corner[1]), button=NO_BUTTON)
            assert not desk.values.any()
        if end == "enter":
            desk.key(Qt.Key.Key_Return)
        elif end == "double":
            desk.double((70, 90))
        else:
            desk.click((20.5, 20.5))
        assert np.abs(desk.values.astype(int) - self.triangle(desk)).mean() < 0.5
        assert desk.document.undo_name == "Polygon"
        assert desk.editor.layers.outline.is_empty()

    def test_backspace_takes_a_corner_back_and_at_last_the_polygon(self, desk):
        desk.take("polygon")
        for corner in (*self.CORNERS, (10.0, 140.0)):
            desk.click(corner)
        desk.key(Qt.Key.Key_Backspace)
        desk.key(Qt.Key.Key_Enter)
        assert np.abs(desk.values.astype(int) - self.triangle(desk)).mean() < 0.5
        desk.click((20, 20))
        desk.key(Qt.Key.Key_Backspace)
        assert desk.editor.layers.outline.is_empty()
        assert len(desk.document.history) == 1

    def test_a_polygon_waits_while_the_view_is_moved_and_zoomed(self, desk):
        desk.take("polygon")
        desk.click(self.CORNERS[0])
        desk.show(8.0, 60, 60)
        for corner in self.CORNERS[1:]:
            desk.click(corner)
        desk.key(Qt.Key.Key_Return)
        assert np.abs(desk.values.astype(int) - self.triangle(desk)).mean() < 1

    def test_the_right_button_does_not_disturb_a_polygon(self, desk):
        desk.take("polygon")
        desk.click(self.CORNERS[0])
        desk.press((30, 30), button=Qt.MouseButton.RightButton)
        desk.release((30, 30), button=Qt.MouseButton.RightButton)
        for corner in self.CORNERS[1:]:
            desk.click(corner)
        desk.key(Qt.Key.Key_Return)
        assert np.abs(desk.values.astype(int) - self.triangle(desk)).mean() < 1

    def test_another_tool_takes_the_polygon_back(self, desk):
        desk.take("polygon")
        for corner in self.CORNERS:
            desk.click(corner)
        desk.take("brush")
        assert not desk.values.any()
        assert desk.editor.layers.outline.is_empty()

    def test_two_corners_are_nothing(self, desk):
        desk.take("polygon")
        desk.click((20, 20))
        desk.click((80, 80))
        desk.key(Qt.Key.Key_Return)
        assert desk.document.undo_name is None


class TestFill:
    def test_it_fills_what_looks_like_the_clicked_pixel(self, desk):
        pixels = np.zeros((150, 200, 3), np.uint8)
        pixels[:, 100:] = 200
        picture = Image(pixels)
        desk.editor.open(picture, MaskDocument(200, 150), Frame.whole(200, 150))
        desk.take("fill")
        desk.click((120, 40))
        assert np.array_equal(desk.values, done(desk, fill(120, 40, picture, 24)))
        assert desk.values[:, 100:].min() == 255
        assert desk.values[:, :100].max() == 0

    def test_tolerance_decides_what_looks_alike(self, desk):
        ramp = np.repeat(np.arange(200, dtype=np.uint8)[None, :, None], 150, axis=0).repeat(3, axis=2)
        desk.editor.open(Image(ramp), MaskDocument(200, 150), Frame.whole(200, 150))
        desk.take("fill")
        for tolerance in (0, 10, 50):
            desk.editor.easel.tolerance = tolerance
            desk.click((100.5, 40.5))
            assert int((desk.values[0] == 255).sum()) == 2 * tolerance + 1
            desk.editor.undo()

    def test_beside_the_picture_nothing_is_filled(self, desk):
        desk.take("fill")
        desk.click((-5, 40))
        assert desk.document.undo_name is None


class TestGradient:
    def test_it_goes_from_full_to_nothing(self, desk):
        desk.take("gradient")
        desk.show(2.0, 100, 75)
        desk.drag((50.25, 20.25), (100, 30), (150.25, 20.25))
        expected = done(desk, gradient(50.25, 20.25, 150.25, 20.25))
        assert np.abs(desk.values.astype(int) - expected).max() <= 2

    def test_shift_keeps_it_straight(self, desk):
        desk.take("gradient")
        desk.drag((50, 20), (150, 32), modifiers=SHIFT)
        assert (desk.values == desk.values[:1]).all()

    def test_a_click_is_no_gradient(self, desk):
        desk.take("gradient")
        desk.click((50, 50))
        assert desk.document.undo_name is None
