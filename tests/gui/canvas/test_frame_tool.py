"""The frame: dragged by its edges, also beyond the picture, and undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from studio.painting.frame import Frame
from tests.gui.canvas.desk import NO_BUTTON, SHIFT, Desk
from tests.gui.pictures import painted_at


@pytest.fixture(autouse=True)
def framing(desk: Desk) -> None:
    desk.editor.set_tool("frame")
    desk.editor.set_frame(Frame(40, 40, 80, 64))
    desk.show(3.0, 80, 72)


class TestEdges:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ((120, 72), (145, 90), Frame(40, 40, 104, 64)),
            ((40, 72), (15, 90), Frame(16, 40, 104, 64)),
            ((80, 40), (80, 21), Frame(40, 24, 80, 80)),
            ((80, 104), (80, 129), Frame(40, 40, 80, 88)),
            ((120, 104), (145, 129), Frame(40, 40, 104, 88)),
            ((40, 40), (15, 21), Frame(16, 24, 104, 80)),
        ],
    )
    def test_what_is_dragged_becomes_a_multiple_of_eight_and_the_rest_stays(self, desk, qtbot, start, end, expected):
        with qtbot.waitSignal(desk.editor.frame_changed) as caught:
            desk.drag(start, end)
        assert desk.frame == expected == caught.args[0]
        assert not desk.values.any()

    def test_beyond_the_picture_it_is_outpainting(self, desk):
        desk.drag((120, 72), (256, 72))
        assert desk.frame == Frame(40, 40, 216, 64)

    def test_near_an_edge_of_the_picture_it_snaps_to_that(self, desk):
        desk.open(203, 151)
        desk.editor.set_frame(Frame(40, 40, 80, 64))
        desk.drag((120, 104), (201.5, 150))
        assert desk.frame == Frame(40, 40, 163, 111)
        desk.drag((40, 40), (1.5, -1.5))
        assert desk.frame == Frame.whole(203, 151)

    def test_the_step_follows_the_working_size(self, desk):
        desk.editor.set_frame(desk.frame, 16.0)
        desk.drag((120, 72), (137, 72))
        assert desk.frame.width == 96

    def test_it_never_leaves_the_picture_altogether(self, desk):
        desk.drag((40, 72), (118, 72))
        assert desk.frame.width == 8
        desk.drag((116, 72), (900, 900))
        assert desk.frame.box.intersected(Frame.whole(200, 150).box).width >= 1

    @pytest.mark.parametrize(("x", "edge", "to"), [(-40, 40, -20), (160, 160, 240)])
    def test_an_edge_is_not_dragged_past_the_picture(self, desk, x, edge, to):
        desk.editor.set_frame(Frame(x, 40, 80, 64))
        desk.show(3.0, edge, 72)
        desk.drag((edge, 72), (to, 72))
        assert desk.frame.box.intersected(Frame.whole(200, 150).box).width >= 1

    def test_a_click_moves_nothing(self, desk):
        desk.click((120, 104))
        assert desk.frame == Frame(40, 40, 80, 64)
        assert not desk.editor.commands.undo.isEnabled()

    def test_outside_nothing_begins(self, desk):
        desk.drag((150, 130), (170, 140))
        assert desk.frame == Frame(40, 40, 80, 64)


class TestMoving:
    def test_its_inside_moves_it(self, desk):
        desk.drag((80, 72), (93, 82))
        assert desk.frame == Frame(53, 50, 80, 64)

    def test_it_snaps_to_the_picture_with_either_side(self, desk):
        desk.drag((80, 72), (41.5, 72))
        assert desk.frame == Frame(0, 40, 80, 64)
        desk.drag((40, 72), (161, 72))
        assert desk.frame == Frame(120, 40, 80, 64)

    def test_shift_keeps_it_on_its_line(self, desk):
        desk.drag((80, 72), (100, 80), modifiers=SHIFT)
        assert desk.frame == Frame(60, 40, 80, 64)

    def test_esc_puts_it_back(self, desk):
        desk.press((80, 72))
        desk.move((100, 80))
        assert desk.frame != Frame(40, 40, 80, 64)
        desk.key(Qt.Key.Key_Escape)
        assert desk.frame == Frame(40, 40, 80, 64)

    @pytest.mark.parametrize(
        ("at", "cursor"),
        [
            ((80, 72), Qt.CursorShape.SizeAllCursor),
            ((120, 72), Qt.CursorShape.SizeHorCursor),
            ((80, 40), Qt.CursorShape.SizeVerCursor),
            ((40, 40), Qt.CursorShape.SizeFDiagCursor),
            ((120, 40), Qt.CursorShape.SizeBDiagCursor),
            ((160, 130), Qt.CursorShape.ArrowCursor),
        ],
    )
    def test_the_cursor_tells_what_a_drag_would_do(self, desk, at, cursor):
        desk.move(at, button=NO_BUTTON)
        assert desk.view.cursor().shape() == cursor


class TestUndo:
    def test_frame_and_mask_are_undone_in_the_order_in_which_they_were_changed(self, desk):
        frames, masks = [desk.frame], [desk.values.copy()]
        desk.drag((120, 72), (145, 72))
        desk.editor.set_tool("brush")
        desk.click((60, 60))
        masks.append(desk.values.copy())
        desk.editor.set_tool("frame")
        frames.append(desk.frame)
        desk.drag((80, 72), (90, 82))
        desk.drag((90, 80), (99, 86))
        frames.append(desk.frame)
        undo, redo = desk.editor.undo, desk.editor.redo
        assert desk.editor.commands.undo.text() == "Undo Frame"
        undo()
        undo()
        assert (desk.frame, desk.values[60, 60]) == (frames[1], 255)
        undo()
        assert (desk.frame, desk.values[60, 60]) == (frames[1], 0)
        undo()
        assert (desk.frame, desk.values[60, 60]) == (frames[0], 0)
        undo()
        assert desk.frame == frames[0]
        assert not desk.editor.commands.undo.isEnabled()
        redo()
        redo()
        assert (desk.frame, desk.values[60, 60]) == (frames[1], 255)
        assert desk.editor.commands.redo.text() == "Redo Frame"
        redo()
        redo()
        assert desk.frame == frames[2]
        assert not desk.editor.commands.redo.isEnabled()

    def test_the_frame_of_the_window_is_no_step(self, desk):
        desk.editor.set_frame(Frame(0, 0, 64, 64))
        assert not desk.editor.commands.undo.isEnabled()


def test_fitting_shows_all_of_the_frame(desk: Desk) -> None:
    desk.editor.set_frame(Frame(-300, -50, 900, 250))
    desk.view.fit()
    shown = desk.view.sight().area(*desk.frame.box)
    assert desk.view.rect().contains(shown.toAlignedRect())
    assert desk.view.transform().zoom < 1


def test_what_is_not_worked_on_is_dimmed(desk: Desk) -> None:
    assert painted_at(desk.view, desk.place(80, 72)) == (128, 128, 128)
    red, green, blue = painted_at(desk.view, desk.place(150, 130))
    assert red == green == blue
    assert red < 80
