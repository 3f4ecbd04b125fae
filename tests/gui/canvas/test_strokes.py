"""Strokes with the mouse: where they land, and how they begin and end."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QDrag, QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.painting.brush import Brush
from studio.painting.mask_document import MaskDocument
from studio.ui.canvas.view_transform import LADDER
from tests.gui.canvas.desk import ALT, LEFT, MIDDLE, NO_BUTTON, SHIFT, Desk

CORNERS = [(0, 0), (199, 0), (0, 149), (199, 149), (100, 75)]


def painted(desk: Desk) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(desk.values)
    return list(zip(columns.tolist(), rows.tolist(), strict=True))


class TestWhere:
    @pytest.mark.parametrize("pixel", CORNERS)
    def test_a_pixel_at_a_corner_lands_at_that_pixel_at_any_zoom(self, desk, pixel):
        desk.take("brush", size=1.0)
        for zoom in LADDER:
            desk.show(zoom, pixel[0] + 0.5, pixel[1] + 0.5)
            for part in ((0.5, 0.5), (0.02, 0.02), (0.98, 0.98)):
                desk.click((pixel[0] + part[0], pixel[1] + part[1]))
                assert painted(desk) == [pixel], zoom
                assert desk.values[pixel[1], pixel[0]] == 255
                desk.editor.undo()

    @pytest.mark.parametrize("zoom", [0.3, 2 / 3, 1.0, 1.5, 4.0, 31.0])
    def test_the_pixel_that_the_band_names_is_the_one_that_is_painted(self, desk, zoom):
        desk.take("brush", size=1.0)
        desk.show(zoom, 20, 30)
        for place in (QPointF(331, 301), QPointF(370, 310), QPointF(375.5, 317)):
            at = desk.view.transform().to_picture(place.x(), place.y())
            desk.move(at, button=NO_BUTTON)
            named = desk.canvas._band.pixel_text()
            desk.click(at)
            assert [f"{i},{j}" for i, j in painted(desk)] == ([named] if "," in named else [])
            desk.editor.undo()

    def test_a_stroke_is_what_the_document_paints_along_its_way(self, desk):
        way = [(30.25, 40.5), (80.0, 60.75), (120.5, 20.0)]
        desk.take("brush", size=17.0, hardness=0.4, opacity=0.7)
        desk.show(3.0, 75, 40)
        desk.drag(*way)
        same = MaskDocument(200, 150)
        stroke = same.begin_stroke(desk.editor.brush)
        for x, y in way:
            stroke.to(x, y)
        stroke.finish()
        # Where a place falls on a device pixel, its middle is meant: less than half a pixel of the picture away.
        assert np.abs(desk.values.astype(int) - same.values).mean() < 1.5
        assert desk.values.max() == same.values.max()

    def test_what_is_painted_beside_the_picture_is_nowhere(self, desk, qtbot):
        with qtbot.assertNotEmitted(desk.editor.committed):
            desk.drag((-40, -40), (-30, 160))
        assert not desk.values.any()
        assert desk.document.undo_name is None


class TestLines:
    def test_shift_draws_a_straight_line_from_the_last_place(self, desk):
        desk.click((20.5, 20.5))
        desk.click((120.5, 20.5), SHIFT)
        line = MaskDocument(200, 150)
        for places in ([(20.5, 20.5)], [(20.5, 20.5), (120.5, 20.5)]):
            stroke = line.begin_stroke(desk.editor.brush)
            for place in places:
                stroke.to(*place)
            stroke.finish()
        assert np.abs(desk.values.astype(int) - line.values).mean() < 0.5
        assert desk.values[20, 21:120].min() == 255
        assert len(desk.document.history) == 2

    def test_the_line_follows_the_pointer_until_it_is_released_and_the_next_goes_on_from_there(self, desk):
        desk.click((20, 20))
        desk.drag((50, 100), (120, 100), (20, 120), modifiers=SHIFT)
        assert desk.values[70, 20] == 255
        assert desk.values[100, 120] == 0
        desk.click((180, 120), SHIFT)
        assert desk.values[120, 100] == 255

    def test_without_a_last_place_it_is_a_stroke(self, desk):
        desk.drag((20, 20), (60, 20), (60, 60), modifiers=SHIFT)
        assert desk.values[20, 40] == desk.values[40, 60] == 255

    def test_a_line_knows_no_smoothing(self, desk):
        desk.take("brush", smoothing=1.0)
        desk.click((20, 20))
        desk.click((180, 20), SHIFT)
        assert desk.values[20, 20:180].min() == 255


class TestErasing:
    @pytest.fixture(autouse=True)
    def full(self, desk):
        desk.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        assert desk.values.min() == 255

    def test_alt_erases(self, desk):
        desk.click((50, 50), ALT)
        assert desk.values[50, 50] == 0
        desk.click((50, 50))
        assert desk.values[50, 50] == 255

    def test_x_swaps_and_alt_turns_it_round(self, desk):
        desk.key(Qt.Key.Key_X)
        assert desk.editor.tool == "eraser"
        desk.click((50, 50))
        assert desk.values[50, 50] == 0
        desk.click((50, 50), ALT)
        assert desk.values[50, 50] == 255
        desk.key(Qt.Key.Key_X)
        assert desk.editor.tool == "brush"

    def test_shapes_erase_after_x_and_remember_it(self, desk):
        desk.take("rectangle")
        desk.key(Qt.Key.Key_X)
        desk.take("brush")
        assert not desk.editor.easel.erasing
        desk.take("ellipse")
        assert desk.editor.easel.erasing
        desk.drag((20, 20), (60, 60))
        assert desk.values[40, 40] == 0


class TestEnds:
    def test_the_space_bar_pans_and_paints_nothing(self, desk):
        before = desk.view.box()
        QTest.keyPress(desk.view, Qt.Key.Key_Space)
        start, end = desk.place(50, 50), desk.place(80, 60)
        QTest.mousePress(desk.view, LEFT, pos=start.toPoint())
        QTest.mouseMove(desk.view, end.toPoint())
        QTest.mouseRelease(desk.view, LEFT, pos=end.toPoint())
        QTest.keyRelease(desk.view, Qt.Key.Key_Space)
        assert not desk.values.any()
        assert desk.view.box() != before
        desk.click((50, 50))
        assert desk.values.any()

    def test_the_middle_button_pans_and_paints_nothing(self, desk):
        before = desk.view.box()
        QTest.mousePress(desk.view, MIDDLE, pos=desk.place(50, 50).toPoint())
        QTest.mouseMove(desk.view, desk.place(60, 70).toPoint())
        QTest.mouseRelease(desk.view, MIDDLE, pos=desk.place(60, 70).toPoint())
        assert not desk.values.any()
        assert desk.view.box() != before
        assert desk.view.cursor().shape() == Qt.CursorShape.BlankCursor

    def test_the_picture_is_not_dragged_out(self, desk, monkeypatch):
        monkeypatch.setattr(QDrag, "exec", lambda *_: pytest.fail("painting is no drag"))
        desk.drag((20, 20), (150, 100))
        assert desk.values.any()

    def test_a_release_that_another_window_swallowed_ends_the_stroke(self, desk):
        desk.press((20, 20))
        desk.move((60, 20))
        desk.move((150, 120), button=NO_BUTTON)
        assert desk.document.undo_name == "Brush"
        assert desk.values[20, 60] == 255
        assert desk.values[120, 150] == 0
        desk.move((160, 20), button=NO_BUTTON)
        assert desk.values[20, 160] == 0

    @pytest.mark.parametrize(
        "event", [QEvent(QEvent.Type.WindowDeactivate), QFocusEvent(QEvent.Type.FocusOut), QEvent(QEvent.Type.Hide)]
    )
    def test_a_stroke_that_loses_its_window_counts(self, desk, event):
        desk.press((20, 20))
        desk.move((60, 20))
        QApplication.sendEvent(desk.view, event)
        assert len(desk.document.history) == 1
        desk.move((120, 20))
        assert desk.values[20, 100] == 0

    def test_esc_takes_the_stroke_back_and_nothing_else(self, desk):
        desk.click((30, 30))
        before = desk.values.copy()
        desk.press((100, 100))
        desk.move((120, 120))
        assert (desk.values != before).any()
        desk.key(Qt.Key.Key_Escape)
        assert np.array_equal(desk.values, before)
        assert len(desk.document.history) == 1
        desk.move((140, 120))
        desk.release((140, 120))
        assert np.array_equal(desk.values, before)

    def test_undo_in_a_stroke_takes_the_stroke_back(self, desk):
        desk.click((30, 30))
        desk.press((100, 100))
        desk.editor.undo()
        assert desk.values[100, 100] == 0
        assert desk.values[30, 30] == 255

    def test_another_tool_ends_the_stroke(self, desk):
        desk.press((20, 20))
        desk.move((60, 20))
        desk.key(Qt.Key.Key_M)
        desk.move((120, 20))
        desk.release((120, 20))
        assert desk.values[20, 60] == 255
        assert desk.values[20, 100] == 0

    def test_a_stroke_on_what_is_masked_already_is_no_step(self, desk, qtbot):
        desk.drag((20, 60), (120, 60))
        desk.take("brush", size=10.0)
        with qtbot.assertNotEmitted(desk.editor.committed):
            desk.drag((40, 60), (90, 60))
        assert len(desk.document.history) == 1

    def test_a_double_click_paints_twice(self, desk):
        desk.take("brush", opacity=0.5)
        desk.click((50, 50))
        desk.double((50, 50))
        desk.release((50, 50))
        assert desk.values[50, 50] > 180

    def test_one_stroke_is_one_step(self, desk, qtbot):
        with qtbot.waitSignal(desk.editor.committed):
            desk.drag((20, 20), (60, 20), (60, 60))
        after = desk.values.copy()
        assert len(desk.document.history) == 1
        desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert not desk.values.any()
        desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | SHIFT)
        assert np.array_equal(desk.values, after)

    def test_a_closed_editor_leaves_the_mouse_alone(self, desk, monkeypatch):
        document = desk.document
        desk.press((20, 20))
        desk.move((60, 20))
        desk.editor.close()
        assert document.values[20, 60] == 255
        seen = []
        monkeypatch.setattr(QDrag, "exec", lambda drag, *_: seen.append(drag))
        QTest.mousePress(desk.view, LEFT, pos=desk.place(50, 50).toPoint())
        QTest.mouseMove(desk.view, desk.place(90, 50).toPoint())
        QTest.mouseRelease(desk.view, LEFT, pos=desk.place(90, 50).toPoint())
        assert len(seen) == 1
        assert len(document.history) == 1
        desk.open(20, 20)

    def test_a_mask_of_another_size_is_refused(self, desk):
        with pytest.raises(ValueError, match="20×20"):
            desk.editor.open(desk.editor.easel.paper.picture, MaskDocument(20, 20), desk.frame)

    def test_the_brush_of_the_editor_is_the_usual_one_at_first(self, canvas):
        assert canvas.editor.brush == Brush()
        assert not canvas.editor.active
