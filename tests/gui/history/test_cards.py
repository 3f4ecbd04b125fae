"""The cards of the history."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt

from studio.errors import RefusedFile
from studio.job.recipe import recipe
from studio.ui.panels.history_model import JobState
from tests.gui.history.history_kit import card, finish
from tests.gui.pictures import painted_at, plain, speckled


class TestCards:
    def test_an_empty_history_says_what_comes(self, panel):
        assert panel._empty.isVisible()
        assert panel._empty.text() == "Pictures appear here, newest first."
        panel.add_job(1, recipe())
        assert not panel._empty.isVisible()
        panel.remove(1)
        assert panel._empty.isVisible()

    def test_the_newest_stands_first_in_two_columns(self, panel):
        for job in (1, 2, 3):
            panel.add_job(job, recipe(seed=job))
        assert panel.jobs() == [3, 2, 1]
        assert card(panel, 3).top() == card(panel, 2).top() < card(panel, 1).top()
        assert card(panel, 3).left() == card(panel, 1).left() < card(panel, 2).left()

    def test_nothing_moves_when_the_scroll_bar_appears(self, qtbot, panel):
        panel.add_job(1, recipe())
        before = card(panel, 1)
        for job in range(2, 30):
            panel.add_job(job, recipe())
        qtbot.waitUntil(panel._list.verticalScrollBar().isVisible)
        assert card(panel, 29) == before
        assert card(panel, 28).top() == before.top()

    @pytest.mark.parametrize("width", [200, 240, 304, 480])
    def test_cards_fill_panes_of_every_width(self, panel, width):
        panel.resize(width, 560)
        for job in range(1, 7):
            panel.add_job(job, recipe())
        row = [job for job in panel.jobs() if card(panel, job).top() == card(panel, 6).top()]
        assert len(row) == (2 if width < 480 else 2 + (width - 18) // 160 - 2)
        assert card(panel, row[-1]).right() <= panel._list.viewport().width()

    def test_pictures_are_painted_as_they_come(self, panel):
        panel.add_job(1, recipe())
        middle = QPointF(card(panel, 1).center()) + QPointF(-20, -20)
        assert painted_at(panel._list.viewport(), middle) == (0x16, 0x16, 0x16)
        panel.set_preview(1, plain((200, 0, 0), 16, 16))
        assert painted_at(panel._list.viewport(), middle) == (200, 0, 0)
        panel.set_preview(1, plain((0, 200, 0), 16, 16))
        assert painted_at(panel._list.viewport(), middle) == (0, 200, 0)

    @pytest.mark.parametrize("state", list(JobState))
    def test_every_state_has_an_icon_and_a_word(self, panel, state):
        panel.add_job(1, recipe(prompt="red apple", seed=7))
        before = panel._list.viewport().grab().toImage()
        panel.set_state(1, state)
        if state is not JobState.QUEUED:
            assert panel._list.viewport().grab().toImage() != before
        words = {
            "QUEUED": "Queued",
            "RUNNING": "Running",
            "PAUSED": "Paused",
            "FINISHED": "Done",
            "CANCELLED": "Cancelled",
            "FAILED": "Failed",
        }
        told = panel._model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert told == f"red apple. Seed 7. {words[state.name]}."

    def test_a_failure_says_why(self, panel):
        panel.add_job(1, recipe(prompt="red apple", seed=7))
        panel.set_state(1, JobState.FAILED, "Out of memory while decoding.")
        assert "Failed. Out of memory while decoding." in panel._model.index(0).data(Qt.ItemDataRole.ToolTipRole)

    def test_a_prompt_is_shown_as_text_and_never_as_markup(self, panel):
        panel.add_job(1, recipe(prompt="<img src='file:///etc/passwd'> & <b>bold</b>"))
        tip = panel._model.index(0).data(Qt.ItemDataRole.ToolTipRole)
        assert "<img" not in tip
        assert "&lt;b&gt;bold&lt;/b&gt;" in tip

    def test_a_long_prompt_is_cut_in_the_tooltip(self, panel):
        panel.add_job(1, recipe(prompt="apple " * 1000))
        assert len(panel._model.index(0).data(Qt.ItemDataRole.ToolTipRole)) < 400

    def test_news_of_unknown_jobs_are_passed_over(self, panel):
        panel.set_preview(9, speckled())
        panel.set_state(9, JobState.FAILED)
        panel.remove(9)
        assert panel.jobs() == []
        assert panel.picture(9) is None


class TestPictures:
    def test_large_pictures_are_kept_small_and_read_from_their_file_when_wanted(self, panel, disk):
        path, large = Path("/pictures/large.png"), speckled(1024, 512)
        disk.files[path] = large
        finish(panel, 1, large, path)
        entry = panel.entry(1)
        assert (entry.small.width, entry.small.height, entry.unsaved) == (256, 128, None)
        assert disk.read == []
        assert panel.picture(1) is large
        assert disk.read == [path]

    def test_a_picture_without_a_file_is_kept_whole_until_it_has_one(self, panel, disk):
        large, path = speckled(1024, 512), Path("/pictures/late.png")
        finish(panel, 1, large)
        assert panel.picture(1) is large
        panel.set_path(1, path)
        disk.files[path] = plain((1, 2, 3))
        assert panel.entry(1).unsaved is None
        assert panel.picture(1) is disk.files[path]

    def test_a_file_that_went_away_is_told_to_the_owner(self, panel):
        finish(panel, 1, speckled(), Path("/pictures/gone.png"))
        with pytest.raises(RefusedFile, match="no longer there"):
            panel.picture(1)

    def test_only_what_was_painted_lately_is_kept_drawn(self, panel):
        for job in range(1, 260):
            finish(panel, job, plain((job % 256, 0, 0), 16, 16), Path(f"/{job}.png"))
        for row in range(0, 259, 6):
            panel._list.scrollTo(panel._model.index(row))
            panel._list.viewport().grab()
        assert 0 < len(panel._list._delegate._drawn) <= 200
