"""The whole road: open, paint, generate, repaint, undo, take over, save. What is kept stays as it was, to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.export.picture_file import read_picture
from studio.job.event import Finished
from studio.job.inpaint import FromImage
from studio.job.recipe import Noise
from tests.gui.inpaint.paint_kit import Painter, kept_as, read, recipe_mask, speckled
from tests.gui.studio_driver import CONTROL, saved_pictures

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_the_whole_road(painter: Painter, photo: Path) -> None:
    painter.opened(photo)
    source = speckled(128, 128)

    painter.stroke((40, 40), (80, 80))
    mask = painter.mask.copy()
    assert mask[60, 60] == 255
    first = painter.run()
    made = read_picture(first)
    assert np.array_equal(made.image.pixels[mask == 0], source[mask == 0])
    assert (made.image.pixels[mask == 255] != source[mask == 255]).any()
    assert np.array_equal(recipe_mask(painter, made.recipe).values, mask)
    assert painter.window.inpaint.showing.outcome.image.width == 128

    painter.stroke((20, 100), (30, 110))
    assert painter.mask[105, 25] == 255
    painter.press(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(painter.mask, mask)
    painter.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    painter.window.form.set(seed=99)
    second = read_picture(painter.run()).image.pixels
    kept = painter.mask == 0
    assert np.array_equal(second[kept], source[kept])

    painter.window.actions_of_window.take_over.trigger()
    assert np.array_equal(painter.painting.picture.pixels, second)
    assert not kept.all()
    assert np.array_equal(painter.mask == 0, kept)
    painter.window.controller.toast._action.click()
    assert np.array_equal(painter.painting.picture.pixels, source)
    painter.window.recipe_pane.inpaint.head._take_over.click()
    painter.editor.commands.clear.trigger()
    painter.stroke((100, 20), (110, 30))
    third = read_picture(painter.run()).image.pixels
    kept = painter.mask == 0
    assert np.array_equal(third[kept], second[kept])
    assert len(saved_pictures()) == 3


@pytest.mark.parametrize("seed", range(8))
def test_kept_pixels_of_any_mask_are_those_of_the_source(painter: Painter, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    width, height = (int(side) for side in random.integers(64, 155, 2))
    painter.opened(kept_as(tmp_path / "any.png", speckled(width, height, seed)))
    values = random.integers(0, 256, (height, width)).astype(np.uint8) * (random.random((height, width)) < 0.5)
    painter.editor.run("any", lambda _: values.astype(np.uint8))
    painter.window.form.set(steps=2, feather=int(random.integers(0, 12)))
    made = read(painter.run())
    assert made.shape == (height, width, 3)
    assert np.array_equal(made[values == 0], speckled(width, height, seed)[values == 0])


class TestWithoutAMask:
    def test_at_full_strength_nothing_would_change_and_that_is_told(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        path = painter.run()
        assert "The mask is empty: the picture is returned unchanged." in painter.banner()
        assert np.array_equal(read(path), speckled(128, 128))

    def test_at_less_it_is_image_to_image(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        painter.window.form.set(strength=0.5)
        recipe = read_picture(painter.run()).recipe
        assert recipe.inpaint is None
        assert recipe.start == FromImage(image=painter.painting.picture.id, strength=0.5)
        assert painter.banner() == ""

    def test_without_a_picture_one_is_made_from_the_prompt(self, painter: Painter) -> None:
        painter.small()
        recipe = read_picture(painter.run()).recipe
        assert (recipe.inpaint, recipe.start) == (None, Noise())
        assert painter.window.inpaint.signs.easel.button("paint").text() == "Paint on this picture"


class TestMeanwhile:
    def test_painting_goes_on_while_a_run_works(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        painter.stroke((30, 30), (40, 40))
        before = painter.mask.copy()
        painter.window.form.set(steps=200)
        painter.generate()
        painter.until(lambda: "StepDone" in painter.kinds())
        painter.stroke((90, 90), (100, 100))
        assert painter.window.session.status.running
        painter.rest()
        assert painter.mask[95, 95] == 255
        recipe = read_picture(painter.window.session.status.path).recipe
        assert np.array_equal(recipe_mask(painter, recipe).values, before)

    def test_another_run_does_not_take_the_canvas(self, painter: Painter, photo: Path) -> None:
        painter.press(Qt.Key.Key_F5)
        painter.window.form.set(steps=300)
        painter.generate()
        painter.inpaint()
        painter.opened(photo)
        painter.until(lambda: "StepDone" in painter.kinds())
        painter.rest()
        assert painter.editor.active
        assert painter.window.inpaint.showing.outcome is None

    def test_a_card_of_the_history_is_shown_and_the_painting_comes_back(self, painter: Painter, photo: Path) -> None:
        painter.small()
        painter.run()
        painter.opened(photo)
        painter.stroke((30, 30), (60, 60))
        mask = painter.mask.copy()
        painter.window.history.selected.emit(painter.window.history.jobs()[0])
        assert not painter.editor.active
        assert "kept" in painter.sign()
        painter.window.inpaint.signs.easel.button("back").click()
        assert painter.editor.active
        assert painter.sign() == ""
        assert np.array_equal(painter.mask, mask)

    def test_results_of_the_painting_are_chosen_in_the_history(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        painter.stroke((30, 30), (60, 60))
        painter.window.form.set(count=2, steps=2)
        painter.run()
        older = painter.window.history.jobs()[-1]
        painter.window.history.selected.emit(older)
        assert painter.editor.active
        shown = painter.window.inpaint.showing.outcome.recipe
        assert shown == painter.window.history.entry(older).recipe


def test_a_run_of_the_masked_part_alone_returns_the_whole_picture(painter: Painter, tmp_path: Path) -> None:
    painter.opened(kept_as(tmp_path / "large.png", speckled(400, 300)))
    painter.window.recipe_pane.inpaint.way.button("crop").click()
    assert (painter.window.form.values.width, painter.window.form.values.height) == (128, 128)
    painter.stroke((200, 100), (220, 120))
    mask = painter.mask.copy()
    made = read(painter.run())
    assert made.shape == (300, 400, 3)
    assert np.array_equal(made[mask == 0], speckled(400, 300)[mask == 0])
    finished = [event for event in painter.events if isinstance(event, Finished)]
    assert len(finished) == 1
