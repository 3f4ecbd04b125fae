"""Views, access, and what the strip looks like."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.theme import Theme
from studio.ui.timeline.film import Film
from studio.ui.timeline.filmstrip import SIDE
from studio.ui.timeline.timeline import Timeline
from tests.gui.pictures import painted_at, plain
from tests.gui.timeline.runs import SIZE, STEPS, cell_middle, run, shade


class TestViews:
    def test_the_switch_tells_which_previews_are_wanted(self, qtbot, timeline):
        wanted = []
        timeline.kind_changed.connect(wanted.append)
        for button in timeline._transport.switch._group.buttons()[::-1]:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
        assert wanted == ["change", "guidance", "eps", "x", "x0", "change"]

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
        assert timeline._transport.note() == "No x was kept of these steps. The next ones show it."
        timeline.add_preview(13, "x", plain((1, 1, 1)))
        assert timeline._transport.note() == ""


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
    timeline.begin(Film(10_000, tuple(range(10_001)), SIZE))
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
    assert timeline.minimumSizeHint().width() <= 496  # what is left of a window of 800


def test_the_hints_have_room_in_a_window_of_1280(qtbot: QtBot, theme: Theme) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(734, 116)  # what both panes leave of it
    with qtbot.waitExposed(timeline):
        timeline.show()
    note = timeline._transport._note
    for seen in (0, 1):
        timeline.hints.seen = seen
        timeline._transport.set_note(timeline.hints.text(kept=True, looked_back=True))
        QApplication.processEvents()
        assert note.width() >= note.sizeHint().width()
