"""What is refused is told where it can be mended, and nothing runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from studio import paths
from studio.job.event import Failed, Queued
from tests.gui.studio_driver import Driver, saved_pictures
from tests.references.tiny_models import stable_diffusion_1


class TestFields:
    @pytest.mark.parametrize(
        ("field", "text", "sentence"),
        [
            ("steps", "0", "Steps 0 is out of range. Use 1 to 10,000."),
            ("steps", "10001", "Steps 10001 is out of range. Use 1 to 10,000."),
            ("scale", "300", "Guidance scale 300 is out of range. Use 0 to 100."),
            ("width", "130", "Width 130 is not divisible by 8. Use 128 or 136."),
            ("seed", "-1", "Seed -1 is out of range. Use 0 to 9223372036854775807."),
            ("seed", "many", "Seed 'many' is not a whole number. Use 0 to 9223372036854775807."),
            ("count", "101", "Count 101 is out of range. Use 1 to 100."),
            ("rescale", "2", "Rescale 2 is out of range. Use 0 to 1."),
        ],
    )
    def test_a_value_out_of_range_refuses_generate_and_gets_the_keyboard(
        self, studio: Driver, field: str, text: str, sentence: str
    ) -> None:
        target = studio.row(field).field()
        target.setText(text)
        studio.window.recipe_pane.prompt.focus_prompt()
        studio.generate()
        assert not studio.events
        assert studio.problems() == [sentence]
        assert target.hasFocus()
        assert target.text() == text
        studio.until(lambda: target.visibleRegion().boundingRect() == target.rect())

    def test_it_is_mended_by_a_good_value(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.enter("steps", "0")
        studio.generate()
        assert not studio.events
        studio.enter("steps", "1")
        assert studio.run() is not None

    def test_a_seed_without_room_for_all_pictures_is_marked(self, studio: Driver) -> None:
        studio.window.form.set(seed=2**63 - 2, count=5)
        studio.generate()
        assert studio.problems() == [f"Seed {2**63 - 2} leaves no room for 5 pictures. Use a smaller seed."]
        assert not studio.events

    def test_timesteps_that_are_no_numbers_are_marked(self, studio: Driver) -> None:
        studio.window.form.set(spacing="explicit", timesteps="999, soon, 250")
        studio.generate()
        assert studio.problems() == ["Timesteps are numbers, noisiest first, such as 999, 750, 500, 250."]
        assert studio.row("timesteps").field().hasFocus()

    def test_more_steps_than_the_model_was_trained_on_are_marked_at_their_field(self, studio: Driver) -> None:
        studio.small(steps=2000)
        studio.generate()
        studio.rest()
        (failed,) = studio.terminal(1)
        assert isinstance(failed, Failed)
        assert studio.row("steps").problem() == failed.sentence
        assert failed.sentence.startswith("Steps 2000")
        assert "1000" in failed.sentence
        assert studio.foot() == "Failed"
        assert not studio.banner()
        studio.enter("steps", "1")
        assert studio.run() is not None
        assert not studio.problems()

    def test_a_failure_does_not_take_the_keyboard_from_someone_who_types(self, studio: Driver) -> None:
        studio.small(steps=2000)
        studio.generate()
        studio.window.recipe_pane.prompt.focus_prompt()
        studio.rest()
        assert studio.window.recipe_pane.prompt.editor().hasFocus()

    def test_a_long_prompt_says_from_where_it_is_not_read(self, studio: Driver) -> None:
        panel = studio.window.recipe_pane.prompt
        studio.prompt("red apple " * 40)
        studio.until(lambda: "are not read by this model." in panel.note())
        studio.prompt("red apple")
        assert not panel.note()

    def test_an_empty_prompt_is_fine(self, studio: Driver) -> None:
        studio.small(steps=1)
        studio.window.form.set(prompt="")
        assert studio.run().name == "untitled-7.png"


class TestModels:
    def test_a_folder_that_is_no_model_is_told_over_the_canvas(self, studio: Driver, tmp_path: Path) -> None:
        studio.window.controller.add_model(tmp_path)
        assert "model_index.json" in studio.banner()
        assert studio.window.form.values.model == "starter"

    def test_another_model_is_added_chosen_and_draws(self, studio: Driver, tmp_path: Path) -> None:
        folder = stable_diffusion_1(tmp_path / "tiny")
        studio.window.controller.add_model(folder)
        assert not studio.banner()
        assert studio.window.form.values.model == "tiny"
        studio.small(steps=1)
        assert studio.run() is not None
        assert studio.window.header.place() == "tiny, CPU, float32"

    def test_a_damaged_weight_file_is_told_and_the_starter_still_works(self, studio: Driver, tmp_path: Path) -> None:
        folder = stable_diffusion_1(tmp_path / "tiny")
        weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
        studio.window.controller.add_model(folder)
        weights.write_bytes(weights.read_bytes()[:-100])
        studio.small(steps=1)
        studio.generate()
        studio.rest()
        assert isinstance(studio.terminal(1)[0], Failed)
        assert studio.banner()
        studio.window.form.set(model="starter")
        assert studio.run() is not None
        assert not studio.banner()

    def test_a_model_that_is_gone_at_the_next_start_is_told_and_looked_for(
        self, start: Callable[..., Driver], tmp_path: Path
    ) -> None:
        before = start()
        before.window.controller.add_model(stable_diffusion_1(tmp_path / "tiny"))
        before.small(steps=1)
        path = before.run()
        before.close()
        shutil.rmtree(tmp_path / "tiny")
        after = start()
        assert after.window.form.values.model == "tiny"
        assert "tiny" in after.row("model").problem()
        after.window.warm_up()
        after.until(lambda: bool(after.banner()))
        after.window.form.set(model="starter")
        after.drop(path)
        assert after.banner() == ("This picture was made with the model 'tiny'. Open its folder to make it again.")
        stable_diffusion_1(tmp_path / "tiny")
        after.window.controller.add_model(tmp_path / "tiny")
        assert not after.row("model").problem()
        assert after.run() is not None


class TestFilesAndDisk:
    def test_something_else_than_a_picture_is_refused(self, studio: Driver, tmp_path: Path) -> None:
        note = tmp_path / "notes.txt"
        note.write_text("hello")
        studio.drop(note)
        assert studio.banner() == "notes.txt is not a picture that is read here. Drop PNG, JPEG or WebP."

    def test_a_damaged_picture_is_refused_and_changes_nothing(self, studio: Driver, tmp_path: Path) -> None:
        bad = tmp_path / "bad.png"
        bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
        before = studio.window.form.values
        studio.drop(bad)
        assert studio.banner().startswith("bad.png: ")
        assert studio.window.form.values == before

    def test_a_folder_that_cannot_be_written_fails_with_a_sentence(self, studio: Driver, tmp_path: Path) -> None:
        place = tmp_path / "a file"
        place.write_text("in the way")
        studio.window.controller._store.change(pictures_folder=str(place))
        studio.small(steps=1)
        studio.generate()
        studio.rest()
        assert isinstance(studio.terminal(1)[0], Failed)
        assert "a file" in studio.banner()
        assert place.read_text() == "in the way"

    def test_the_picture_that_could_not_be_saved_is_still_there(self, studio: Driver, tmp_path: Path) -> None:
        (paths.pictures().parent / "pictures").write_text("in the way")
        studio.small(steps=1)
        studio.generate()
        studio.rest()
        (queued,) = [event for event in studio.events if isinstance(event, Queued)]
        entry = studio.window.history.entry(queued.job)
        assert entry.has_picture
        assert studio.window.canvas.path() is None
        assert not saved_pictures()

    def test_a_picture_whose_file_is_gone_is_told(self, studio: Driver) -> None:
        studio.small(steps=1)
        path = studio.run()
        path.unlink()
        history = studio.window.history
        history.copy_requested.emit(history.jobs()[0])
        assert path.name in studio.banner()
