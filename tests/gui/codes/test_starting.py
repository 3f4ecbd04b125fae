"""Starting from a code: on the seed, on the prompt, on the canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.export.picture_file import read_picture
from studio.job.code import Between, FromCode, FromSeed, Weighted
from studio.ui.codes.code_mime import code_mime, codes_in
from studio.ui.codes.code_words import all_words
from tests.gui.codes.codes_kit import EDGE, STEPS, Codes, code_file, drag_events
from tests.gui.pictures import plain


class TestStarting:
    def test_the_code_of_a_seed_gives_the_very_picture_of_the_seed(self, codes: Codes) -> None:
        codes.window.form.set(seed=5)
        expected = read_picture(codes.studio.run()).image
        code = codes.kept(5)
        codes.window.form.set(seed=99)
        codes.drop_code(code, codes.window.recipe_pane.picture)
        made = read_picture(codes.studio.run())
        assert made.recipe.start == FromCode(code=code)
        assert np.array_equal(made.image.pixels, expected.pixels)

    @pytest.mark.parametrize("place", ["picture", "prompt"])
    def test_dropped_on_seed_or_prompt_the_words_of_the_form_stay(self, codes: Codes, place: str) -> None:
        code = codes.kept()
        codes.window.form.set(prompt="blue fox", width=128, height=128)
        pane = codes.window.recipe_pane
        target = pane.picture if place == "picture" else pane.prompt.editor().viewport()
        codes.drop_code(code, target)
        values = codes.window.form.values
        assert (values.prompt, values.code, values.width) == ("blue fox", FromCode(code=code), EDGE)
        assert not codes.window.session.status.running
        codes.window.controller.toast._action.click()
        assert (codes.window.form.values.code, codes.window.form.values.width) == (None, 128)

    def test_dropped_on_the_canvas_it_is_drawn_with_its_own_words_at_once(self, codes: Codes) -> None:
        codes.window.form.set(prompt="green frog", scale=2.0)
        code = codes.kept(3)
        codes.window.form.set(prompt="blue fox", scale=7.0, steps=9, width=128, height=128)
        codes.drop_code(code, codes.window.canvas)
        assert codes.window.session.status.running
        assert codes.studio.toast() == "Drawing 'seed 3' with its own prompt."
        codes.window.controller.toast._action.click()
        assert codes.window.form.values.prompt == "blue fox"
        codes.studio.rest()
        recipe = read_picture(codes.window.session.status.path).recipe
        assert (recipe.prompt, recipe.guidance.scale, recipe.sampling.steps) == ("green frog", 2.0, STEPS)
        assert recipe.start == FromCode(code=code)

    def test_the_code_of_mixed_prompts_is_drawn_with_them(self, codes: Codes) -> None:
        form, blend = codes.window.form, (Weighted(prompt="apple", weight=0.75), Weighted(prompt="fox", weight=0.25))
        between = Between(first=FromSeed(seed=1), second=FromSeed(seed=2), fraction=0.25)
        form.set(code=between, prompt="apple", blend=blend)
        expected = read_picture(codes.studio.run()).image
        code = codes.kept()
        assert "Prompts: apple 75 %, fox 25 %" in all_words(codes.card(code), "")
        form.set(code=None, prompt="blue fox")
        assert form.values.blend == ()
        codes.drop_code(code, codes.window.canvas)
        codes.studio.rest()
        made = read_picture(codes.window.session.status.path)
        assert (made.recipe.start, made.recipe.blend) == (FromCode(code=code), blend)
        assert np.array_equal(made.image.pixels, expected.pixels)

    def test_a_step_goes_on_with_the_steps_that_were_left(self, codes: Codes) -> None:
        expected = read_picture(codes.studio.run()).image
        codes.window.timeline.filmstrip.go_to(1)
        codes.window.codes.keeping.keep_this_step()
        codes.studio.until(lambda: len(codes.panel.cards()) == 1)
        code = codes.panel.cards()[0].code
        codes.drop_code(code, codes.window.recipe_pane.picture)
        assert codes.window.form.values.spacing == "explicit"
        made = read_picture(codes.studio.run())
        assert made.recipe.sampling.steps == STEPS - 1
        assert np.array_equal(made.image.pixels, expected.pixels)

    def test_a_file_that_is_dropped_on_the_seed_is_kept_and_used(self, codes: Codes, tmp_path: Path) -> None:
        code = codes.kept()
        copied = tmp_path / "other.code.safetensors"
        copied.write_bytes(code_file(code).read_bytes())
        codes.drop_file(copied, codes.window.recipe_pane.picture)
        codes.studio.until(lambda: codes.window.form.values.code == FromCode(code=code))

    def test_return_on_a_card_starts_from_it(self, codes: Codes) -> None:
        code = codes.kept()
        codes.choose(code)
        codes.studio.press(Qt.Key.Key_Return)
        assert codes.window.form.values.code == FromCode(code=code)


class TestDragging:
    def test_a_card_takes_its_id_and_its_file_along(self, codes: Codes) -> None:
        code = codes.kept()
        mime = codes.panel._model.mimeData([codes.panel._model.index_of(code)])
        assert codes_in(mime) == (code,)
        assert [Path(url.toLocalFile()) for url in mime.urls()] == [code_file(code)]
        assert code_file(code).is_file()

    def test_elsewhere_in_the_window_a_code_is_no_picture(self, codes: Codes) -> None:
        code = codes.kept()
        mime = code_mime([code])
        enter, drop = drag_events(mime)
        for event in (enter, drop):
            event.ignore()
            QApplication.sendEvent(codes.window, event)
            assert not event.isAccepted()
        assert not codes.studio.banner()

    def test_several_codes_are_refused_with_a_sentence(self, codes: Codes) -> None:
        both = [codes.kept(1), codes.kept(2)]
        codes.drop(code_mime(both), codes.window.recipe_pane.picture)
        assert codes.studio.banner() == "A picture starts from one code. Drop one at a time."
        assert codes.window.form.values.code is None


class TestRow:
    def test_the_row_names_the_code_and_takes_it_away(self, codes: Codes) -> None:
        row = codes.window.recipe_pane.picture.start_row
        assert not row.isVisible()
        codes.window.codes.starting.start_from(codes.kept())
        assert row.text() == "seed 7"
        row._away.click()
        assert codes.window.form.values.code is None
        assert not row.isVisible()

    def test_seed_and_count_say_why_they_do_nothing(self, codes: Codes) -> None:
        picture = codes.window.recipe_pane.picture
        codes.window.form.set(count=3)
        codes.window.codes.starting.start_from(codes.kept())
        rows = picture.rows()
        assert codes.window.form.values.count == 1
        assert "so the seed does nothing" in rows["seed"].accessibleDescription()
        assert "would be the same" in rows["count"].accessibleDescription()
        codes.window.form.set(options={"ddim": {"eta": 1.0}})
        assert rows["seed"].isEnabled()
        assert rows["count"].isEnabled()
        assert not rows["width"].isEnabled()
        picture.start_row.take_away()
        assert all(row.isEnabled() for row in rows.values())

    def test_a_mixture_tells_where_it_lies_and_which_prompts_are_mixed(self, codes: Codes) -> None:
        first = codes.kept(1)
        between = Between(first=FromCode(code=first), second=FromSeed(seed=2), fraction=0.4)
        blend = (Weighted(prompt="red apple", weight=0.6), Weighted(prompt="fox", weight=0.4))
        codes.window.form.set(code=between, blend=blend)
        row = codes.window.recipe_pane.picture.start_row
        assert row.text() == "between seed 1 and seed 2, 40 %"
        assert "red apple 60 %, fox 40 %" in row.note()
        assert "It lies between seed 1 and seed 2, 40 %." in row.note()
        codes.window.form.set(prompt="something else")
        assert "red apple" not in row.note()

    def test_a_code_of_another_model_is_told_and_not_taken(self, codes: Codes) -> None:
        codes.studio.run()
        codes.window.timeline.filmstrip.go_to(1)
        codes.window.codes.keeping.keep_this_step()
        codes.studio.until(lambda: len(codes.panel.cards()) == 1)
        code = codes.panel.cards()[0].code
        codes.window.codes.belonging._know("starter", "0" * 64)
        codes.drop_code(code, codes.window.recipe_pane.picture)
        assert codes.studio.banner() == "This code is of another version of the model 'starter'."
        assert codes.window.form.values.code is None
        assert not codes.panel.actions_of_codes.start.isEnabled()

    def test_a_code_that_was_removed_is_missed_at_its_row(self, codes: Codes) -> None:
        code, _ = codes.kept(1), codes.kept(2)
        codes.window.codes.starting.start_from(code)
        codes.window.codes.remove((code,))
        codes.studio.until(lambda: codes.names() == ["seed 2"])
        assert "not on the shelf" in codes.window.recipe_pane.picture.start_row.problem()

    def test_a_picture_that_is_painted_on_takes_the_place_of_the_code(self, codes: Codes) -> None:
        codes.window.codes.starting.start_from(codes.kept())
        codes.window.inpaint.paint_on(plain((200, 0, 0), EDGE, EDGE), "plain")
        codes.window.form.set(strength=0.5)
        codes.window.inpaint.prepare()
        assert codes.window.form.values.painted is not None
        assert codes.window.form.values.code is None
