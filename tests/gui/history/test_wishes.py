"""Choosing, wishes and deleting."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

from studio.job.event import GeneratedImage
from studio.job.recipe import recipe
from studio.ui.panels.history_panel import HistoryPanel
from tests.gui.history.history_kit import card, choose, click, finish
from tests.gui.pictures import speckled


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
