"""Pictures that come in and go out: drops, drags, copies."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragLeaveEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from studio.ui.qimage import from_qimage
from tests.gui.canvas.canvas_kit import drag_across, drag_over, drop, files
from tests.gui.pictures import speckled


class TestOut:
    @pytest.fixture
    def dragged(self, monkeypatch: pytest.MonkeyPatch) -> list[QMimeData]:
        seen: list[QMimeData] = []
        monkeypatch.setattr(QDrag, "exec", lambda drag, *_: seen.append(drag.mimeData()))
        return seen

    def test_a_saved_picture_is_dragged_out_as_file_and_pixels(self, canvas, dragged, tmp_path):
        picture, path = speckled(), tmp_path / "red apple 7.png"
        canvas.show_image(picture, path=path)
        drag_across(canvas, Qt.MouseButton.LeftButton, QPoint(300, 300), QPoint(3, 3), QPoint(30, 30))
        (mime,) = dragged
        assert [url.toLocalFile() for url in mime.urls()] == [str(path)]
        assert np.array_equal(from_qimage(QImage(mime.imageData())).pixels, picture.pixels)

    def test_a_step_is_dragged_out_as_pixels(self, canvas, dragged):
        canvas.show_image(speckled())
        drag_across(canvas, Qt.MouseButton.LeftButton, QPoint(300, 300), QPoint(30, 30))
        assert dragged[0].hasImage()
        assert not dragged[0].hasUrls()

    def test_a_click_or_a_drag_beside_the_picture_drags_nothing(self, canvas, dragged):
        canvas.show_image(speckled())
        QTest.mouseClick(canvas.view, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
        drag_across(canvas, Qt.MouseButton.LeftButton, QPoint(5, 5), QPoint(200, 200))
        assert dragged == []

    def test_after_a_drag_the_canvas_still_answers(self, canvas, dragged):
        canvas.show_image(speckled())
        for _ in range(2):
            drag_across(canvas, Qt.MouseButton.LeftButton, QPoint(300, 300), QPoint(30, 30))
        before = canvas.view.box()
        drag_across(canvas, Qt.MouseButton.MiddleButton, QPoint(300, 300), QPoint(20, 0))
        assert len(dragged) == 2
        assert canvas.view.box() == before.translated(20, 0)

    @pytest.mark.parametrize(
        ("command", "signal"),
        [
            ("copy", "copy_requested"),
            ("save_copy", "save_copy_requested"),
            ("show_in_folder", "show_in_folder_requested"),
            ("use_settings", "use_settings_requested"),
        ],
    )
    def test_the_right_button_offers_what_the_picture_allows(self, qtbot, canvas, tmp_path, command, signal):
        canvas.show_image(speckled(), path=tmp_path / "a.png", has_recipe=True)
        menu = canvas.commands.right_click_menu()
        action = getattr(canvas.commands, command)
        assert action in menu.actions()
        qtbot.waitUntil(lambda: not action.icon().isNull())
        with qtbot.waitSignal(getattr(canvas, signal)):
            action.trigger()
        menu.close()

    def test_what_can_not_be_used_says_why(self, canvas):
        canvas.show_image(speckled())
        commands = canvas.commands
        assert commands.copy.isEnabled()
        assert not commands.show_in_folder.isEnabled()
        assert commands.show_in_folder.toolTip() == "This picture is not saved as a file."
        assert commands.use_settings.toolTip() == "It is not known how this picture was made."

    def test_a_picture_that_is_saved_later_can_be_shown_in_its_folder(self, canvas, tmp_path):
        canvas.show_image(speckled(), has_recipe=True)
        canvas.set_file(tmp_path / "a.png")
        assert canvas.commands.show_in_folder.isEnabled()
        assert canvas.commands.use_settings.isEnabled()
        assert canvas.mime().hasUrls()

    def test_a_right_click_opens_the_menu(self, qtbot, canvas):
        canvas.show_image(speckled())
        place = QPoint(300, 300)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, canvas.view.mapToGlobal(place))
        QApplication.sendEvent(canvas.view, event)
        (menu,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible()]
        menu.close()

    def test_the_clipboard_gets_the_picture(self, canvas):
        picture = speckled(seed=4)
        canvas.show_image(picture)
        clipboard = QGuiApplication.clipboard()
        clipboard.setMimeData(canvas.mime())
        assert np.array_equal(from_qimage(clipboard.image()).pixels, picture.pixels)
        # The offscreen platform crashes at exit if its clipboard still holds what Python made.
        clipboard.clear()


class TestIn:
    @pytest.mark.parametrize("name", ["a.png", "b.JPG", "c.jpeg", "d b.webp"])
    def test_pictures_are_taken(self, qtbot, canvas, tmp_path, name):
        path = tmp_path / name
        assert drag_over(canvas, files(path))
        assert canvas._drop_frame.text() == "Drop to use the settings of this picture."
        with qtbot.waitSignal(canvas.file_dropped) as caught:
            drop(canvas, files(path))
        assert caught.args == [path]
        assert canvas._drop_frame.text() == ""

    @pytest.mark.parametrize(
        ("names", "sentence"),
        [
            (["notes.txt"], "notes.txt is not a picture that is read here. Drop PNG, JPEG or WebP."),
            (["a.png", "b.png"], "Drop one picture at a time."),
            (["."], " is a folder. Drop a picture: PNG, JPEG or WebP."),
        ],
    )
    def test_the_rest_is_refused_with_a_sentence_and_changes_nothing(self, qtbot, canvas, tmp_path, names, sentence):
        canvas.show_image(speckled(), "kept")
        mime = files(*(tmp_path / name for name in names))
        assert drag_over(canvas, mime)
        assert sentence in canvas._drop_frame.text()
        with qtbot.waitSignal(canvas.drop_refused) as caught, qtbot.assertNotEmitted(canvas.file_dropped):
            drop(canvas, mime)
        assert sentence in caught.args[0]
        assert canvas.caption() == "kept"

    def test_an_address_in_the_web_is_refused(self, qtbot, canvas):
        mime = QMimeData()
        mime.setUrls([QUrl("https://example.org/a.png")])
        with qtbot.waitSignal(canvas.drop_refused) as caught:
            drop(canvas, mime)
        assert "not on this computer" in caught.args[0]

    def test_text_is_no_business_of_the_canvas(self, canvas):
        mime = QMimeData()
        mime.setText("red apple")
        assert not drag_over(canvas, mime)
        assert canvas._drop_frame.text() == ""

    def test_a_drag_that_leaves_leaves_no_trace(self, canvas):
        drag_over(canvas, files("/a.png"))
        QApplication.sendEvent(canvas, QDragLeaveEvent())
        assert canvas._drop_frame.text() == ""
