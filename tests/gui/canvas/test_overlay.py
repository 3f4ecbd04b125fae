"""What the mask looks like over the picture, and that only what changed is painted anew."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from studio.image import Image
from studio.painting.box import Box
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.painting.selections import from_values
from studio.painting.shapes import rectangle
from studio.ui.qimage import from_qimage, to_qimage
from tests.gui.canvas.desk import Desk
from tests.gui.pictures import painted_at, plain, speckled

BLUE = np.array([0x56, 0xB4, 0xE9])


def shot(desk: Desk) -> np.ndarray:
    return from_qimage(desk.view.grab().toImage()).pixels.astype(int)


def seen(desk: Desk, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a place of the picture."""
    return painted_at(desk.view, desk.place(x, y))


class TestColours:
    @pytest.mark.parametrize("value", [255, 128, 64, 0])
    def test_half_of_it_is_the_colour_where_the_mask_is_full_and_less_where_it_is_less(self, desk, value):
        desk.editor.run("Half", from_values(np.full((150, 200), value, np.uint8)))
        part = 0.5 * value / 255
        expected = 128 * (1 - part) + BLUE * part
        assert np.abs(np.array(seen(desk, 100, 75)) - expected).max() <= 2

    @pytest.mark.parametrize("zoom", [0.1, 0.4, 1.0, 3.0, 8.0])
    def test_it_is_the_same_at_every_zoom(self, desk, zoom):
        desk.editor.run("Half", from_values(np.full((150, 200), 255, np.uint8)))
        desk.show(zoom, 100, 75)
        assert np.abs(np.array(seen(desk, 100.5, 75.5)) - (128 + BLUE) / 2).max() <= 2

    def test_colour_opacity_and_nothing(self, desk):
        desk.editor.run("All", from_values(np.full((150, 200), 255, np.uint8)))
        desk.editor.set_overlay("#D55E00", 1.0, True)
        assert seen(desk, 100, 75) == (0xD5, 0x5E, 0x00)
        desk.editor.set_overlay("#D55E00", 1.0, False)
        assert seen(desk, 100, 75) == (128, 128, 128)
        assert not desk.editor.commands.overlay.isChecked()

    def test_what_is_no_colour_is_refused(self, desk):
        with pytest.raises(ValueError, match="no colour"):
            desk.editor.set_overlay("reddish", 0.5, True)

    def test_a_hatch_is_white_and_black_stripes_with_the_picture_between(self, desk):
        desk.editor.run("All", from_values(np.full((150, 200), 255, np.uint8)))
        desk.editor.set_overlay("hatch", 1.0, True)
        desk.editor.set_tool("hand")
        box = desk.view.box().adjusted(20, 20, -20, -20).toRect()
        pixels = from_qimage(desk.view.grab(box).toImage()).pixels[..., 0]
        found = {int(value) for value in np.unique(pixels)}
        assert {0, 128, 255} <= found
        for value, share in ((0, 0.25), (128, 0.5), (255, 0.25)):
            assert (pixels == value).mean() == pytest.approx(share, abs=0.06)

    def test_the_hatch_stands_still_on_the_picture(self, desk):
        desk.editor.run("All", from_values(np.full((150, 200), 255, np.uint8)))
        desk.editor.set_overlay("hatch", 1.0, True)
        before = desk.view.grab(QRect(desk.place(80, 60).toPoint(), desk.place(120, 90).toPoint())).toImage()
        desk.show(desk.view.transform().zoom, 90, 80)
        after = desk.view.grab(QRect(desk.place(80, 60).toPoint(), desk.place(120, 90).toPoint())).toImage()
        assert np.array_equal(from_qimage(before).pixels, from_qimage(after).pixels)

    def test_what_lies_beyond_the_picture_is_covered_too(self, desk):
        desk.editor.set_frame(Frame(100, 50, 200, 150))
        desk.view.fit()
        inside, beyond = seen(desk, 150, 100), seen(desk, 250, 175)
        assert inside == (128, 128, 128)
        raised = np.array([0x2A, 0x2A, 0x2A])
        assert np.abs(np.array(beyond) - (raised + BLUE) / 2).max() <= 2


