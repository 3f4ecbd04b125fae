"""The canvas: what it paints, how it is moved, what goes in and out of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QNativeGestureEvent,
    QPointingDevice,
    QRegion,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from studio.image import Image
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.picture import SPARE, Picture
from studio.ui.qimage import from_qimage
from studio.ui.theme import Theme
from tests.gui.pictures import colour_of, painted_at, plain, speckled

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@pytest.fixture
def canvas(qtbot: QtBot, theme: Theme) -> Iterator[Canvas]:
    made = Canvas()
    made.resize(736, 628)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.view.setFocus()
    qtbot.waitUntil(made.view.hasFocus)
    yield made
    made.close()


def middle(canvas: Canvas) -> QPointF:
    return QRectF(canvas.view.rect()).center()


def drag_across(canvas: Canvas, button: Qt.MouseButton, start: QPoint, *ways: QPoint) -> None:
    QTest.mousePress(canvas.view, button, pos=start)
    for way in ways:
        QTest.mouseMove(canvas.view, start + way)
    QTest.mouseRelease(canvas.view, button, pos=start + ways[-1])


def files(*paths: str | Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


BUTTON = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)


def drag_over(canvas: Canvas, mime: QMimeData) -> bool:
    with warnings.catch_warnings():
        # Marked as deprecated without another constructor beside it.
        warnings.simplefilter("ignore", DeprecationWarning)
        event = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, mime, *BUTTON)
    event.ignore()
    QApplication.sendEvent(canvas, event)
    return event.isAccepted()


def drop(canvas: Canvas, mime: QMimeData) -> None:
    drag_over(canvas, mime)
    QApplication.sendEvent(canvas, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, mime, *BUTTON))


class TestPainting:
    def test_a_small_picture_opens_at_the_largest_whole_zoom_in_the_middle(self, canvas):
        canvas.show_image(speckled())
        assert canvas.view.transform().zoom == 4
        box = canvas.view.box()
        assert box.size().toSize() == QSize(512, 512)
        assert (box.center() - middle(canvas)).manhattanLength() <= 1

    def test_from_800_percent_every_pixel_is_a_square_of_its_colour(self, canvas):
        picture = speckled(seed=3)
        canvas.show_image(picture)
        canvas.view.zoom_to(8, middle(canvas))
        shot = canvas.view.grab().toImage()
        ratio = shot.devicePixelRatio()
        for x, y in [(100, 50), (368, 300), (600, 500)]:
            i, j = canvas.view.pixel_at(QPointF(x, y))
            left, top = canvas.view.transform().to_widget(i, j)
            corners = [(left + a, top + b) for a in (0.1, 7.9) for b in (0.1, 7.9)]
            colours = {QImage.pixelColor(shot, int(a * ratio), int(b * ratio)).getRgb()[:3] for a, b in corners}
            assert colours == {colour_of(picture, i, j)}

    def test_one_to_one_shows_the_pixels_themselves(self, canvas):
        if canvas.devicePixelRatioF() != 1:
            pytest.skip("a picture pixel is several device pixels here")
        picture = speckled(200, 120, seed=5)
        canvas.show_image(picture)
        canvas.view.zoom_to(1)
        shot = canvas.view.grab(canvas.view.box().toRect()).toImage()
        assert np.array_equal(from_qimage(shot).pixels, picture.pixels)

    def test_below_800_percent_pixels_are_blended(self, canvas):
        columns = np.zeros((128, 128, 3), np.uint8)
        columns[:, 64:] = 255
        canvas.show_image(Image(columns))
        box = canvas.view.box()
        assert painted_at(canvas.view, QPointF(box.center().x() - 0.5, box.center().y())) not in (BLACK, WHITE)
        assert painted_at(canvas.view, box.center() - QPointF(8, 0)) == BLACK

    def test_a_much_smaller_picture_does_not_flicker(self, canvas):
        lines = np.zeros((256, 4096, 3), np.uint8)
        lines[:, ::2] = 255
        canvas.show_image(Image(lines))
        assert canvas.view.transform().zoom < 0.25
        shades = {painted_at(canvas.view, middle(canvas) + QPointF(x, 0))[0] for x in range(-20, 20)}
        assert max(abs(shade - 127) for shade in shades) <= 2

    def test_previews_of_any_size_fill_the_place_of_the_finished_picture(self, canvas):
        canvas.show_image(plain(WHITE, 16, 16), "Step 1 of 30, x0", keep_view=True, size=(128, 128))
        canvas.view.zoom_to(3, QPointF(10, 10))
        canvas.view.pan(QPointF(37, -11))
        box = canvas.view.box()
        edges = [QPointF(box.right(), box.top() + 50), QPointF(box.left(), box.top() + 50)]
        for width, height in [(16, 16), (128, 128), (64, 64), (512, 512)]:
            canvas.show_image(plain(WHITE, width, height), "next", keep_view=True)
            assert canvas.view.box() == box
            for edge in edges:
                inside = -1 if edge.x() > box.center().x() else 1
                assert painted_at(canvas.view, edge + QPointF(inside, 0)) == WHITE
                assert painted_at(canvas.view, edge - QPointF(inside * 1.5, 0)) != WHITE

    def test_a_picture_of_another_format_is_fitted_even_if_the_view_is_to_be_kept(self, canvas):
        canvas.show_image(plain(WHITE), keep_view=True)
        canvas.view.zoom_to(9)
        canvas.show_image(plain(WHITE, 256, 128), keep_view=True, size=(256, 128))
        assert canvas.view.transform().zoom == 2

    def test_a_part_is_painted_like_the_whole(self, canvas):
        canvas.show_image(speckled(seed=9))
        for zoom in (0.37, 3.3, 4, 8.6, 31):
            canvas.view.zoom_to(zoom, middle(canvas) + QPointF(7.3, 2.1))
            whole = canvas.view.grab().toImage()
            part = QRect(331, 217, 59, 83)
            alone = whole.copy()
            alone.fill(Qt.GlobalColor.red)
            canvas.view.render(alone, part.topLeft(), QRegion(part))
            ratio = whole.devicePixelRatio()
            device = QRectF(part.x() * ratio, part.y() * ratio, part.width() * ratio, part.height() * ratio).toRect()
            painted, expected = (from_qimage(shot.copy(device)).pixels.astype(int) for shot in (alone, whole))
            # Blending rounds by one of 255 where it begins elsewhere.
            assert np.abs(painted - expected).max() <= (0 if zoom > 8 else 1)

    @pytest.mark.parametrize("zoom", [1, 8, 32])
    def test_only_visible_pixels_are_read(self, zoom):
        read: list[QRectF] = []

        class Spy:
            def device(self) -> QImage:
                return QImage(1, 1, QImage.Format.Format_RGB32)

            def setRenderHint(self, *_: object) -> None: ...

            def drawImage(self, target: QRectF, image: QImage, source: QRectF) -> None:
                read.append(source)

        image = QImage(4096, 4096, QImage.Format.Format_RGB32)
        box = QRectF(-1000.25, -500.5, 4096 * zoom, 4096 * zoom)
        Picture(image).draw(Spy(), box, QRectF(0, 0, 640, 480), sharp=True)
        assert read[0].width() <= 640 / zoom + 2 * SPARE + 2
        assert read[0].height() <= 480 / zoom + 2 * SPARE + 2

    def test_the_surround_has_the_colour_of_the_theme(self, canvas, theme):
        canvas.show_image(plain(WHITE))
        assert painted_at(canvas.view, QPointF(3, 3)) == (0x16, 0x16, 0x16)
        theme.apply("light")
        assert painted_at(canvas.view, QPointF(3, 3)) == (0xC9, 0xC9, 0xC9)


class TestMoving:
    @pytest.fixture(autouse=True)
    def with_picture(self, canvas: Canvas) -> None:
        canvas.show_image(speckled(), "red-apple-7.png")

    def wheel(self, canvas: Canvas, place: QPointF, angle: int) -> None:
        event = QWheelEvent(
            place, QPointF(canvas.view.mapToGlobal(place)), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas.view, event)

    @pytest.mark.parametrize("place", [QPointF(150, 80), QPointF(400, 300), QPointF(600, 520)])
    def test_the_wheel_zooms_at_the_pointer(self, canvas, place):
        before = canvas.view.transform().to_picture(place.x(), place.y())
        self.wheel(canvas, place, 240)
        view = canvas.view.transform()
        assert view.zoom == 6
        # The corner is painted on a device pixel: that is at most half of one away.
        assert view.to_picture(place.x(), place.y()) == pytest.approx(before, abs=0.71)
        self.wheel(canvas, place, -240)
        assert canvas.view.transform().zoom == 4

    def test_small_turns_of_a_touchpad_add_up(self, canvas):
        for _ in range(3):
            self.wheel(canvas, middle(canvas), 30)
            assert canvas.view.transform().zoom == 4
        self.wheel(canvas, middle(canvas), 30)
        assert canvas.view.transform().zoom == 5

    def test_a_pinch_zooms_smoothly(self, canvas):
        place = middle(canvas)
        pinch = QNativeGestureEvent(
            Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place,
            QPointF(canvas.view.mapToGlobal(place)), 0.1, QPointF(),
        )  # fmt: skip
        QApplication.sendEvent(canvas.view, pinch)
        assert canvas.view.transform().zoom == pytest.approx(4.4)

    def test_the_middle_button_pans(self, canvas):
        before = canvas.view.box()
        drag_across(canvas, Qt.MouseButton.MiddleButton, QPoint(300, 300), QPoint(10, 5), QPoint(40, -30))
        assert canvas.view.box() == before.translated(40, -30)
        assert canvas.view.cursor().shape() == Qt.CursorShape.ArrowCursor

    def test_space_and_the_left_button_pan_and_drag_nothing_out(self, canvas, monkeypatch):
        monkeypatch.setattr(QDrag, "exec", lambda *_: pytest.fail("panning is no drag"))
        before = canvas.view.box()
        QTest.keyPress(canvas.view, Qt.Key.Key_Space)
        assert canvas.view.cursor().shape() == Qt.CursorShape.OpenHandCursor
        drag_across(canvas, Qt.MouseButton.LeftButton, QPoint(300, 300), QPoint(60, 20))
        QTest.keyRelease(canvas.view, Qt.Key.Key_Space)
        assert canvas.view.box() == before.translated(60, 20)
        assert canvas.view.cursor().shape() == Qt.CursorShape.ArrowCursor

    def test_space_that_is_released_elsewhere_is_not_held(self, canvas):
        QTest.keyPress(canvas.view, Qt.Key.Key_Space)
        canvas.view.clearFocus()
        assert canvas.view.cursor().shape() == Qt.CursorShape.ArrowCursor

    def test_a_picture_can_not_be_thrown_away(self, canvas):
        drag_across(canvas, Qt.MouseButton.MiddleButton, QPoint(300, 300), QPoint(5000, 5000))
        assert canvas.view.box().intersects(QRectF(canvas.view.rect()))

    def test_keys_fit_and_zoom(self, canvas):
        zoom = lambda: canvas.view.transform().zoom  # noqa: E731
        QTest.keyClick(canvas.view, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == 1
        QTest.keyClick(canvas.view, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == 1.5
        QTest.keyClick(canvas.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(canvas.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == pytest.approx(2 / 3)
        QTest.keyClick(canvas.view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
        assert zoom() == 4

    def test_a_fitted_picture_stays_fitted_when_the_canvas_grows(self, canvas):
        canvas.resize(1310, 900)
        assert canvas.view.transform().zoom == 6
        canvas.view.zoom_to(7, middle(canvas))
        seen = canvas.view.transform().to_picture(middle(canvas).x(), middle(canvas).y())
        canvas.resize(700, 500)
        assert canvas.view.transform().zoom == 7
        now = canvas.view.transform().to_picture(middle(canvas).x(), middle(canvas).y())
        assert now == pytest.approx(seen, abs=0.2)

    def test_zoom_and_pixel_are_told(self, canvas):
        left, top = canvas.view.transform().to_widget(12, 80)
        QTest.mouseMove(canvas.view, QPointF(left + 2, top + 2).toPoint())
        assert (canvas._band.zoom_text(), canvas._band.pixel_text()) == ("400 %", "12,80")
        QTest.mouseMove(canvas.view, QPoint(2, 2))
        assert canvas._band.pixel_text() == "128 × 128"

    def test_the_place_of_the_zoom_does_not_depend_on_the_pointer(self, canvas):
        QTest.mouseMove(canvas.view, QPoint(2, 2))
        before = canvas._band._zoom.geometry()
        QTest.mouseMove(canvas.view, middle(canvas).toPoint())
        QApplication.processEvents()
        assert "," in canvas._band.pixel_text()
        assert canvas._band._zoom.geometry() == before


class TestWords:
    def test_before_the_first_picture_it_says_what_to_do(self, canvas):
        assert canvas._greeting.text() == "Press Generate to make a picture.\nOr drop one to use its settings."
        assert not canvas.commands.copy.isEnabled()
        assert canvas.commands.copy.toolTip() == "There is no picture yet."

    def test_the_greeting_stands_on_the_picture_until_the_next_one(self, canvas):
        canvas.show_image(speckled(), "Step 0 of 30")
        canvas.greet("Step 0 of 30: the noise of seed 7.", "The starter model is built in.")
        assert canvas.view.box().toRect().contains(canvas._greeting.geometry())
        canvas.show_image(speckled(seed=1), "Step 1 of 30, x0", keep_view=True)
        assert canvas._greeting.text() == ""

    @pytest.mark.parametrize("size", [QSize(220, 200), QSize(480, 300), QSize(1400, 900)])
    def test_the_greeting_is_whole_at_every_size(self, canvas, size):
        canvas.resize(size)
        canvas.greet("Step 0 of 30: the noise of seed 7. Press Generate to watch it become a picture.", "Nothing more.")
        for label in (canvas._greeting._first, canvas._greeting._second):
            assert label.height() >= label.heightForWidth(label.width())
        assert canvas.view.rect().contains(canvas._greeting.geometry())

    def test_a_screen_reader_hears_caption_size_and_zoom(self, canvas):
        canvas.show_image(speckled(), "Step 12 of 30, x0")
        assert canvas.view.accessibleName() == "Canvas"
        assert canvas.view.accessibleDescription() == "Step 12 of 30, x0. 128 by 128 pixels, 400 %"
        canvas.set_caption("Saved as red-apple-7.png")
        assert canvas.caption() == "Saved as red-apple-7.png"
        assert canvas.view.accessibleDescription().startswith("Saved as red-apple-7.png. 128")

    def test_clearing_takes_picture_and_words_away(self, canvas):
        canvas.show_image(speckled(), "Step 12 of 30, x0")
        canvas.clear()
        assert (canvas.picture(), canvas.path(), canvas.caption()) == (None, None, "")
        assert (canvas._band.zoom_text(), canvas._band.pixel_text()) == ("", "")
        assert painted_at(canvas.view, QPointF(200, 200)) == (0x16, 0x16, 0x16)


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
        assert not action.icon().isNull()
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


def test_icons_follow_the_theme(canvas: Canvas, theme: Theme) -> None:
    def darkness() -> int:
        shot = canvas.commands.copy.icon().pixmap(16, 16).toImage()
        return min(
            shot.pixelColor(x, y).lightness()
            for x in range(16)
            for y in range(16)
            if shot.pixelColor(x, y).alpha() > 200
        )

    dark = darkness()
    theme.apply("light")
    assert darkness() < dark


def test_repainting_asks_for_no_conversion(canvas: Canvas) -> None:
    canvas.show_image(speckled(512, 512))
    kept = canvas.view.image()
    assert kept.format() == QImage.Format.Format_RGB32
    canvas.view.grab()
    assert canvas.view.image().cacheKey() == kept.cacheKey()
