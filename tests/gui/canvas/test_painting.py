"""What the canvas paints."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QImage,
    QRegion,
)
from pytestqt.qtbot import QtBot

from studio.image import Image
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.picture import SPARE, Picture
from studio.ui.qimage import from_qimage
from studio.ui.theme import Theme
from tests.gui.canvas.canvas_kit import BLACK, WHITE, middle
from tests.gui.pictures import colour_of, painted_at, plain, speckled


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
            # Where a logical pixel is no whole number of device pixels, the rim belongs to both sides.
            device = device.adjusted(1, 1, -1, -1)
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


def test_icons_follow_the_theme(canvas: Canvas, theme: Theme, qtbot: QtBot) -> None:
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
    qtbot.waitUntil(lambda: darkness() < dark)


def test_repainting_asks_for_no_conversion(canvas: Canvas) -> None:
    canvas.show_image(speckled(512, 512))
    kept = canvas.view.image()
    assert kept.format() == QImage.Format.Format_RGB32
    canvas.view.grab()
    assert canvas.view.image().cacheKey() == kept.cacheKey()
