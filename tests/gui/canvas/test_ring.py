"""The ring of the brush: its border is where the paint ends, at every zoom and on every screen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from studio.painting.brush import Brush
from studio.ui.canvas.layers.ring import Ring
from studio.ui.canvas.sight import Sight
from studio.ui.canvas.view_transform import ViewTransform
from studio.ui.qimage import from_qimage
from tests.gui.canvas.desk import NO_BUTTON, Desk

GREY = 100


def brightness(desk: Desk) -> np.ndarray:
    shot = desk.view.grab().toImage()
    return from_qimage(shot.convertToFormat(QImage.Format.Format_RGB32)).pixels[..., 0].astype(int)


def border(profile: np.ndarray) -> float:
    """Where the black line ends and the white one begins, in device pixels from the start of the profile.

    Both are one pixel wide and blended: the border is half a line beyond the middle of the black one.
    """
    dark, light = np.clip(GREY - profile, 0, None), np.clip(profile - GREY, 0, None)
    places = np.arange(len(profile)) + 0.5
    return float(((dark * places).sum() / dark.sum() + (light * places).sum() / light.sum()) / 2)


class TestGeometry:
    @pytest.mark.parametrize("size", [12.0, 40.0, 101.0])
    @pytest.mark.parametrize("zoom", [0.5, 1.0, 1.5, 4.0, 8.0, 31.0])
    def test_its_border_is_exactly_as_far_away_as_the_brush_paints(self, desk, zoom, size):
        desk.open(1000, 1000, (GREY, GREY, GREY))
        desk.editor.commands.grid.trigger()
        desk.take("brush", size=size)
        desk.show(zoom, 500.0, 500.0)
        radius = size / 2 * zoom
        if not 4 <= radius < 290:
            pytest.skip("it does not fit into this view, or has a cross")
        desk.move((500.0, 500.0), button=NO_BUTTON)
        ratio = desk.view.devicePixelRatioF()
        middle = desk.editor.layers.ring.place
        assert (middle - desk.place(500, 500)).manhattanLength() <= 1 / ratio
        shot = brightness(desk)
        row, column = int(middle.y() * ratio), int(middle.x() * ratio)
        reach = 4 * ratio
        for sign in (-1, 1):
            edge = (middle.x() + sign * radius) * ratio
            first = math.floor(edge - reach)
            found = first + border(shot[row, first : math.ceil(edge + reach)])
            assert found == pytest.approx(edge, abs=0.35)
            edge = (middle.y() + sign * radius) * ratio
            first = math.floor(edge - reach)
            found = first + border(shot[first : math.ceil(edge + reach), column])
            assert found == pytest.approx(edge, abs=0.35)

    def test_what_is_painted_fills_it(self, desk):
        desk.take("brush", size=60.0)
        desk.show(4.0, 100, 75)
        desk.click((100, 75))
        ring = desk.editor.layers.ring
        x, y = desk.view.transform().to_picture(ring.place.x(), ring.place.y())
        rows, columns = np.nonzero(desk.values)
        # Dabs of this size lie on quarters of a pixel.
        assert columns.min() == pytest.approx(x - 30, abs=1.3)
        assert columns.max() + 1 == pytest.approx(x + 30, abs=1.3)
        assert rows.min() == pytest.approx(y - 30, abs=1.3)
        assert rows.max() + 1 == pytest.approx(y + 30, abs=1.3)

    def test_a_brush_of_one_pixel_has_its_ring_around_the_pixel_that_it_paints(self, desk):
        desk.take("brush", size=1.0)
        desk.show(32.0, 100, 75)
        desk.move((100.2, 75.9), button=NO_BUTTON)
        away = desk.editor.layers.ring.place - desk.place(100.5, 75.5)
        assert away.manhattanLength() < 1e-3
        assert desk.editor.layers.ring.radius(desk.view.transform()) == 16

    def test_it_is_white_beside_black_whatever_the_picture(self):
        for grey in (0, 128, 255):
            shot = QImage(100, 100, QImage.Format.Format_RGB32)
            shot.fill(grey << 16 | grey << 8 | grey)
            ring = Ring()
            ring.place, ring.brush = QPointF(50, 50), Brush(size=60.0)
            painter = QPainter(shot)
            ring.paint(painter, _sight(shot))
            painter.end()
            row = from_qimage(shot).pixels[50, :, 0].astype(int)
            assert row.min() < 40
            assert row.max() > 215


class TestLife:
    def test_it_goes_with_the_pointer(self, desk):
        desk.move((50, 50), button=NO_BUTTON)
        first = brightness(desk)
        desk.move((120, 100), button=NO_BUTTON)
        assert (brightness(desk) != first).any()
        QApplication.sendEvent(desk.view, QEvent(QEvent.Type.Leave))
        assert desk.editor.layers.ring.place is None

    def test_only_brushes_have_it(self, desk):
        desk.move((50, 50), button=NO_BUTTON)
        desk.take("rectangle")
        assert desk.editor.layers.ring.place is None
        desk.take("eraser")
        assert desk.editor.layers.ring.place is not None

    def test_it_grows_with_the_brush_and_the_zoom(self, desk):
        ring, view = desk.editor.layers.ring, desk.view
        desk.show(2.0, 100, 75)
        assert ring.radius(view.transform()) == 20
        desk.take("brush", size=50.0)
        assert ring.radius(view.transform()) == 50
        view.zoom_to(4.0)
        assert ring.radius(view.transform()) == 100

    def test_a_small_one_has_a_cross_so_that_it_is_found(self, desk):
        desk.take("brush", size=1.0)
        desk.show(0.5, 100, 75)
        plain = brightness(desk)
        desk.move((100, 75), button=NO_BUTTON)
        assert (brightness(desk) != plain).sum() > 20

    def test_where_it_was_nothing_is_left(self, desk):
        """What the screen shows after moves is what a fresh painting shows."""
        desk.click((40, 40))
        for place in ((60, 60), (62, 61), (140, 100), (100, 75)):
            desk.move(place, button=NO_BUTTON)
            QApplication.processEvents()
        screen = from_qimage(desk.view.screen().grabWindow(0).toImage()).pixels.astype(int)
        fresh = from_qimage(desk.view.grab().toImage()).pixels[:590, :900]
        height, width, _ = fresh.shape
        # The window lies in the corner of the screen, inside a frame of a few pixels.
        shifts = [(down, across) for down in range(5) for across in range(5)]
        assert any(
            np.abs(screen[down : down + height, across : across + width] - fresh).max() <= 2 for down, across in shifts
        )


def _sight(shot: QImage):
    return Sight(ViewTransform(), (100.0, 100.0), QRectF(shot.rect()), shot.rect(), 1.0, True)
