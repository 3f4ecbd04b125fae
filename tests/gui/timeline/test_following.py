"""The timeline follows a run until the user looks back."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from studio.job.recipe import recipe
from studio.ui.timeline.film import Film
from studio.ui.timeline.filmstrip import SIDE
from tests.gui.pictures import painted_at, plain, speckled
from tests.gui.timeline.runs import SIZE, STEPS, TIMESTEPS, run, shade


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
        assert timeline._transport._live.isEnabled()
        with qtbot.waitSignal(timeline.live_changed) as caught:
            QTest.mouseClick(timeline._transport._live, Qt.MouseButton.LeftButton)
        assert caught.args == [True]
        assert timeline.filmstrip.value() == 12
        assert not timeline._transport._live.isEnabled()

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
        timeline.begin(Film(STEPS, TIMESTEPS, SIZE, first))
        timeline.add_preview(1, "x0", plain((1, 1, 1)))
        timeline.filmstrip.go_to(1)
        timeline.begin(Film(STEPS, TIMESTEPS, SIZE, second))
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
        timeline.begin(Film(STEPS, TIMESTEPS, (1024, 512)))
        timeline.add_preview(1, "x0", plain((9, 9, 9), 1024, 512))
        look = timeline.look(1)
        assert (look.image.width, look.image.height, look.size) == (256, 128, (1024, 512))
