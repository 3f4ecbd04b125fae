"""Masks from what is transparent, from the brightness of a picture, from a file; and the mask as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtWidgets import QFileDialog

from tests.gui.inpaint.paint_kit import Painter, kept_as, speckled


def grey(width: int, height: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)


class TestTransparency:
    def test_what_is_clear_is_repainted(self, painter: Painter, tmp_path: Path) -> None:
        alpha = grey(128, 128)
        painter.opened(kept_as(tmp_path / "clear.png", np.dstack([speckled(128, 128), alpha])))
        masks = painter.window.inpaint.masks
        assert masks.from_transparency.isEnabled()
        masks.from_transparency.trigger()
        assert np.array_equal(painter.mask, 255 - alpha)
        painter.editor.undo()
        assert not painter.mask.any()

    def test_without_any_the_wish_says_why_not(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        action = painter.window.inpaint.masks.from_transparency
        assert not action.isEnabled()
        assert "transparent" in action.toolTip()


class TestFiles:
    def test_of_the_same_size_is_taken_as_it_is(
        self, painter: Painter, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        painter.opened(photo)
        path = kept_as(tmp_path / "mask.png", grey(128, 128))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        painter.window.inpaint.masks.from_file.trigger()
        painter.until(lambda: painter.mask.any())
        assert np.array_equal(painter.mask, grey(128, 128))
        assert "Mask from mask.png" in painter.editor.commands.undo.text()

    def test_of_another_size_is_offered_to_be_scaled(self, painter: Painter, photo: Path, tmp_path: Path) -> None:
        painter.opened(photo)
        painter.window.inpaint.masks.open(kept_as(tmp_path / "mask.png", np.full((32, 64), 200, np.uint8)))
        painter.until(lambda: painter.banner() != "")
        assert "64 × 32 pixels, the picture 128 × 128" in painter.banner()
        assert not painter.mask.any()
        painter.window.controller.banner._buttons[0].click()
        assert (painter.mask == 200).all()

    def test_bad_ones_are_refused(self, painter: Painter, photo: Path, tmp_path: Path) -> None:
        painter.opened(photo)
        (tmp_path / "mask.png").write_bytes(b"nothing")
        painter.window.inpaint.masks.open(tmp_path / "mask.png")
        painter.until(lambda: painter.banner() != "")
        assert "PNG, JPEG or WebP" in painter.banner()

    def test_saved_it_is_the_same_again(
        self, painter: Painter, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        painter.opened(photo)
        painter.editor.run("any", lambda _: grey(128, 128))
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "kept"), ""))
        painter.window.inpaint.masks.save.trigger()
        assert "kept.png" in painter.toast()
        saved = PIL.Image.open(tmp_path / "kept.png")
        assert saved.mode == "L"
        assert np.array_equal(np.asarray(saved), grey(128, 128))
        painter.editor.commands.clear.trigger()
        painter.window.inpaint.masks.open(tmp_path / "kept.png")
        painter.until(lambda: painter.mask.any())
        assert np.array_equal(painter.mask, grey(128, 128))

    def test_a_folder_that_cannot_be_written_is_told(self, painter: Painter, photo: Path, tmp_path: Path) -> None:
        painter.opened(photo)
        painter.window.inpaint.masks.save_as(tmp_path / "missing" / "mask.png")
        assert "could not be written" in painter.banner()


def test_the_brightness_of_another_picture(painter: Painter, photo: Path) -> None:
    painter.window.form.set(steps=1)
    painter.run()
    painter.opened(photo)
    painter.window.history.mask_requested.emit(painter.window.history.jobs()[0])
    red, green, blue = (int(part) for part in painter.window.history.picture(1).pixels[0, 0])
    assert (painter.mask == (299 * red + 587 * green + 114 * blue + 500) // 1000).all()


def test_without_a_painting_they_say_why_not(painter: Painter) -> None:
    for action in painter.window.actions_of_window.mask_menu.actions():
        if not action.isSeparator():
            assert not action.isEnabled(), action.text()
            assert action.toolTip() != action.text()
