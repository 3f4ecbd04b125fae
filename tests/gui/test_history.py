"""The history: every job has a card, and pictures come back from where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from studio.errors import RefusedFile
from studio.image import Image
from studio.job.event import GeneratedImage
from studio.job.recipe import recipe
from studio.ui.panels.history_model import JobState
from studio.ui.panels.history_panel import HistoryPanel
from studio.ui.theme import Theme
from tests.gui.pictures import painted_at, plain, speckled


class Disk:
    """Picture files by their path, and which of them were read."""

    def __init__(self) -> None:
        self.files: dict[Path, Image] = {}
        self.read: list[Path] = []

    def load(self, path: Path) -> Image:
        self.read.append(path)
        if path not in self.files:
            raise RefusedFile(f"{path.name} is no longer there.")
        return self.files[path]


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, disk: Disk) -> Iterator[HistoryPanel]:
    made = HistoryPanel(disk.load)
    made.resize(240, 560)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


def finish(panel: HistoryPanel, job: int, image: Image, path: Path | None = None) -> None:
    made = recipe(prompt=f"apple {job}", seed=job)
    panel.add_job(job, made)
    panel.set_image(job, GeneratedImage(image, made, 2.0, "hash", "cpu", "float32"), path)
    panel.set_state(job, JobState.FINISHED)


def card(panel: HistoryPanel, job: int) -> QRect:
    QApplication.processEvents()
    return panel._list.visualRect(panel._model.index_of(job))


def click(panel: HistoryPanel, job: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    QTest.mouseClick(panel._list.viewport(), button, pos=card(panel, job).center())


def choose(panel: HistoryPanel, job: int) -> None:
    panel._list.setCurrentIndex(panel._model.index_of(job))


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


class TestChoosing:
    @pytest.fixture
    def shown_jobs(self, panel: HistoryPanel) -> list[int]:
        seen: list[int] = []
        panel.selected.connect(seen.append)
        for job in (1, 2, 3):
            finish(panel, job, speckled(seed=job), Path(f"/pictures/{job}.png"))
        return seen

    def test_a_click_shows_a_picture(self, panel, shown_jobs):
        click(panel, 2)
        assert shown_jobs == [2]

    def test_a_double_click_shows_it_too(self, panel, shown_jobs):
        click(panel, 2)
        QTest.mouseDClick(panel._list.viewport(), Qt.MouseButton.LeftButton, pos=card(panel, 2).center())
        assert set(shown_jobs) == {2}

    def test_arrows_move_and_return_shows(self, panel, shown_jobs):
        panel._list.setFocus()
        choose(panel, 3)
        QTest.keyClick(panel._list, Qt.Key.Key_Right)
        assert shown_jobs == []
        QTest.keyClick(panel._list, Qt.Key.Key_Return)
        assert shown_jobs == [2]

    def test_a_job_without_a_picture_shows_nothing(self, panel, shown_jobs):
        panel.add_job(4, recipe())
        click(panel, 4)
        assert shown_jobs == []

    def test_the_choice_stays_with_its_job_when_others_come(self, panel, shown_jobs):
        choose(panel, 2)
        panel.add_job(5, recipe())
        assert panel._current().job == 2


class TestWishes:
    @pytest.fixture(autouse=True)
    def with_pictures(self, panel: HistoryPanel) -> None:
        for job in (1, 2):
            finish(panel, job, speckled(seed=job), Path(f"/pictures/red apple {job}.png"))
        panel.add_job(3, recipe())

    @pytest.mark.parametrize(
        ("text", "signal"),
        [
            *(("Copy", "copy_requested"), ("Show in folder", "show_in_folder_requested")),
            ("Use these settings", "use_settings_requested"),
        ],
    )
    def test_the_right_button_asks_for_things(self, qtbot, panel, text, signal):
        choose(panel, 2)
        panel._list.customContextMenuRequested.emit(card(panel, 2).center())
        (menu,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible()]
        (action,) = [action for action in menu.actions() if action.text() == text]
        with qtbot.waitSignal(getattr(panel, signal)) as caught:
            action.trigger()
        assert caught.args == [2]
        menu.close()

    def test_a_job_that_waits_offers_its_settings_alone(self, panel):
        choose(panel, 3)
        actions = panel._actions
        assert actions.use_settings.isEnabled()
        assert [a.isEnabled() for a in (actions.copy, actions.show_in_folder, panel._delete)] == [False] * 3
        assert actions.copy.toolTip() == "There is no picture yet."

    def test_what_is_offered_follows_the_job(self, panel):
        choose(panel, 3)
        made = recipe()
        panel.set_image(3, GeneratedImage(speckled(), made, 1.0, "hash", "cpu", "float32"), None)
        assert panel._actions.copy.isEnabled()
        assert not panel._delete.isEnabled()
        panel.set_path(3, Path("/pictures/3.png"))
        assert panel._delete.isEnabled()

    def test_a_card_is_dragged_out_as_its_file(self, panel, monkeypatch):
        seen: list[QMimeData] = []
        monkeypatch.setattr(QDrag, "exec", lambda drag, *_: seen.append(drag.mimeData()))
        start = card(panel, 1).center()
        QTest.mousePress(panel._list.viewport(), Qt.MouseButton.LeftButton, pos=start)
        for by in (5, 20, 40):
            QTest.mouseMove(panel._list.viewport(), start + QPoint(by, by))
        QTest.mouseRelease(panel._list.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(40, 40))
        (mime,) = seen
        assert [url.toLocalFile() for url in mime.urls()] == ["/pictures/red apple 1.png"]

    def test_a_job_without_a_picture_can_not_be_dragged(self, panel, monkeypatch):
        monkeypatch.setattr(QDrag, "exec", lambda *_: pytest.fail("there is nothing to drag"))
        start = card(panel, 3).center()
        QTest.mousePress(panel._list.viewport(), Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(panel._list.viewport(), start + QPoint(40, 40))
        QTest.mouseRelease(panel._list.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(40, 40))

    def test_the_clipboard_gets_pixels_and_file(self, panel, disk):
        disk.files[Path("/pictures/red apple 2.png")] = speckled(seed=2)
        mime = panel.mime(2)
        assert mime.hasImage()
        assert mime.hasUrls()


class TestDeleting:
    @pytest.fixture(autouse=True)
    def with_picture(self, panel: HistoryPanel) -> None:
        finish(panel, 1, speckled(), Path("/pictures/red <b>apple.png"))
        choose(panel, 1)
        panel._list.setFocus()

    def ask(self, panel: HistoryPanel) -> QMessageBox:
        QTest.keyClick(panel._list, Qt.Key.Key_Delete)
        (box,) = panel.findChildren(QMessageBox)
        return box

    def test_it_asks_and_names_the_file(self, panel):
        box = self.ask(panel)
        assert box.text() == "Delete red <b>apple.png?"
        assert box.textFormat() == Qt.TextFormat.PlainText
        assert box.defaultButton().text() == "Cancel"
        box.close()

    def test_agreeing_asks_the_owner_and_removes_nothing_by_itself(self, qtbot, panel):
        box = self.ask(panel)
        (delete,) = [button for button in box.buttons() if button.text() == "Delete file"]
        with qtbot.waitSignal(panel.delete_requested) as caught:
            QTest.mouseClick(delete, Qt.MouseButton.LeftButton)
        assert caught.args == [1]
        assert panel.jobs() == [1]

    @pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
    def test_escape_and_return_keep_the_file(self, qtbot, panel, key):
        box = self.ask(panel)
        with qtbot.assertNotEmitted(panel.delete_requested):
            QTest.keyClick(box, key)
        assert not box.isVisible()
