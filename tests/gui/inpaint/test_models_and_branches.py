"""Models that read a mask, branches of painted pictures, and races of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from studio.export.picture_file import read_picture
from studio.job.recipe import FromStep, Noise
from tests.gui.inpaint.paint_kit import Painter
from tests.references.tiny_models import nine_channels


class TestInpaintingModel:
    def test_it_is_used_the_way_it_was_made_for_and_others_are_not(self, painter: Painter, tmp_path: Path) -> None:
        way = painter.window.recipe_pane.inpaint.way
        way.button("soft").click()
        assert not way.button("model").isEnabled()
        painter.window.controller.add_model(nine_channels(tmp_path / "nine"))
        assert way.button("model").isEnabled()
        assert painter.window.form.values.way == way.value() == "model"
        painter.window.form.set(model="starter")
        assert painter.window.form.values.way == way.value() == "soft"
        assert not way.button("model").isEnabled()

    def test_settings_that_say_another_way_are_kept(self, painter: Painter, photo: Path, tmp_path: Path) -> None:
        painter.window.controller.add_model(nine_channels(tmp_path / "nine"))
        painter.opened(photo)
        painter.stroke((20, 20), (40, 40))
        painter.window.form.set(way="blend", steps=2)
        painter.run()
        painter.window.form.set(model="starter")
        painter.window.history.use_settings_requested.emit(painter.window.history.jobs()[0])
        assert (painter.window.form.values.model, painter.window.form.values.way) == ("nine", "blend")


class TestBranches:
    def test_in_the_other_workspace_a_branch_keeps_what_it_is_painted_on(
        self, begin: Callable[[], Painter], photo: Path
    ) -> None:
        studio = begin()
        studio.inpaint()
        studio.opened(photo)
        studio.stroke((20, 20), (40, 40))
        studio.window.form.set(steps=4)
        parent = read_picture(studio.run()).recipe
        studio.press(Qt.Key.Key_F5)
        studio.window.branches.branching.branch_from_picture(parent)
        studio.window.form.set(prompt="another")
        child = read_picture(studio.run()).recipe
        assert isinstance(child.start, FromStep)
        assert child.inpaint == parent.inpaint
        studio.window.recipe_pane.branch.leave()
        plain = read_picture(studio.run()).recipe
        assert (plain.start, plain.inpaint) == (Noise(), None)

    def test_the_mask_can_be_changed_for_it(self, painter: Painter, photo: Path) -> None:
        painter.opened(photo)
        painter.stroke((20, 20), (40, 40))
        painter.window.form.set(steps=4)
        parent = read_picture(painter.run()).recipe
        painter.stroke((90, 90), (100, 100))
        painter.window.branches.branching.branch_from_picture(parent)
        # The mask is that of the parent, and what was painted since comes back with Undo.
        assert painter.mask[95, 95] == 0
        painter.editor.undo()
        assert painter.mask[95, 95] == 255
        child = read_picture(painter.run()).recipe
        assert isinstance(child.start, FromStep)
        assert np.array_equal(painter.sources.mask(child.inpaint.mask).values, painter.mask)


def test_a_race_begins_with_what_is_painted_now(painter: Painter, photo: Path) -> None:
    painter.opened(photo)
    painter.stroke((20, 20), (40, 40))
    painter.window.actions_of_window.race.trigger()
    base = painter.window.races._base()
    assert np.array_equal(painter.sources.mask(base.inpaint.mask).values, painter.mask)
    painter.window.races.race_window.close()
