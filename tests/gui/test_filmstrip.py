"""The timeline: it follows a run until the user looks back, and shows what was kept of each step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from studio.job.recipe import recipe
from studio.ui.canvas.canvas import Canvas
from studio.ui.theme import Theme
from studio.ui.timeline.filmstrip import SIDE
from studio.ui.timeline.timeline import Timeline
from tests.gui.pictures import painted_at, plain, speckled

STEPS = 30
TIMESTEPS = tuple(float(t) for t in np.linspace(967, 0, STEPS + 1))
SIZE = (128, 128)


@pytest.fixture
def timeline(qtbot: QtBot, theme: Theme) -> Iterator[Timeline]:
    made = Timeline()
    made.resize(976, 116)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.filmstrip.setFocus()
    qtbot.waitUntil(made.filmstrip.hasFocus)
    yield made
    made.close()


def shade(step: int) -> tuple[int, int, int]:
    """The colour of the preview of a step in these tests."""
    return step * 8, 255 - step * 8, 40


def run(timeline: Timeline, last: int, *, kind: str = "x0", missed: tuple[int, ...] = ()) -> None:
    timeline.begin(STEPS, TIMESTEPS, SIZE)
    for step in range(1, last + 1):
        timeline.advance(step)
        if step not in missed:
            timeline.add_preview(step, kind, plain(shade(step)))


def cell_middle(timeline: Timeline, step: int) -> QPoint:
    layout = timeline.filmstrip._painter.layout
    return QPoint(round(SIDE + layout.place(step)), 40)


class TestFollowing:
    def test_before_a_run_it_shows_the_cells_to_come(self, timeline):
        timeline.expect(STEPS)
        assert timeline.text() == "Step 0 of 30"
        assert timeline.filmstrip.accessibleName() == "30 empty cells"
        timeline.expect(8)
        assert timeline.filmstrip.accessibleName() == "8 empty cells"

    def test_a_knob_does_not_take_a_run_away(self, timeline):
        run(timeline, STEPS)
        timeline.expect(8)
        assert timeline.text() == "Step 30 of 30   t 0"

    def test_each_step_is_named_with_the_level_it_reached(self, timeline):
        run(timeline, 12)
        assert timeline.text() == f"Step 12 of 30   t {TIMESTEPS[12]:.0f}"
        assert timeline.filmstrip.value() == 12
        assert timeline.is_live

    def test_previews_are_painted_in_their_cells(self, timeline):
        run(timeline, 12)
        for cell in timeline.filmstrip._painter.layout.cells:
            place = QPointF(SIDE + cell.left + 6, 40)
            colour = painted_at(timeline.filmstrip, place)
            assert colour == (shade(cell.step) if cell.step <= 12 else (0x16, 0x16, 0x16))

    def test_late_pictures_replace_nothing_the_user_looks_at(self, qtbot, timeline):
        run(timeline, 12)
        timeline.filmstrip.go_to(5)
        timeline.advance(13)
        timeline.add_preview(13, "x0", plain(shade(13)))
        assert timeline.filmstrip.value() == 5
        assert timeline.text().startswith("Step 5 of 30")
        assert timeline.look(13) is not None

    def test_live_returns_to_the_newest(self, qtbot, timeline):
        run(timeline, 12)
        timeline.filmstrip.go_to(5)
        assert timeline._live.isEnabled()
        with qtbot.waitSignal(timeline.live_changed) as caught:
            QTest.mouseClick(timeline._live, Qt.MouseButton.LeftButton)
        assert caught.args == [True]
        assert timeline.filmstrip.value() == 12
        assert not timeline._live.isEnabled()

    def test_another_run_does_not_take_away_what_is_looked_at(self, timeline):
        run(timeline, STEPS)
        timeline.finish(plain((1, 2, 3)))
        timeline.filmstrip.go_to(5)
        run(timeline, 3)
        assert timeline.text().startswith("Step 5 of 30")
        assert timeline.look(5).image.pixels[0, 0].tolist() == list(shade(5))
        timeline.set_live(True)
        assert timeline.text().startswith("Step 3 of 30")
        assert timeline.look(5) is None

    def test_the_finished_picture_stands_for_the_last_step(self, timeline):
        run(timeline, STEPS)
        final = speckled(512, 512)
        timeline.finish(final)
        assert timeline.look().image is final
        assert timeline.look(STEPS) == (final, "Step 30 of 30", SIZE, None, True)

    def test_a_step_knows_how_its_run_was_made(self, timeline):
        first, second = recipe(seed=1), recipe(seed=2)
        timeline.begin(STEPS, TIMESTEPS, SIZE, first)
        timeline.add_preview(1, "x0", plain((1, 1, 1)))
        timeline.filmstrip.go_to(1)
        timeline.begin(STEPS, TIMESTEPS, SIZE, second)
        timeline.add_preview(1, "x0", plain((2, 2, 2)))
        assert timeline.look(1).recipe is first
        timeline.set_live(True)
        assert timeline.look(1).recipe is second

    def test_a_cancelled_run_keeps_its_steps(self, timeline):
        run(timeline, 18)
        timeline.finish()
        assert timeline.text().startswith("Step 18 of 30")
        assert timeline.look() == (timeline.look(18).image, "Step 18 of 30, x0", SIZE, None, False)

    def test_large_previews_are_kept_small(self, timeline):
        timeline.begin(STEPS, TIMESTEPS, (1024, 512))
        timeline.add_preview(1, "x0", plain((9, 9, 9), 1024, 512))
        look = timeline.look(1)
        assert (look.image.width, look.image.height, look.size) == (256, 128, (1024, 512))


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


class TestViews:
    def test_the_switch_tells_which_previews_are_wanted(self, qtbot, timeline):
        wanted = []
        timeline.kind_changed.connect(wanted.append)
        for button in timeline._switch._group.buttons()[::-1]:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
        assert wanted == ["x", "x0", "x"]

    def test_each_view_shows_its_own_pictures(self, timeline):
        run(timeline, 12)
        timeline.add_preview(12, "x", plain((1, 1, 1)))
        assert timeline.look(12).image.pixels[0, 0].tolist() == list(shade(12))
        timeline.set_kind("x")
        assert timeline.look(12).image.pixels[0, 0].tolist() == [1, 1, 1]
        assert timeline.look(12).caption == "Step 12 of 30, x"
        assert painted_at(timeline.filmstrip, QPointF(SIDE + 330, 40) + QPointF(20, 0)) == (1, 1, 1)

    def test_a_step_looked_at_is_shown_in_the_other_view(self, timeline):
        run(timeline, 12)
        timeline.add_preview(5, "x", plain((1, 1, 1)))
        timeline.filmstrip.go_to(6)
        seen = []
        timeline.step_selected.connect(seen.append)
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_V)
        assert seen == [5]

    def test_it_is_said_when_nothing_of_a_view_was_kept(self, timeline):
        run(timeline, 12)
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_V)
        assert timeline._note.text() == "No x was kept of these steps. The next ones show it."
        timeline.add_preview(13, "x", plain((1, 1, 1)))
        assert timeline._note.text() == ""


class TestAccess:
    def test_a_screen_reader_meets_a_slider_with_the_step_as_its_name(self, timeline):
        run(timeline, STEPS)
        timeline.filmstrip.go_to(12)
        meant = QAccessible.queryAccessibleInterface(timeline.filmstrip)
        assert meant.role() == QAccessible.Role.Slider
        assert meant.text(QAccessible.Text.Name) == "Step 12 of 30, x0"
        assert meant.valueInterface().currentValue() == 12
        assert meant.valueInterface().maximumValue() == 30

    def test_a_screen_reader_can_scrub(self, qtbot, timeline):
        run(timeline, STEPS)
        with qtbot.waitSignal(timeline.step_selected) as caught:
            QAccessible.queryAccessibleInterface(timeline.filmstrip).valueInterface().setCurrentValue(9)
        assert caught.args == [9]

    def test_a_tooltip_names_the_cell(self, qtbot, timeline):
        timeline.expect(STEPS)
        place = cell_middle(timeline, 12)
        tip = QHelpEvent(QEvent.Type.ToolTip, place, timeline.filmstrip.mapToGlobal(place))
        QApplication.sendEvent(timeline.filmstrip, tip)
        assert "Step 12 of 30, x0" in QToolTip.text()
        QToolTip.hideText()

    @pytest.mark.parametrize(("edge", "height"), [(64, 80), (48, 64)])
    def test_cells_give_way_in_low_windows(self, timeline, edge, height):
        timeline.set_cell_edge(edge)
        assert timeline.filmstrip.sizeHint().height() == height
        timeline.set_cell_edge(0)
        assert not timeline.filmstrip.isVisible()
        assert timeline.sizeHint().height() == 36

    @pytest.mark.parametrize("scale", [0.9, 1.25, 1.5])
    def test_the_strip_follows_the_size_of_the_interface(self, timeline, theme, scale):
        theme.apply("dark", scale)
        run(timeline, 12)
        cells = timeline.filmstrip._painter.layout.cells
        assert cells[1].left - cells[0].left >= round(68 * scale) - 1
        assert timeline.filmstrip.sizeHint().height() == pytest.approx(80 * scale, abs=2)


def test_painting_a_long_run_touches_few_pictures(timeline: Timeline) -> None:
    timeline.begin(10_000, tuple(range(10_001)), SIZE)
    for step in range(1, 400):
        timeline.advance(step)
        timeline.add_preview(step, "x0", plain((step % 256, 0, 0), 16, 16))
    timeline.filmstrip.grab()
    assert len(timeline.filmstrip._painter._drawn) <= len(timeline.filmstrip._painter.layout.cells) <= 14


def test_it_stands_in_a_window_of_960(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    timeline = Timeline(window)
    timeline.expect(STEPS)
    assert timeline.minimumSizeHint().width() <= 400
