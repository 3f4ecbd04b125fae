"""Pictures to paint on: dropped, pasted, opened, taken from the history; and what is said where that does not work."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from studio.ui.qimage import to_qimage
from tests.gui.inpaint.paint_kit import Painter, file_mime, kept_as, speckled
from tests.gui.studio_driver import CONTROL, saved_pictures


class TestWaysIn:
    def test_an_empty_easel_says_what_to_do(self, painter: Painter) -> None:
        assert painter.sign() == "Drop a picture to paint on it, or press Ctrl+O."
        last = painter.window.inpaint.signs.easel.button("paint")
        assert (last.text(), last.isEnabled()) == ("Paint on the last picture", False)
        assert "no picture yet" in last.toolTip()

    def test_dropped(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        assert np.array_equal(painter.painting.picture.pixels, speckled(128, 128))
        assert painter.window.recipe_pane.inpaint.head.name() == "photo.png"
        assert painter.sign() == ""
        assert painter.editor.active

    @pytest.mark.parametrize(("name", "exact"), [("p.png", True), ("p.jpg", False), ("p.webp", True)])
    def test_pasted_as_a_file(self, painter: Painter, tmp_path: Path, name: str, exact: bool) -> None:
        options = {"lossless": True} if name.endswith("webp") else {}
        painter.paste(file_mime(kept_as(tmp_path / name, speckled(96, 64), **options)))
        painter.until(lambda: painter.painting is not None)
        assert painter.painting.size == (96, 64)
        assert np.array_equal(painter.painting.picture.pixels, speckled(96, 64)) == exact

    def test_pasted_as_pixels(self, painter: Painter) -> None:
        mime = QMimeData()
        image = QImage(70, 90, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.red)
        image.setPixelColor(3, 4, Qt.GlobalColor.transparent)
        mime.setImageData(image)
        painter.paste(mime)
        assert painter.painting.size == (70, 90)
        assert painter.painting.transparent.values[4, 3] == 255
        assert np.count_nonzero(painter.painting.transparent.values) == 1

    def test_by_key(self, painter: Painter, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(photo), ""))
        painter.press(Qt.Key.Key_O, CONTROL)
        painter.until(lambda: painter.painting is not None)
        assert painter.painting.name == "photo.png"

    def test_from_the_canvas_and_from_the_history(self, begin: Callable[[], Painter]) -> None:
        studio = begin()
        studio.small()
        path = studio.run()
        studio.window.canvas.commands.paint.trigger()
        assert studio.window.workspaces.is_inpaint
        assert studio.painting.path == path
        studio.press(Qt.Key.Key_F5)
        assert not studio.editor.active
        studio.window.history.paint_requested.emit(studio.window.history.jobs()[0])
        assert studio.editor.active

    def test_the_last_picture_by_its_button(self, begin: Callable[[], Painter]) -> None:
        studio = begin()
        studio.small()
        studio.run()
        studio.inpaint()
        studio.window.inpaint.signs.easel.button("paint").click()
        assert studio.painting is not None
        assert studio.sign() == ""


class TestOtherWorkspace:
    def test_there_a_dropped_picture_still_brings_its_settings(self, begin: Callable[[], Painter]) -> None:
        studio = begin()
        studio.small()
        path = studio.run()
        studio.window.form.set(prompt="another one", steps=9)
        studio.drop(path)
        assert studio.painting is None
        assert studio.window.form.values.steps == 3
        assert studio.window.form.values.prompt == "red apple, 3d style"

    def test_here_it_is_opened_and_offers_them(self, painter: Painter) -> None:
        painter.small()
        path = painter.run()
        painter.window.form.set(steps=9)
        painter.opened(path)
        assert painter.window.form.values.steps == 9
        assert "carries its settings" in painter.banner()
        painter.window.controller.banner._buttons[0].click()
        assert painter.window.form.values.steps == 3
        assert painter.painting is not None


def bomb() -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\r" + header + struct.pack(">I", zlib.crc32(header))


class TestBadInput:
    @pytest.mark.parametrize(
        ("data", "words"),
        [(b"no picture", "PNG, JPEG or WebP"), (bomb(), "too large"), (b"\x89PNG\r\n\x1a\n", "damaged")],
    )
    def test_bad_files_are_refused_with_a_sentence(
        self, painter: Painter, tmp_path: Path, photo: Path, data: bytes, words: str
    ) -> None:
        painter.opened(photo)
        before = painter.painting
        (tmp_path / "bad.png").write_bytes(data)
        painter.drop(tmp_path / "bad.png")
        painter.until(lambda: painter.banner() != "")
        assert words in painter.banner()
        assert painter.painting is before
        assert painter.editor.active

    def test_another_kind_of_file_is_refused_before_it_is_read(self, painter: Painter, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("words")
        painter.paste(file_mime(tmp_path / "notes.txt"))
        assert "notes.txt is not a picture" in painter.banner()

    def test_an_empty_clipboard_is_told(self, painter: Painter) -> None:
        painter.paste(QMimeData())
        assert "no picture on the clipboard" in painter.banner()

    def test_of_an_animation_the_first_picture_is_used_and_that_is_told(self, painter: Painter, tmp_path: Path) -> None:
        first, second = (PIL.Image.fromarray(speckled(64, 64, seed)) for seed in (0, 1))
        painter.opened(kept_as(tmp_path / "moves.png", first, save_all=True, append_images=[second]))
        assert np.array_equal(painter.painting.picture.pixels, speckled(64, 64))
        assert "animation" in painter.banner()

    @pytest.mark.parametrize("size", [(1, 1), (1, 700), (3000, 2)])
    def test_pictures_of_any_shape_can_be_painted_on(self, painter: Painter, tmp_path: Path, size: tuple) -> None:
        painter.opened(kept_as(tmp_path / "odd.png", speckled(*size)))
        assert painter.painting.size == size
        painter.editor.commands.everything.trigger()
        painter.window.form.set(steps=1)
        assert painter.run() is not None, painter.banner()

    def test_print_colours_and_deep_greys_are_read(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "print.jpg", PIL.Image.new("CMYK", (64, 64), (0, 255, 255, 0))))
        assert painter.painting.picture.pixels[0, 0, 0] > 200
        deep = PIL.Image.fromarray(np.full((64, 64), 32768, np.uint16))
        painter.opened(kept_as(tmp_path / "deep.png", deep))
        assert (painter.painting.picture.pixels == 128).all()

    def test_what_was_painted_before_is_one_click_away(self, painter: Painter, photo: Path, tmp_path: Path) -> None:
        painter.opened(photo)
        painter.stroke((30, 30), (60, 60))
        before, mask = painter.painting, painter.mask.copy()
        painter.opened(kept_as(tmp_path / "other.png", speckled(64, 64)))
        assert "kept" in painter.toast()
        painter.window.controller.toast._action.click()
        assert painter.painting is before
        assert np.array_equal(painter.mask, mask)


def test_a_picture_that_is_dropped_twice_is_the_last_one(painter: Painter, tmp_path: Path) -> None:
    paths = [kept_as(tmp_path / f"{seed}.png", speckled(64, 64, seed)) for seed in range(4)]
    for path in paths:
        painter.drop(path)
    painter.until(lambda: painter.painting is not None and painter.sign() == "")
    assert np.array_equal(painter.painting.picture.pixels, speckled(64, 64, 3))
    assert to_qimage(painter.painting.picture).width() == 64
    assert saved_pictures() == []