class TestEdge:
    @pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0x56, 0xB4, 0xE9), (128, 128, 128)])
    @pytest.mark.parametrize("zoom", [0.5, 1.0, 4.0, 16.0])
    def test_it_is_white_inside_and_black_outside_on_every_picture(self, desk, colour, zoom):
        desk.open(200, 150, colour)
        desk.editor.commands.grid.trigger()
        desk.editor.run("Box", rectangle(Box(60, 40, 140, 110)))
        desk.show(zoom, 60, 75)
        pixels, ratio = shot(desk), desk.view.devicePixelRatioF()
        edge = round(desk.place(60, 75).x() * ratio)
        row = int(desk.place(60, 75.5).y() * ratio)
        line = max(1, round(ratio))
        assert (pixels[row, edge : edge + line] == 255).all()
        assert (pixels[row, edge - line : edge] == 0).all()
        # Below 800 % what is masked is blended half a pixel of the picture further.
        assert tuple(pixels[row, edge - line - 2 - math.ceil(zoom * ratio)]) == colour

    def test_it_runs_around_all_that_may_change_however_little(self, desk):
        values = np.zeros((150, 200), np.uint8)
        values[40:110, 60:140] = 1
        desk.editor.run("Faint", from_values(values))
        desk.show(8.0, 60, 75)
        left = desk.place(60, 75.5)
        assert painted_at(desk.view, left) == (255, 255, 255)

    def test_a_single_pixel_is_found_at_every_zoom(self, desk):
        desk.open(2000, 1500)
        values = np.zeros((1500, 2000), np.uint8)
        values[700, 1000] = 255
        desk.editor.run("One", from_values(values))
        desk.editor.set_tool("hand")
        for zoom in (0.06, 0.1, 0.3, 0.5, 0.7, 1.0, 5.0, 12.0):
            desk.show(zoom, 1000, 700)
            ratio = desk.view.devicePixelRatioF()
            column, row = (round(along * ratio) for along in desk.place(1000.5, 700.5).toTuple())
            around = shot(desk)[row - 40 : row + 40, column - 40 : column + 40]
            assert {0, 255} <= {int(value) for value in np.unique(around)}, zoom

    def test_a_full_or_empty_mask_has_none_inside_the_picture(self, desk):
        desk.editor.run("All", from_values(np.full((150, 200), 255, np.uint8)))
        box = desk.view.box().adjusted(10, 10, -10, -10).toRect()
        pixels = from_qimage(desk.view.grab(box).toImage()).pixels
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 1


class TestGrid:
    @pytest.mark.parametrize(("zoom", "there"), [(6.0, False), (8.0, True), (32.0, True)])
    def test_it_is_there_from_800_percent(self, desk, zoom, there):
        desk.open(200, 150, (255, 255, 255))
        desk.show(zoom, 100, 75)
        inner = desk.view.grab(QRect(desk.place(90, 70).toPoint(), desk.place(95, 75).toPoint())).toImage()
        pixels = from_qimage(inner).pixels
        assert (pixels.min() < 250) == there
        assert (pixels == 255).all(axis=2).mean() > 0.7

    def test_its_lines_lie_between_the_pixels(self, desk):
        desk.open(200, 150, (255, 255, 255))
        desk.show(16.0, 100, 75)
        ratio = desk.view.devicePixelRatioF()
        row = shot(desk)[int(desk.place(100, 75.5).y() * ratio), :, 0]
        for column in (95, 100, 104):
            assert row[round(desk.place(column, 75).x() * ratio)] < 250
            assert row[round(desk.place(column + 0.5, 75).x() * ratio)] == 255

    def test_it_can_be_put_away(self, desk):
        desk.open(200, 150, (255, 255, 255))
        desk.show(16.0, 100, 75)
        desk.editor.commands.grid.trigger()
        inner = desk.view.grab(QRect(desk.place(90, 70).toPoint(), desk.place(95, 75).toPoint())).toImage()
        assert from_qimage(inner).pixels.min() == 255


