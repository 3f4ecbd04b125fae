"""The race window with the real engine and the starter model, at few steps."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from studio import paths
from studio.export.picture_file import read_picture
from studio.job.event import TERMINAL, Cancelled, Finished
from studio.job.race import LaneEvent, LaneStep
from studio.ui.main_window import MainWindow
from studio.ui.race.lane_table import CALLS, DISTANCE
from studio.ui.race.race_window import RaceWindow
from tests.gui.studio_driver import Driver, pixels_of, saved_pictures

CONTROL = Qt.KeyboardModifier.ControlModifier


class RaceDriver:
    """The open race window of a studio."""

    def __init__(self, studio: Driver) -> None:
        self.studio = studio
        studio.small(steps=3)
        studio.press(Qt.Key.Key_R, CONTROL)
        opened = studio.window.races.race_window
        assert opened is not None
        self.window: RaceWindow = opened
        studio.until(self.window.isVisible)

    def button(self, text: str) -> QPushButton:
        return next(button for button in self.window.findChildren(QPushButton) if button.text() == text)

    def start(self) -> None:
        QTest.keyClick(self.window, Qt.Key.Key_Return)

    def finish(self) -> None:
        self.studio.until(lambda: self.window.board is not None and self.window.board.ended)

    def run(self) -> None:
        self.start()
        self.finish()

    def cells(self) -> list[str]:
        return [cell.status() for cell in self.window.grid.cells]


@pytest.fixture
def race(studio: Driver) -> Iterator[RaceDriver]:
    driver = RaceDriver(studio)
    yield driver
    driver.window.close()


class TestBeforeTheStart:
    def test_it_says_what_to_do_and_what_it_costs(self, race: RaceDriver) -> None:
        assert race.window.setup.cost_text() == "3 lanes, 9 network calls"
        race.window.setup.rows.choose("scale", "1, 3, 5")
        assert race.window.setup.cost_text() == "9 lanes, 27 network calls"
        assert not race.button("Save sheet").isEnabled()
        assert "There is no race yet." in race.button("Save sheet").toolTip()

    def test_the_form_is_the_base_and_is_followed(self, race: RaceDriver) -> None:
        race.studio.window.form.set(steps=4)
        assert race.window.setup.cost_text() == "3 lanes, 12 network calls"

    @pytest.mark.parametrize(
        ("name", "values", "sentence"),
        [
            ("sampler", ["ddim"], "A race over sampler needs at least two values, such as ddim,euler."),
            ("steps", "10, ten", "Steps 'ten' is not a whole number."),
            ("steps", "10, 0", "Steps 0 is out of range. Use 1 to 10,000."),
            ("seed", ", ".join(map(str, range(101))), "This race has 101 lanes. Use at most 100."),
        ],
    )
    def test_what_cannot_run_is_said_and_not_started(
        self, race: RaceDriver, name: str, values: str | list[str], sentence: str
    ) -> None:
        race.window.setup.columns.choose(name, values)
        race.start()
        assert race.window.setup.cost_text() == sentence
        assert race.window.board is None
        assert not race.studio.window.session.unfinished()


class TestTheRun:
    def test_lanes_grow_and_end_with_what_generate_makes(self, race: RaceDriver) -> None:
        race.start()
        race.studio.until(lambda: any("x0 at step 1 of 3" in text for text in race.cells()))
        race.finish()
        assert race.cells() == ["Finished after 3 steps"] * 3
        board = race.window.board
        assert board is not None
        assert all(len(track.previews) == 3 for track in board.tracks)
        ends = [event for event in race.studio.events if isinstance(event, TERMINAL)]
        assert [type(event) for event in ends] == [Finished]
        race.studio.window.form.set(sampler="ddpm")
        race.studio.window.controller.generate()
        race.studio.rest()
        path = race.studio.window.session.status.path
        assert path is not None
        assert np.array_equal(read_picture(path).image.pixels, pixels_of(race.window.grid.cells[1].picture()))

    def test_costs_and_distances_stand_in_the_table(self, race: RaceDriver) -> None:
        race.run()
        table = race.window.table
        assert [table.text_at(lane, CALLS) for lane in range(3)] == ["3", "3", "3"]
        distances = [table.text_at(lane, DISTANCE) for lane in range(3)]
        assert distances[0] == "–"
        assert float(distances[1]) > 0.001
        assert float(distances[2]) < 0.001

    def test_one_slider_moves_all_lanes_to_the_nearest_level(self, race: RaceDriver) -> None:
        race.window.setup.columns.choose("steps", "2, 4")
        race.run()
        scrubber = race.window.scrubber
        scrubber.go_to(0)
        assert race.cells() == ["x0 at step 1 of 2", "x0 at step 1 of 4"]
        board = race.window.board
        assert board is not None
        first, second = board.tracks
        for step, level in enumerate(second.levels, start=1):
            scrubber.go_to_level(level)
            nearest = min((abs(other - level), number) for number, other in enumerate(first.levels, start=1))[1]
            assert race.cells() == [f"x0 at step {nearest} of 2", f"x0 at step {step} of 4"]
        QTest.keyClick(race.window.grid.cells[0], Qt.Key.Key_End)
        assert race.cells() == ["Finished after 2 steps", "Finished after 4 steps"]

    def test_a_chosen_level_stays_while_the_race_goes_on(self, race: RaceDriver) -> None:
        race.window.setup.columns.choose("sampler", ["ddim", "euler"])
        race.studio.window.form.set(steps=12)
        race.start()
        race.studio.until(lambda: bool(race.window.scrubber._levels) and race.cells()[1].startswith("x0"))
        race.window.scrubber.go_to(0)
        level = race.window.scrubber.level
        race.finish()
        assert race.window.scrubber.level == level
        assert race.cells() == ["x0 at step 1 of 12"] * 2
        race.button("Live").click()
        assert race.cells() == ["Finished after 12 steps"] * 2

    def test_the_plot_has_a_line_a_lane(self, race: RaceDriver) -> None:
        race.run()
        board = race.window.board
        assert board is not None
        for number, track in enumerate(board.tracks):
            x, y = race.window.plot._lines[number].getData()
            assert list(x) == track.levels
            assert list(y) == track.distances
        # Distances are below 1 here, which pyqtgraph would write in thousandths.
        assert race.window.plot.getAxis("left").autoSIPrefixScale == 1.0

    @pytest.mark.parametrize(("size", "across"), [((1280, 800), 3), ((760, 900), 2)])
    def test_lanes_of_one_row_are_broken_where_that_makes_them_larger(
        self, race: RaceDriver, size: tuple[int, int], across: int
    ) -> None:
        race.window.resize(*size)
        race.run()
        tops = [cell.y() for cell in race.window.grid.cells]
        assert tops.count(tops[0]) == across
        viewport = race.window.grid.viewport().rect()
        assert all(viewport.contains(cell.geometry()) for cell in race.window.grid.cells)

    def test_esc_cancels_all_lanes(self, race: RaceDriver) -> None:
        race.studio.window.form.set(steps=500)
        race.start()
        race.studio.until(lambda: any(isinstance(event, LaneStep) for event in race.studio.events))
        QTest.keyClick(race.window, Qt.Key.Key_Escape)
        race.finish()
        ends = [type(event) for event in race.studio.events if isinstance(event, TERMINAL)]
        assert ends == [Cancelled]
        assert race.window.setup.cost_text().startswith("Cancelled at step ")
        assert saved_pictures() == []

    def test_a_lane_that_fails_says_why_in_its_cell(self, race: RaceDriver) -> None:
        race.window.setup.columns.choose("steps", "2, 2000")
        race.run()
        good, bad = race.cells()
        assert good == "Finished after 2 steps"
        assert bad == "Steps 2000 is out of range. This model allows 1 to 1000."
        assert race.button("Save sheet").isEnabled()

    def test_the_main_window_can_cancel_and_shows_progress(self, race: RaceDriver) -> None:
        race.studio.window.form.set(steps=500)
        race.start()
        race.studio.until(lambda: race.studio.foot().startswith("Race: step "))
        race.studio.window.session.cancel()
        race.finish()
        assert race.studio.window.session.unfinished() == ()

    def test_closing_the_studio_ends_a_race(self, race: RaceDriver) -> None:
        race.studio.window.form.set(steps=500)
        race.start()
        race.studio.until(lambda: any(isinstance(event, LaneEvent) for event in race.studio.events))
        race.studio.close()
        race.finish()


class TestWithTheResult:
    def test_a_pressed_lane_is_shown_on_the_canvas(self, race: RaceDriver) -> None:
        race.run()
        QTest.mouseClick(race.window.grid.cells[1], Qt.MouseButton.LeftButton)
        assert np.array_equal(race.studio.shown(), pixels_of(race.window.grid.cells[1].picture()))
        recipe = race.studio.window.stage.recipe()
        assert recipe is not None
        assert recipe.sampling.sampler == "ddpm"

    def test_its_settings_come_to_the_form(self, race: RaceDriver) -> None:
        race.window.setup.columns.choose("steps", "2, 4")
        race.run()
        race.window.table.selectRow(1)
        race.button("Use these settings").click()
        assert race.studio.window.form.values.steps == 4
        assert race.studio.window.form.values.seed_locked

    def test_the_sheet_is_saved_with_the_shared_recipe_and_never_replaced(self, race: RaceDriver) -> None:
        race.run()
        for name in ("red-apple-7-race.png", "red-apple-7-race-2.png"):
            race.button("Save sheet").click()
            assert race.window.toast.text() == f"Saved as {name}."
            base = read_picture(paths.pictures() / name).recipe
            assert base is not None
            assert (base.sampling.sampler, base.sampling.steps) == ("ddim", 3)

    def test_a_sheet_that_cannot_be_saved_is_told(self, race: RaceDriver) -> None:
        race.run()
        blocked = paths.data() / "file"
        blocked.parent.mkdir(parents=True, exist_ok=True)
        blocked.write_text(json.dumps({}))
        race.studio.window.controller._store.change(pictures_folder=str(blocked))
        race.button("Save sheet").click()
        assert "a file has the name of the folder" in race.window.banner.text()

    def test_another_race_takes_the_place_of_the_first(self, race: RaceDriver) -> None:
        race.run()
        race.window.setup.columns.choose("steps", "1, 2")
        race.run()
        assert race.cells() == ["Finished after 1 steps", "Finished after 2 steps"]
        assert race.window.table.rowCount() == 2


def test_the_plot_is_loaded_with_the_window_only(studio: Driver) -> None:
    window: MainWindow = studio.window
    assert window.races.race_window is None
