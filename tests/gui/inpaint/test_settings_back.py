"""A result brings back the picture it was painted on, its mask, and how it was painted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio import paths
from studio.job.difference import differences
from studio.job.inpaint import FromImage, Inpaint
from studio.job.recipe import Recipe
from studio.ui.difference_words import sentences, summary
from tests.gui.inpaint.paint_kit import Painter, kept_as, speckled


def made_in(painter: Painter, photo: Path, **values: object) -> tuple[Path, np.ndarray]:
    """A picture that was painted, and its mask."""
    painter.inpaint()
    painter.opened(photo)
    painter.stroke((20, 30), (90, 70))
    painter.window.form.set(steps=4, **values)
    return painter.run(), painter.mask.copy()


@pytest.mark.parametrize("workspace", [Qt.Key.Key_F5, Qt.Key.Key_F6])
def test_dropped_at_a_later_start(begin: Callable[[], Painter], photo: Path, workspace: Qt.Key) -> None:
    first = begin()
    told = {"way": "soft", "strength": 0.7, "feather": 9, "fill": "colour", "fill_colour": "#12AB9F", "repeats": 1}
    path, mask = made_in(first, photo, **told)
    first.close()
    (paths.data() / "painting.draft").unlink()
    second = begin()
    second.press(workspace)
    second.window.form.set(way="blend", strength=1.0, feather=0, fill="original", fill_colour="#808080")
    second.drop(path)
    if workspace is Qt.Key.Key_F6:
        second.until(lambda: "carries its settings" in second.banner())
        second.window.controller.banner._buttons[0].click()
    second.until(lambda: second.painting is not None and np.array_equal(second.mask, mask))
    assert np.array_equal(second.painting.picture.pixels, speckled(128, 128))
    values = second.window.form.values
    assert {name: getattr(values, name) for name in told} == told
    assert second.window.workspaces.is_inpaint
    assert second.editor.active
    second.window.inpaint.prepare()
    again = second.window.form.recipes()[0]
    assert again == second.window.stage.recipe() or workspace is Qt.Key.Key_F6


def test_the_masked_part_alone_comes_back_too(begin: Callable[[], Painter], tmp_path: Path) -> None:
    first = begin()
    large = kept_as(tmp_path / "large.png", speckled(500, 300))
    path, mask = made_in(first, large, way="crop", padding=48)
    first.close()
    (paths.data() / "painting.draft").unlink()
    second = begin()
    second.press(Qt.Key.Key_F5)
    second.drop(path)
    second.until(lambda: second.painting is not None)
    assert second.painting.size == (500, 300)
    assert np.array_equal(second.mask, mask)
    assert (second.window.form.values.way, second.window.form.values.padding) == ("crop", 48)


def test_a_picture_that_is_not_here_any_more_is_told(begin: Callable[[], Painter], photo: Path) -> None:
    first = begin()
    path, _ = made_in(first, photo)
    first.close()
    (paths.data() / "painting.draft").unlink()
    for kept in (paths.data() / "sources").glob("*.png"):
        kept.unlink()
    second = begin()
    second.press(Qt.Key.Key_F5)
    second.drop(path)
    second.until(lambda: "not on this computer" in second.banner())
    assert second.painting is None
    assert second.window.form.values.painted is None


def test_another_mask_on_the_open_picture_comes_back_as_one_step(painter: Painter, photo: Path) -> None:
    _, mask = made_in(painter, photo)
    first = painter.painting
    painter.editor.commands.clear.trigger()
    painter.stroke((100, 100), (110, 110))
    painter.window.history.use_settings_requested.emit(painter.window.history.jobs()[0])
    assert painter.painting is first
    assert np.array_equal(painter.mask, mask)
    painter.editor.undo()
    assert painter.mask[105, 105] == 255


def test_undo_brings_the_painting_of_before_back(painter: Painter, photo: Path, tmp_path: Path) -> None:
    made_in(painter, photo)
    other = kept_as(tmp_path / "other.png", speckled(96, 96, 4))
    painter.opened(other)
    painter.stroke((10, 10), (20, 20))
    before, mask = painter.painting, painter.mask.copy()
    painter.window.history.use_settings_requested.emit(painter.window.history.jobs()[0])
    painter.until(lambda: painter.painting is not before)
    painter.window.controller.toast._action.click()
    assert painter.painting is before
    assert np.array_equal(painter.mask, mask)


def test_the_words_for_a_difference(painter: Painter) -> None:
    plain = Recipe()
    one = Recipe(inpaint=Inpaint(image="a" * 64, mask="b" * 64))
    other = Recipe(
        inpaint=Inpaint(image="a" * 64, mask="c" * 64, mode="soft", fill="colour", fill_colour=(1, 2, 255), repeats=3)
    )
    assert sentences(differences(plain, one)) == ["Painting: none > Blend"]
    assert sentences(differences(one, other)) == [
        "Mask: another one",
        "Way of painting: Blend > Soft",
        "Fill first: Original > One colour",
        "Fill colour: #808080 > #0102FF",
        "Repeats: 1 > 3",
    ]
    started = Recipe(start=FromImage(image="a" * 64, strength=0.5))
    assert "Strength: none > 0.5" in sentences(differences(plain, started))
    assert "mask another one" in summary(differences(one, other))