class Paints(QObject):
    """Collects what the view is asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[QRect] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(event.rect())
        return False


class TestDirty:
    @pytest.mark.parametrize("zoom", [0.3, 1.0, 2.7, 8.0])
    def test_after_strokes_and_undo_the_screen_is_as_if_painted_anew(self, desk, zoom):
        picture = speckled(600, 450)
        desk.editor.open(picture, MaskDocument(600, 450), Frame.whole(600, 450))
        desk.take("brush", size=30.0, hardness=0.5)
        desk.show(zoom, 300, 225)
        desk.view.repaint()
        for way in (((280, 200), (310, 240), (330, 210)), ((300, 225), (240, 260))):
            desk.drag(*way)
            desk.view.repaint()
        desk.editor.undo()
        kept = shot(desk)
        desk.view.scene.forget()
        fresh = shot(desk)
        # Blending rounds by one of 255 where it begins elsewhere, and layers are blended over each other.
        assert np.abs(kept - fresh).max() <= 3

    def test_a_stroke_is_seen_in_a_small_view(self, desk):
        desk.open(2000, 1500)
        desk.show(0.2, 1000, 750)
        desk.view.grab()
        desk.take("brush", size=200.0)
        desk.click((1000, 750))
        desk.editor.set_tool("hand")
        assert np.abs(np.array(seen(desk, 1000, 750)) - (128 + BLUE) / 2).max() <= 2
        desk.editor.undo()
        assert seen(desk, 1000, 750) == (128, 128, 128)

    def test_a_stroke_paints_only_its_own_part(self, desk, qapp):
        desk.open(1024, 1024)
        desk.show(1.0, 512, 512)
        desk.take("brush", size=20.0)
        QApplication.processEvents()
        paints = Paints()
        desk.view.installEventFilter(paints)
        desk.press((500, 500))
        QApplication.processEvents()
        desk.move((510, 505))
        QApplication.processEvents()
        desk.release((510, 505))
        assert paints.areas
        assert max(area.width() for area in paints.areas) < 80
        desk.view.removeEventFilter(paints)

    def test_a_pointer_that_moves_leaves_what_is_kept_alone(self, desk):
        desk.view.grab()
        drawn = []
        desk.view.scene.layers[0].paint = lambda *_: drawn.append(1)
        desk.move((50, 50))
        desk.view.repaint()
        assert not drawn
        assert not desk.view.scene._kept.isNull()

    def test_the_base_is_drawn_under_the_mask_again_after_another_picture(self, desk):
        desk.editor.set_picture(plain((10, 20, 30), 200, 150))
        assert seen(desk, 100, 75) == (10, 20, 30)
        with pytest.raises(ValueError, match="size"):
            desk.editor.set_picture(plain((1, 2, 3), 20, 15))

    def test_another_theme_is_seen_at_once(self, desk, theme):
        desk.view.grab()
        theme.apply("light")
        assert painted_at(desk.view, desk.place(-5, -5)) == (0xC9, 0xC9, 0xC9)

    def test_without_a_mask_nothing_is_kept(self, desk):
        desk.view.grab()
        desk.editor.close()
        assert desk.view.scene._kept.isNull()
        assert desk.view.scene.layers == ()
        desk.canvas.show_image(Image(np.full((150, 200, 3), 7, np.uint8)))
        assert painted_at(desk.view, desk.place(100, 75)) == (7, 7, 7)
        desk.open(20, 20)

    def test_a_result_lies_in_its_frame_and_under_the_mask(self, desk):
        desk.editor.set_frame(Frame(50, 50, 64, 64))
        desk.editor.show_result(to_qimage(plain((200, 0, 0), 64, 64)))
        assert seen(desk, 80, 80) == (200, 0, 0)
        desk.editor.run("Box", rectangle(Box(60, 60, 100, 100)))
        assert np.abs(np.array(seen(desk, 80, 80)) - (np.array([200, 0, 0]) + BLUE) / 2).max() <= 2
        desk.editor.show_result(None)
        desk.editor.undo()
        assert seen(desk, 80, 80) == (128, 128, 128)

    def test_a_result_may_lie_elsewhere_than_in_the_frame(self, desk):
        desk.editor.set_tool("frame")
        desk.editor.set_frame(Frame(100, 50, 64, 64))
        desk.view.grab()
        desk.editor.show_result(to_qimage(plain((200, 0, 0), 64, 64)), Frame(10, 10, 64, 64))
        red, green, _ = seen(desk, 30, 30)
        assert red > green
        desk.editor.show_result(to_qimage(plain((200, 0, 0), 64, 64)), Frame(10, 80, 64, 64))
        assert len(set(seen(desk, 30, 30))) == 1
        desk.editor.show_result(None)
        assert len(set(seen(desk, 30, 100))) == 1


class TestOverAResult:
    def test_a_finished_one_is_seen_as_it_is_until_the_mask_is_painted_on(self, desk: Desk):
        desk.editor.commands.everything.trigger()
        red = to_qimage(plain((255, 0, 0), 200, 150))
        place = desk.place(100, 75).toPoint()

        def seen() -> tuple[int, int, int]:
            return painted_at(desk.view, place)

        desk.editor.show_result(red)
        assert seen() != (255, 0, 0)
        desk.editor.show_result(red, finished=True)
        assert seen() == (255, 0, 0)
        desk.editor.commands.invert.trigger()
        desk.editor.commands.invert.trigger()
        assert seen() != (255, 0, 0)
        desk.editor.show_result(red, finished=True)
        desk.editor.show_result(None)
        assert seen() not in ((255, 0, 0), (128, 128, 128))
