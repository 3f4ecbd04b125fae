"""The frame on the canvas and the fields of the size follow each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from studio.export.picture_file import read_picture
from studio.painting.frame import Frame
from tests.gui.inpaint.paint_kit import Painter, kept_as, read, speckled


def size(painter: Painter) -> tuple[int, int]:
    return painter.window.form.values.width, painter.window.form.values.height


def frame(painter: Painter) -> Frame:
    """The one that is seen."""
    return painter.editor.easel.paper.frame


class TestOpening:
    def test_what_the_model_copes_with_is_worked_on_one_to_one(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "p.png", speckled(130, 100)))
        assert size(painter) == (136, 104)
        assert frame(painter) == Frame.whole(130, 100)
        assert "one to one" in painter.window.recipe_pane.inpaint.head.note()

    def test_the_result_has_exactly_its_size(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "p.png", speckled(130, 100)))
        painter.stroke((30, 30), (60, 60))
        made = read(painter.run())
        assert made.shape == (100, 130, 3)
        assert np.array_equal(made[painter.mask == 0], speckled(130, 100)[painter.mask == 0])

    def test_what_is_too_large_is_scaled_and_that_is_told(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "p.png", speckled(600, 400)))
        assert size(painter) == (168, 112)
        assert frame(painter) == Frame.whole(600, 400)
        assert "scaled to 168 × 112" in painter.window.recipe_pane.inpaint.head.note()


class TestFollowing:
    def test_the_frame_follows_the_size(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "p.png", speckled(600, 400)))
        painter.window.recipe_pane.inpaint.head.framing_chosen.emit("actual")
        painter.enter("width", "200")
        assert frame(painter) == Frame(200, 144, 200, 112)

    def test_the_size_follows_the_frame(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        painter.editor.set_tool("frame")
        painter.stroke((128, 64), (152, 64))
        assert frame(painter) == Frame(0, 0, 152, 128)
        assert size(painter) == (152, 128)
        painter.editor.undo()
        assert size(painter) == (128, 128)

    def test_a_frame_beyond_the_picture_paints_more(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        painter.editor.set_tool("frame")
        painter.stroke((128, 64), (152, 64))
        painter.window.form.set(steps=2)
        path = painter.run()
        made = read(path)
        assert made.shape == (128, 152, 3)
        assert np.array_equal(made[:, :128], speckled(128, 128))
        assert read_picture(path).recipe.inpaint is not None
        painter.window.inpaint.take_over()
        assert painter.painting.size == (152, 128)
        assert not painter.mask.any()
        assert size(painter) == (152, 128)

    def test_the_kinds_of_frame(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "p.png", speckled(600, 400)))
        painter.window.form.set(width=128, height=128)
        head = painter.window.recipe_pane.inpaint.head
        assert frame(painter) == Frame(0, -100, 600, 600)
        head.framing_chosen.emit("crop")
        assert frame(painter) == Frame(100, 0, 400, 400)
        head.framing_chosen.emit("actual")
        assert frame(painter) == Frame(236, 136, 128, 128)
        assert head.framing.value() == "actual"


class TestOnlyTheMaskedPart:
    def test_it_needs_no_frame(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "p.png", speckled(600, 400)))
        painter.editor.set_tool("frame")
        painter.window.recipe_pane.inpaint.way.button("crop").click()
        assert frame(painter) == Frame.whole(600, 400)
        assert painter.editor.tool == "brush"
        assert not painter.editor.commands.tools["frame"].isEnabled()
        assert "by itself" in painter.editor.commands.tools["frame"].toolTip()
        assert size(painter) == (128, 128)

    def test_the_size_of_the_frame_comes_back(self, painter: Painter, tmp_path: Path) -> None:
        painter.opened(kept_as(tmp_path / "p.png", speckled(600, 400)))
        way = painter.window.recipe_pane.inpaint.way
        way.button("crop").click()
        way.button("blend").click()
        assert size(painter) == (168, 112)
        assert painter.editor.commands.tools["frame"].isEnabled()


def test_the_frame_is_there_again_after_a_start(begin: Callable[[], Painter], tmp_path: Path) -> None:
    first = begin()
    first.inpaint()
    first.opened(kept_as(tmp_path / "p.png", speckled(600, 400)))
    first.window.recipe_pane.inpaint.head.framing_chosen.emit("actual")
    first.window.inpaint.desk.place_frame(Frame(10, 20, 168, 112))
    first.close()
    second = begin()
    second.until(lambda: second.painting is not None)
    assert second.painting.frame == Frame(10, 20, 168, 112)
    assert size(second) == (168, 112)
    assert second.window.recipe_pane.inpaint.head.framing.value() == "actual"
