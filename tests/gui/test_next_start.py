"""What the next start brings back, and what the first minute shows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QPalette

from studio import paths
from studio.job.code import Between, FromSeed
from studio.job.recipe import recipe
from studio.ui.tokens import DARK, LIGHT, Tokens
from tests.gui.studio_driver import Driver


class TestWhatComesBack:
    def test_the_form_as_it_was_left(self, start: Callable[..., Driver]) -> None:
        before = start()
        before.prompt("fox, flat style")
        before.enter("steps", "12")
        before.enter("scale", "3.5")
        before.window.form.set(
            negative_prompt="frame", sampler="euler", spacing="karras", seed=99, seed_locked=True, height=72, count=2
        )
        left = before.window.form.values
        before.close()
        after = start()
        assert after.window.form.values == left
        assert after.window.recipe_pane.prompt.editor().toPlainText() == "fox, flat style"
        assert after.row("steps").value() == 12
        assert after.row("seed").is_locked()

    def test_size_layout_and_view(self, start: Callable[..., Driver]) -> None:
        before = start()
        before.window.resize(1400, 820)
        before.until(lambda: before.window.width() == 1400)
        splitter = before.window.workspace._splitter
        splitter.setSizes([360, 700, 340])
        splitter.splitterMoved.emit(360, 1)
        sizes = splitter.sizes()
        before.window.timeline.kind_changed.emit("x")
        before.close()
        after = start()
        assert after.window.size() == before.window.size()
        assert after.window.workspace._splitter.sizes() == sizes
        assert after.window.timeline.kind == "x"

    def test_the_form_is_kept_as_soon_as_a_run_is_accepted(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.prompt("owl")
        studio.run()
        studio.window.controller._store.save()
        assert json.loads(paths.settings_file().read_text())["form"]["prompt"] == "owl"

    def test_a_value_of_the_form_that_is_out_of_range_is_shown_and_marked(self, start: Callable[..., Driver]) -> None:
        studio = start(form={"steps": 0, "scale": "five", "prompt": "fox", "something": 1})
        assert studio.problems() == ["Steps 0 is out of range. Use 1 to 10,000."]
        assert studio.window.form.values.scale == 5.0
        assert studio.window.form.values.prompt == "fox"

    def test_a_damaged_settings_file_is_told_and_set_aside(self, start: Callable[..., Driver]) -> None:
        paths.settings_file().parent.mkdir(parents=True)
        paths.settings_file().write_text("{ this is not")
        studio = start()
        assert "settings.json were damaged" in studio.banner()
        assert studio.window.form.values.prompt == "red apple, 3d style"
        assert (paths.settings_file().parent / "settings.json.damaged-1").read_text() == "{ this is not"

    def test_settings_that_cannot_be_written_are_told(self, studio: Driver) -> None:
        paths.settings_file().parent.write_text("in the way")
        store = studio.window.controller._store
        store.change(ui_scale=110)
        store.save()
        assert studio.banner()
        paths.settings_file().parent.unlink()


class TestSettings:
    @pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
    def test_the_theme_changes_at_run_time(self, studio: Driver, tokens: Tokens) -> None:
        store = studio.window.controller._store
        store.change(theme="light" if tokens is DARK else "dark")
        other = studio.window.grab().toImage().pixelColor(5, 300)
        store.change(theme=tokens.name)
        panel = QGuiApplication.palette().color(QPalette.ColorRole.Window)
        assert panel.name().upper() == tokens.panel
        assert studio.window.grab().toImage().pixelColor(5, 300) == panel != other

    def test_as_the_system_takes_one_of_the_themes(self, studio: Driver) -> None:
        store = studio.window.controller._store
        store.change(theme="light")
        store.change(theme="system")
        panel = QGuiApplication.palette().color(QPalette.ColorRole.Window).name().upper()
        assert panel in (DARK.panel, LIGHT.panel)

    def test_another_scale_is_worn_at_once_and_nothing_is_cut(self, studio: Driver) -> None:
        store = studio.window.controller._store
        before = studio.row("steps").height()
        store.change(ui_scale=150)
        studio.until(lambda: studio.row("steps").height() == round(before * 1.5))
        editor = studio.window.recipe_pane.prompt.editor()
        studio.until(lambda: editor.verticalScrollBar().maximum() == 0)

    def test_precision_can_be_changed_and_is_shown(self, studio: Driver) -> None:
        store = studio.window.controller._store
        studio.window.warm_up()
        studio.until(lambda: studio.window.header.place() == "starter, CPU, float32")
        store.change(precision="bfloat16")
        studio.until(lambda: studio.window.header.place() == "starter, CPU, bfloat16")
        studio.small(steps=1)
        assert studio.run() is not None

    def test_a_device_that_is_not_there_is_told_at_once(self, studio: Driver) -> None:
        studio.window.controller._store.change(device="mps")
        studio.until(lambda: bool(studio.banner()))
        assert "mps" in studio.banner()
        studio.window.controller._store.change(device="cpu")
        assert not studio.banner()


class TestFirstMinute:
    def test_the_words_follow_the_form_until_the_first_run(self, studio: Driver) -> None:
        said = studio.window.canvas.view.accessibleDescription
        studio.enter("steps", "12")
        assert "Step 0 of 12: the noise of seed 7." in said()
        studio.enter("seed", "8")
        assert "seed 8" in said()
        assert studio.window.canvas.picture() is None
        studio.enter("seed", "7")
        assert studio.window.canvas.picture() is not None
        studio.small(steps=1)
        studio.run()
        studio.enter("steps", "20")
        assert "Press Generate" not in said()

    def test_the_noise_of_any_other_seed_is_drawn_when_the_model_is_ready(self, start: Callable[..., Driver]) -> None:
        studio = start(form={"seed": 8, "seed_locked": True})
        assert studio.window.canvas.picture() is None
        assert "Press Generate to watch the noise of seed 8" in studio.window.canvas.view.accessibleDescription()
        studio.window.warm_up()
        studio.until(lambda: studio.window.canvas.picture() is not None)
        eight = studio.shown()
        studio.row("seed").roll()
        rolled = studio.window.form.values.seed
        studio.until(lambda: not np.array_equal(studio.shown(), eight))
        assert f"the noise of seed {rolled}" in studio.window.canvas.view.accessibleDescription()
        assert not studio.events

    def test_nothing_of_it_is_left_once_a_run_is_accepted(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.generate()
        assert "Press Generate" not in studio.window.canvas.view.accessibleDescription()
        studio.rest()
        shown = studio.shown()
        studio.row("seed").roll()
        studio.window.warm_up()
        studio.until(lambda: studio.foot() == "Ready")
        assert np.array_equal(studio.shown(), shown)


class TestCodes:
    def test_a_picture_between_seeds_brings_its_start_back(self, studio: Driver) -> None:
        between = Between(first=FromSeed(seed=1), second=FromSeed(seed=2), fraction=0.5)
        studio.window.controller.use_recipe(recipe(prompt="red apple", seed=1, start=between))
        assert studio.window.form.values.code == between
        assert studio.window.form.recipes()[0].start == between
        assert studio.window.recipe_pane.picture.start_row.text() == "between seed 1 and seed 2, 50 %"
        studio.window.controller.use_recipe(recipe(prompt="lemon"))
        assert studio.window.form.values.code is None
        assert not studio.window.recipe_pane.picture.start_row.isVisible()


def test_a_model_that_is_chosen_while_the_pane_is_hidden_is_read_too(studio: Driver, tmp_path: Path) -> None:
    panel = studio.window.recipe_pane.prompt
    studio.until(lambda: panel._reading.count("red apple") is not None)
    shutil.copytree(paths.starter_model(), tmp_path / "another")
    studio.window.recipe_pane.hide()
    studio.window.controller.add_model(tmp_path / "another")
    studio.until(lambda: panel._reading.count("red apple") is not None)
