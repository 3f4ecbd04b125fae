"""The theme at run time, the focus ring, icons at every pixel ratio, and pictures to and from Qt."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QColorSpace, QFontInfo, QFontMetricsF, QImage, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.image import Image
from studio.ui.focus_ring import FocusRing
from studio.ui.icons import pixmap, widget_icon
from studio.ui.metrics import REDUCE_MOTION, motion_ms, px
from studio.ui.qimage import from_qimage, to_qimage
from studio.ui.theme import Theme, base_font, palette
from studio.ui.tokens import DARK, LIGHT, MOTION_MS
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow

Show = Callable[..., QWidget]


class TestTheme:
    def test_inter_is_used_with_digits_of_one_width(self, theme: Theme) -> None:
        font = base_font(1.0)
        assert QFontInfo(font).family() == "Inter"
        for weight in (400, 500, 600):
            font.setWeight(font.Weight(weight))
            assert QFontInfo(font).weight() == weight
            # Measured large: at 13 pixels hinting moves a digit by fractions of a pixel.
            font.setPixelSize(200)
            widths = {QFontMetricsF(font).horizontalAdvance(digit) for digit in "0123456789"}
            assert max(widths) - min(widths) < 0.5

    def test_letters_beyond_latin(self, theme: Theme) -> None:
        metrics = QFontMetricsF(base_font(1.0))
        assert all(metrics.inFontUcs4(ord(letter)) for letter in "αεηésłß–…×")

    def test_switching_repaints_what_is_shown(self, theme: Theme, shown: Show) -> None:
        field = QLineEdit("text")
        window = shown(field)
        assert window.grab().toImage().pixelColor(2, 390) == QColor(DARK.panel)
        assert field.grab().toImage().pixelColor(8, 3) == QColor(DARK.field)
        theme.apply("light")
        assert theme.tokens is LIGHT
        assert window.grab().toImage().pixelColor(2, 390) == QColor(LIGHT.panel)
        assert field.grab().toImage().pixelColor(8, 3) == QColor(LIGHT.field)

    def test_every_apply_is_told(self, qtbot: QtBot, theme: Theme) -> None:
        with qtbot.waitSignal(theme.changed):
            theme.apply("light")

    def test_the_scale_reaches_fonts_and_lengths(self, theme: Theme, shown: Show) -> None:
        row = NumberRow("Steps", NumberRange(1, 100), 30)
        shown(row, width=400)
        before = row.field().width()
        theme.apply("dark", 1.5)
        assert px(8) == 12
        assert row.field().width() == round(before * 1.5)
        assert row.field().font().pixelSize() == 20
        theme.apply("dark", 1.0)
        assert row.field().width() == before
        assert px(8) == 8

    def test_the_scale_has_limits(self, theme: Theme) -> None:
        theme.apply("dark", 9.0)
        assert theme.scale == 1.5
        theme.apply("dark", 0.1)
        assert theme.scale == 0.9

    @pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
    def test_no_colour_of_the_system_is_left(self, tokens: object) -> None:
        made = palette(tokens)
        known = {QColor(value).name() for value in vars(tokens).values() if isinstance(value, str) and value[0] == "#"}
        roles = [role for role in QPalette.ColorRole if role.name not in ("NoRole", "NColorRoles")]
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
            assert {made.color(group, role).name() for role in roles} <= known

    def test_no_motion_when_it_is_not_wanted(self, theme: Theme, qapp: QApplication) -> None:
        assert motion_ms() == 0
        qapp.setProperty(REDUCE_MOTION, False)
        assert motion_ms() == MOTION_MS


class TestFocusRing:
    def test_the_keyboard_brings_it_and_the_mouse_does_not(self, qtbot: QtBot, shown: Show) -> None:
        first, second = QLineEdit(), QLineEdit()
        window = shown(first, second)
        ring = FocusRing(window)
        first.setFocus()
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        assert ring.target() is second
        assert ring.isVisible()
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
        assert ring.target() is None
        assert not ring.isVisible()
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        assert ring.target() is second

    def test_surrounds_its_target_and_moves_with_it(self, qtbot: QtBot, shown: Show) -> None:
        first, second = QLineEdit(), QLineEdit()
        window = shown(first, second)
        window.layout().setContentsMargins(20, 20, 20, 20)
        window.layout().activate()
        ring = FocusRing(window)
        first.setFocus()
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        window.layout().activate()
        assert ring.geometry() == second.geometry().adjusted(-4, -4, 4, 4)
        first.setFixedHeight(80)
        window.layout().activate()
        assert ring.geometry() == second.geometry().adjusted(-4, -4, 4, 4)
        second.hide()
        assert not ring.isVisible()

    def test_a_press_on_its_target_takes_it_away(self, qtbot: QtBot, shown: Show) -> None:
        first, second = QLineEdit(), QLineEdit()
        ring = FocusRing(shown(first, second))
        first.setFocus()
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
        assert not ring.isVisible()

    def test_is_clipped_where_its_target_is_scrolled_away(self, qtbot: QtBot, shown: Show) -> None:
        area, inside = QScrollArea(), QWidget()
        area.setWidgetResizable(True)
        area.setFixedHeight(120)
        column = QVBoxLayout(inside)
        fields = [QLineEdit() for _ in range(20)]
        for field in fields:
            column.addWidget(field)
        area.setWidget(inside)
        window = shown(area)
        ring = FocusRing(window)
        fields[0].setFocus()
        qtbot.keyClick(fields[0], Qt.Key.Key_Tab)
        assert ring.isVisible()
        port = area.viewport()
        for value in range(0, area.verticalScrollBar().maximum(), 7):
            area.verticalScrollBar().setValue(value)
            if ring.isVisible():
                assert port.rect().translated(port.mapTo(window, port.pos() * 0)).contains(ring.geometry())
        assert not ring.isVisible()

    def test_survives_the_end_of_its_target(self, qtbot: QtBot, shown: Show) -> None:
        first, second = QLineEdit(), QLineEdit()
        window = shown(first, second)
        ring = FocusRing(window)
        first.setFocus()
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        with qtbot.waitSignal(second.destroyed):
            second.deleteLater()
        assert ring.target() is None
        assert not ring.isVisible()

    def test_lies_inside_where_asked(self, qtbot: QtBot, shown: Show) -> None:
        first, second = QLineEdit(), QPlainTextEdit()
        second.setProperty("focusInside", True)
        ring = FocusRing(shown(first, second))
        first.setFocus()
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        assert ring.geometry() == second.geometry()

    def test_is_seen_and_lets_the_mouse_through(self, qtbot: QtBot, theme: Theme, shown: Show) -> None:
        first, second = QPushButton("one"), QPushButton("two")
        window = shown(first, second)
        ring = FocusRing(window)
        first.setFocus()
        qtbot.keyClick(first, Qt.Key.Key_Tab)
        shot = window.grab().toImage()
        middle = ring.geometry().center().x()
        assert shot.pixelColor(middle, ring.y()) == QColor(theme.tokens.accent)
        assert window.childAt(second.geometry().center()) is second


class TestIcons:
    @pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
    @pytest.mark.parametrize("size", [16, 20])
    def test_drawn_for_the_pixels_of_the_screen(self, theme: Theme, size: int, ratio: float) -> None:
        drawn = pixmap("settings", QColor("#93A3FF"), size, ratio)
        assert drawn.size() == QSize(round(size * ratio), round(size * ratio))
        assert drawn.devicePixelRatio() == ratio
        image = drawn.toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255
        }
        assert colours == {"#93a3ff"}

    def test_drawn_once(self, theme: Theme) -> None:
        first = pixmap("eye", QColor("red"), 16, 1.0)
        assert pixmap("eye", QColor("red"), 16, 1.0).cacheKey() == first.cacheKey()
        assert pixmap("eye", QColor("blue"), 16, 1.0).toImage() != first.toImage()

    def test_states(self, theme: Theme, shown: Show) -> None:
        button = QPushButton()
        shown(button)
        made = widget_icon("lock", button, 16)
        shots = [
            made.pixmap(QSize(16, 16), 1.0, mode, state).toImage()
            for mode, state in (
                (made.Mode.Normal, made.State.Off),
                (made.Mode.Disabled, made.State.Off),
                (made.Mode.Normal, made.State.On),
            )
        ]
        assert all(one != other for one, other in pairwise(shots))
        assert shots[0] != shots[2]


class TestPictures:
    @pytest.mark.parametrize("width", [1, 2, 3, 5, 128, 130])
    def test_there_and_back(self, qapp: QApplication, width: int) -> None:
        pixels = np.random.default_rng(width).integers(0, 256, (7, width, 3), dtype=np.uint8)
        assert np.array_equal(from_qimage(to_qimage(Image(pixels))).pixels, pixels)

    def test_each_pixel_in_its_place(self, qapp: QApplication) -> None:
        pixels = np.zeros((2, 3, 3), np.uint8)
        pixels[1, 2] = (10, 20, 30)
        picture = to_qimage(Image(pixels))
        assert picture.pixelColor(2, 1).getRgb() == (10, 20, 30, 255)
        assert picture.pixelColor(0, 0).getRgb() == (0, 0, 0, 255)

    def test_the_copy_outlives_the_array(self, qapp: QApplication) -> None:
        image = Image(np.full((64, 61, 3), 77, np.uint8))
        picture = to_qimage(image)
        del image
        np.full((64, 61, 3), 5, np.uint8)
        assert {picture.pixelColor(x, y).red() for x in range(61) for y in range(64)} == {77}

    def test_transparent_becomes_white(self, qapp: QApplication) -> None:
        picture = QImage(2, 1, QImage.Format.Format_ARGB32)
        picture.setPixelColor(0, 0, QColor(0, 0, 0, 0))
        picture.setPixelColor(1, 0, QColor(0, 0, 0, 128))
        assert from_qimage(picture).pixels.tolist() == [[[255, 255, 255], [127, 127, 127]]]

    def test_grey_lines_are_padded(self, qapp: QApplication) -> None:
        picture = QImage(3, 2, QImage.Format.Format_Grayscale8)
        picture.fill(9)
        assert np.unique(from_qimage(picture).pixels).tolist() == [9]

    def test_other_colour_spaces_are_converted(self, qapp: QApplication) -> None:
        picture = QImage(1, 1, QImage.Format.Format_RGB888)
        picture.fill(QColor(0, 200, 0))
        picture.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3))
        green = from_qimage(picture).pixels[0, 0]
        assert green.tolist() != [0, 200, 0]
        assert green[1] > 200

    def test_nothing_is_no_picture(self, qapp: QApplication) -> None:
        with pytest.raises(ValueError, match="null"):
            from_qimage(QImage())
