"""The whole studio with the real starter model: from a typed prompt to a picture that brings its settings back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from studio.export.picture_file import read_picture
from studio.job.event import StepDone
from tests.gui.studio_driver import Driver, saved_pictures

SHIFT = Qt.KeyboardModifier.ShiftModifier


class TestFromPromptToPicture:
    def test_the_first_start_has_everything_filled_in(self, studio: Driver) -> None:
        canvas = studio.window.canvas
        assert studio.window.recipe_pane.prompt.editor().toPlainText() == "red apple, 3d style"
        assert canvas.picture().width() == 128
        assert "Step 0 of 30: the noise of seed 7." in canvas.view.accessibleDescription()
        assert "Nothing is downloaded." in canvas.view.accessibleDescription()
        assert studio.window.timeline.text() == "Step 0 of 30"
        assert not studio.banner()

    def test_a_typed_prompt_becomes_a_saved_picture_step_by_step(self, studio: Driver) -> None:
        studio.enter("steps", "4")
        studio.prompt("rocket, 3d style")
        path = studio.run()
        assert studio.kinds()[-3:] == ["Decoding", "ImageReady", "Finished"]
        assert [event.step for event in studio.events if isinstance(event, StepDone)] == [1, 2, 3, 4]
        assert path is not None
        assert path.name == "rocket-7.png"
        assert studio.foot() == "Saved as rocket-7.png."
        saved = read_picture(path)
        assert np.array_equal(saved.image.pixels, studio.shown())
        assert saved.recipe.prompt == "rocket, 3d style"
        assert saved.recipe.sampling.steps == 4

    def test_every_step_is_seen_and_can_be_looked_at_again(self, studio: Driver) -> None:
        studio.small(steps=4)
        studio.run()
        timeline, looks = studio.window.timeline, []
        for step in range(1, 5):
            timeline.filmstrip.go_to(step)
            looks.append(studio.shown())
            assert studio.window.timeline.text().startswith(f"Step {step} of 4")
        assert studio.window.canvas.caption() == "red apple, 3d style, seed 7"
        assert not any(np.array_equal(a, b) for a, b in pairwise(looks))

    def test_the_finished_picture_keeps_its_file_when_the_user_comes_back_to_it(self, studio: Driver) -> None:
        studio.small(steps=2)
        path = studio.run()
        studio.window.timeline.filmstrip.go_to(1)
        assert studio.window.canvas.path() is None
        studio.window.timeline.set_live(True)
        assert studio.window.canvas.path() == path
        assert studio.window.actions_of_window.live.isEnabled() is False

    def test_generate_before_the_model_is_loaded_queues(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.window.warm_up()
        assert studio.foot() == "Loading starter, first time only"
        studio.generate()
        studio.generate()
        studio.rest()
        assert len(saved_pictures()) == 2

    def test_the_header_tells_where_the_model_works(self, studio: Driver) -> None:
        studio.window.warm_up()
        studio.until(lambda: studio.foot() == "Ready")
        assert studio.window.header.place() == "starter, CPU, float32"

    def test_the_title_tells_how_far_the_run_is(self, studio: Driver) -> None:
        titles: set[str] = set()
        studio.window.windowTitleChanged.connect(titles.add)
        studio.small(steps=2)
        studio.run()
        assert {"50 % - Reverie", "100 % - Reverie"} <= titles
        assert studio.window.windowTitle() == "Reverie"


class TestSettingsComeBack:
    @pytest.mark.parametrize("place", ["canvas", "recipe_pane", "timeline"])
    def test_a_dropped_picture_restores_its_settings_wherever_it_falls(self, studio: Driver, place: str) -> None:
        studio.window.form.set(negative_prompt="frame", sampler="ddpm", steps=2, scale=3.5, width=64, height=72, seed=5)
        path = studio.run()
        before = studio.window.form.values
        studio.window.form.set(prompt="", negative_prompt="", sampler="ddim", steps=9, scale=1.0, width=128, seed=1)
        studio.drop(path, getattr(studio.window, place))
        values = studio.window.form.values
        assert values.seed == 5
        assert values.seed_locked
        for name in ("model", "prompt", "negative_prompt", "sampler", "steps", "scale", "width", "height", "spacing"):
            assert getattr(values, name) == getattr(before, name), name
        assert studio.toast() == "The settings of this picture are back."

    def test_a_file_dropped_on_the_prompt_is_not_typed_into_it(self, studio: Driver) -> None:
        studio.small(steps=1)
        path = studio.run()
        studio.window.form.set(seed=9)
        studio.drop(path, studio.window.recipe_pane.prompt.editor().viewport())
        assert studio.window.recipe_pane.prompt.editor().toPlainText() == "red apple, 3d style"
        assert studio.window.form.values.seed == 7

    def test_generating_again_gives_the_same_pixels(self, studio: Driver) -> None:
        studio.window.form.set(sampler="ddpm", steps=3, width=64, height=64, seed=11)
        first = studio.run()
        studio.window.form.set(sampler="euler", prompt="fox", seed=1)
        studio.run()
        studio.drop(first)
        again = studio.run()
        assert again != first
        assert again.name == "red-apple-11-2.png"
        assert np.array_equal(read_picture(again).image.pixels, read_picture(first).image.pixels)

    def test_what_was_in_the_form_comes_back_by_undo(self, studio: Driver) -> None:
        studio.small(steps=1)
        path = studio.run()
        studio.window.form.set(prompt="a fox that nobody has written down", seed=3, seed_locked=False)
        before = studio.window.form.values
        studio.drop(path)
        assert studio.window.form.values != before
        studio.window.controller.toast._action.click()
        assert studio.window.form.values == before

    def test_a_picture_of_the_history_gives_its_settings_back(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.run()
        studio.window.form.set(prompt="fox, flat style", seed=3)
        history = studio.window.history
        history.use_settings_requested.emit(history.jobs()[0])
        assert studio.window.form.values.prompt == "red apple, 3d style"


class TestManyRuns:
    def test_several_runs_are_queued_and_done_in_order(self, studio: Driver) -> None:
        studio.small(steps=1)
        for prompt in ("red apple", "fox", "owl"):
            studio.window.form.set(prompt=prompt, seed=1)
            studio.generate()
        assert studio.window.session.status.waiting == 2
        studio.rest()
        assert [path.name for path in saved_pictures()] == ["fox-1.png", "owl-1.png", "red-apple-1.png"]
        assert [studio.window.history.entry(job).recipe.prompt for job in studio.window.history.jobs()] == [
            "owl",
            "fox",
            "red apple",
        ]

    def test_a_count_of_three_takes_three_seeds(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.enter("count", "3")
        studio.run()
        pictures = [read_picture(path) for path in saved_pictures()]
        assert [picture.recipe.seed for picture in pictures] == [7, 8, 9]
        assert not np.array_equal(pictures[0].image.pixels, pictures[1].image.pixels)

    def test_the_seed_rolls_after_a_run_is_accepted_and_not_while_it_is_locked(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.generate()
        rolled = studio.window.form.values.seed
        assert rolled != 7
        assert studio.row("seed").value() == rolled
        studio.window.form.set(seed=42, seed_locked=True)
        studio.generate()
        assert studio.window.form.values.seed == 42
        studio.rest()
        seeds = {read_picture(path).recipe.seed for path in saved_pictures()}
        assert seeds == {7, 42}

    def test_nothing_moves_while_a_run_goes_on(self, studio: Driver) -> None:
        def places() -> list[object]:
            window = studio.window
            parts = (window.canvas, window.canvas.view, window.timeline, window.history, window.recipe_pane.foot)
            rows = (studio.row("steps"), studio.row("seed"), studio.row("model"))
            return [part.mapTo(window, part.rect().topLeft()) for part in (*parts, *rows)] + [
                part.size() for part in parts
            ]

        studio.small(steps=3)
        before = places()
        seen: list[bool] = []
        studio.window.session.status_changed.connect(lambda _: seen.append(places() == before))
        studio.run()
        assert len(seen) > 5
        assert all(seen)

    def test_looking_at_another_picture_is_not_disturbed_by_a_run(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.run()
        first = studio.shown()
        studio.window.form.set(prompt="owl", steps=3, count=2)
        studio.generate()
        studio.until(lambda: any(isinstance(event, StepDone) for event in studio.events[6:]))
        studio.window.history.selected.emit(studio.window.history.jobs()[-1])
        assert np.array_equal(studio.shown(), first)
        studio.rest()
        assert np.array_equal(studio.shown(), first)
        studio.window.timeline.set_live(True)
        assert not np.array_equal(studio.shown(), first)

    def test_a_picture_is_copied_with_its_file(self, studio: Driver) -> None:
        studio.small(steps=1)
        path = studio.run()
        studio.window.canvas.setFocus()
        studio.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        mime = QGuiApplication.clipboard().mimeData()
        assert [url.toLocalFile() for url in mime.urls()] == [str(path)]
        assert mime.hasImage()
        assert studio.toast() == "Copied."

    @pytest.mark.parametrize(("seconds", "told"), [(3.6, "4 s"), (89.4, "89 s"), (119.7, "2 min"), (3600.0, "60 min")])
    def test_the_time_that_is_left_is_told_in_few_words(self, studio: Driver, seconds: float, told: str) -> None:
        text = studio.window.session._step_text(StepDone(1, step=1, steps=2, seconds=seconds, timestep=500.0))
        assert text.endswith(f"steps/s, {told} left")
