"""The strip is scrubbed with mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.ui.canvas.canvas import Canvas
from studio.ui.timeline.timeline import Timeline
from tests.gui.timeline.runs import STEPS, cell_middle, run


class TestScrubbing:
    @pytest.fixture
    def chosen(self, timeline: Timeline) -> list[int]:
        seen: list[int] = []
        timeline.step_selected.connect(seen.append)
        return seen

    @pytest.mark.parametrize("step", [1, 12, 30])
    def test_a_click_looks_at_the_picture_in_the_cell(self, timeline, chosen, step):
        run(timeline, STEPS)
        QTest.mouseClick(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=cell_middle(timeline, step))
        assert chosen == [step]
        assert not timeline.is_live
        assert timeline.look(step).caption == f"Step {step} of 30, x0"

    def test_a_drag_goes_through_every_step(self, timeline, chosen):
        run(timeline, STEPS)
        start, end = cell_middle(timeline, 5), cell_middle(timeline, 21)
        QTest.mousePress(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=start)
        for x in range(start.x(), end.x() + 1, 4):
            QTest.mouseMove(timeline.filmstrip, QPoint(x, 40))
        QTest.mouseMove(timeline.filmstrip, end)
        QTest.mouseRelease(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=end)
        assert sorted(set(chosen)) == list(range(5, 22))
        QTest.mouseMove(timeline.filmstrip, start)
        assert chosen[-1] == 21

    def test_a_drag_beyond_the_ends_stops_there(self, timeline, chosen):
        run(timeline, STEPS)
        for x, step in [(-500, 1), (5000, 30)]:
            QTest.mousePress(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=cell_middle(timeline, 12))
            QTest.mouseMove(timeline.filmstrip, QPoint(x, 40))
            QTest.mouseRelease(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=QPoint(x, 40))
            assert chosen[-1] == step

    @pytest.mark.parametrize(
        ("key", "shift", "step"),
        [
            *((Qt.Key.Key_Left, False, 11), (Qt.Key.Key_Right, False, 13), (Qt.Key.Key_Left, True, 7)),
            *((Qt.Key.Key_Right, True, 17), (Qt.Key.Key_Home, False, 1), (Qt.Key.Key_End, False, 30)),
        ],
    )
    def test_keys_go_through_the_steps(self, timeline, chosen, key, shift, step):
        run(timeline, STEPS)
        timeline.filmstrip.go_to(12)
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(timeline.filmstrip, key, modifier)
        assert chosen == [12, step]

    def test_other_keys_are_left_to_the_window(self, timeline, chosen):
        run(timeline, STEPS)
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Up)
        assert chosen == []

    def test_steps_of_which_nothing_is_kept_lead_to_the_nearest(self, timeline, chosen):
        run(timeline, 20, missed=(7, 8, 9))
        timeline.filmstrip.go_to(8)
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Right)
        timeline.filmstrip.go_to(25)
        assert chosen == [6, 10, 20]

    def test_without_a_run_nothing_is_chosen(self, timeline, chosen):
        timeline.expect(STEPS)
        QTest.mouseClick(timeline.filmstrip, Qt.MouseButton.LeftButton, pos=cell_middle(timeline, 12))
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Right)
        assert chosen == []
        assert timeline.is_live

    def test_the_wheel_chooses_nothing(self, timeline, chosen, turn_wheel):
        run(timeline, STEPS)
        assert not turn_wheel(timeline.filmstrip)
        assert chosen == []

    def test_the_keys_work_in_the_canvas_too(self, qtbot, timeline, chosen):
        canvas = Canvas()
        qtbot.addWidget(canvas)
        timeline.take_keys_of(canvas.view)
        run(timeline, STEPS)
        QTest.keyClick(canvas.view, Qt.Key.Key_Left)
        QTest.keyClick(canvas.view, Qt.Key.Key_V)
        assert chosen[0] == 29
        assert timeline.kind == "x"
