"""Inverting in the window: drop a picture, Enter, see what was lost, start from the code, look at the way."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from studio.export.picture_file import read_picture
from studio.job.code import FromCode, Inverting
from studio.job.codes import RenameCode
from studio.job.event import Cancelled, StepDone
from studio.ui.codes.invert_dialog import InvertDialog
from studio.ui.codes.worked_on import worked_on
from studio.ui.picture_mime import picture_mime
from studio.ui.qimage import to_qimage
from studio.ui.titles import beginning
from tests.gui.codes.codes_kit import STEPS, Codes, portrait


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "disc.png"
    PIL.Image.fromarray(portrait().pixels).save(path)
    return path


def asked(codes: Codes, picture: Path) -> InvertDialog:
    """Drop a picture on the shelf, and give the dialog that asks how."""
    codes.drop_file(picture, codes.panel)
    codes.studio.until(lambda: codes.window.codes.inverting.question is not None)
    dialog = codes.window.codes.inverting.question
    codes.studio.until(dialog.isVisible)
    dialog.steps.set_value(STEPS)
    return dialog


class TestInverting:
    def test_drop_and_enter_gives_a_code_that_draws_the_reconstruction(self, codes: Codes, picture: Path) -> None:
        dialog = asked(codes, picture)
        assert (dialog.name.value(), dialog.prompt.toPlainText()) == ("disc", "red apple, 3d style")
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert codes.studio.foot() == "Queued"
        found = codes.inverted()
        assert codes.names() == ["disc"]
        assert np.array_equal(found.source.pixels, portrait().pixels)
        result = codes.window.codes.inverting.result
        assert result.isVisible()
        told = [label.text() for label in result.findChildren(QLabel)]
        assert {"Autoencoder alone", "Round trip", "Latent error"} <= set(told)
        assert f"{found.facts.round_trip.psnr:.1f} dB" in told
        assert result.told() == "A the picture, B drawn from its code"
        result.choose("difference")
        apart = np.abs(found.source.pixels.astype(int) - found.reconstruction.pixels)
        assert f"Largest difference {apart.max()} of 255, mean {apart.mean():.2f}." in result.told()
        history = codes.window.history
        assert history.entry(history.jobs()[0]).recipe.start == FromCode(code=found.code)
        assert codes.window.canvas.path() == codes.window.session.status.path
        assert codes.window.stage.recipe().start == FromCode(code=found.code)
        codes.window.form.set(prompt="blue fox", scale=6.0, steps=9)
        result.start.click()
        codes.studio.until(codes.window.isActiveWindow)
        assert codes.window.form.values.code == FromCode(code=found.code)
        made = read_picture(codes.studio.run())
        assert np.array_equal(made.image.pixels, found.reconstruction.pixels)
        assert (made.recipe.prompt, made.recipe.sampling.steps) == ("red apple, 3d style", STEPS)

    def test_the_way_up_can_be_scrubbed_and_exported_but_not_branched(self, codes: Codes, picture: Path) -> None:
        asked(codes, picture).invert()
        found = codes.inverted()
        codes.window.codes.inverting.result.way.click()
        timeline, window = codes.window.timeline, codes.window
        codes.studio.until(lambda: timeline.projector.film.trajectory == found.way)
        assert isinstance(timeline.projector.film.recipe.start, Inverting)
        assert timeline.projector.film.steps == STEPS
        looks = []
        for step in range(1, STEPS + 1):
            timeline.filmstrip.go_to(step)
            codes.studio.until(lambda step=step: f"Step {step} of {STEPS}" in window.canvas.caption())
            looks.append(codes.studio.shown())
        assert not any(np.array_equal(a, b) for a, b in pairwise(looks))
        codes.studio.until(window.exports.action.isEnabled)
        timeline.filmstrip.go_to(1)
        assert not timeline.branch_button.isEnabled()
        assert "An inversion leads to a code" in timeline.branch_button.toolTip()
        window.codes.keeping.keep_code()
        assert codes.studio.toast() == "These steps lead to a code, which is on the shelf when they are done."

    def test_guidance_warns_and_offers_to_refine(self, codes: Codes, picture: Path) -> None:
        dialog = asked(codes, picture)
        assert not dialog._warning.isVisible()
        dialog.guidance._take(3.0)
        assert "only approximate" in dialog._warning.text()
        dialog.steps.set_value(1)
        dialog.invert()
        codes.inverted()
        result = codes.window.codes.inverting.result
        assert result.again.isVisible()
        result.again.click()
        codes.studio.until(lambda: len([e for e in codes.studio.events if type(e).__name__ == "Inverted"]) == 2)
        found = codes.inverted()
        assert found.residual is not None
        assert not codes.window.codes.inverting.result.again.isVisible()

    def test_its_result_is_shown_again_from_the_shelf(self, codes: Codes, picture: Path) -> None:
        seed = codes.kept()
        asked(codes, picture).invert()
        found, inverting = codes.inverted(), codes.window.codes.inverting
        inverting.result.close()
        assert inverting.result is None
        action = codes.panel.actions_of_codes.result
        codes.choose(seed)
        assert not action.isEnabled()
        codes.choose(found.code)
        action.trigger()
        assert inverting.result.isVisible()
        assert inverting.result.told() == "A the picture, B drawn from its code"

    def test_the_same_picture_again_keeps_the_name_that_its_code_was_given(self, codes: Codes, picture: Path) -> None:
        asked(codes, picture).invert()
        code = codes.inverted().code
        codes.window.shelf.ask(RenameCode(code, "mine"))
        codes.studio.until(lambda: codes.names() == ["mine"])
        codes.studio.events.clear()
        asked(codes, picture).invert()
        found = codes.inverted()
        assert (found.code, found.facts.name, codes.names()) == (code, "mine", ["mine"])

    def test_a_negative_prompt_is_shown_where_there_is_one(self, codes: Codes, picture: Path) -> None:
        codes.window.form.set(negative_prompt="blurry")
        dialog = asked(codes, picture)
        assert dialog.negative.isVisible()
        assert dialog._cancel.x() < dialog._invert.x()
        dialog.negative.replace_text("flat")
        dialog.invert()
        assert codes.inverted().facts.negative_prompt == "flat"
        codes.window.form.set(negative_prompt="")
        dialog = asked(codes, picture)
        assert not dialog.negative.isVisible()
        dialog.reject()

    def test_a_reconstruction_is_called_after_a_code_and_no_seed(self, codes: Codes, picture: Path) -> None:
        asked(codes, picture).invert()
        codes.inverted()
        assert codes.window.canvas.caption() == "red apple, 3d style, from a code"
        recipe = codes.window.stage.recipe()
        assert beginning(recipe) == "from a code"
        stochastic = recipe.model_copy(update={"sampling": recipe.sampling.model_copy(update={"sampler": "ddpm"})})
        assert beginning(stochastic) == "from a code, seed 0"

    def test_one_click_takes_the_offer(self, codes: Codes, picture: Path) -> None:
        dialog = asked(codes, picture)
        dialog.guidance._take(3.0)
        dialog._offer.click()
        assert dialog.refine.value() == 3
        assert not dialog._offer.isVisible()
        dialog.reject()

    def test_it_is_cancelled_and_nothing_is_kept(self, codes: Codes, picture: Path) -> None:
        dialog = asked(codes, picture)
        dialog.steps.set_value(60)
        dialog.invert()
        codes.studio.until(lambda: any(isinstance(event, StepDone) for event in codes.studio.events))
        codes.window.session.cancel()
        codes.studio.rest()
        assert any(isinstance(event, Cancelled) for event in codes.studio.events)
        assert codes.studio.foot() == "Cancelled. Nothing was kept."
        assert not codes.names()
        assert codes.window.codes.inverting.result is None

    def test_a_picture_without_a_file_is_taken_as_it_is_dragged(self, codes: Codes) -> None:
        codes.drop(picture_mime(to_qimage(portrait()), None), codes.panel)
        dialog = codes.window.codes.inverting.question
        assert np.array_equal(dialog._image.pixels, portrait().pixels)
        dialog.reject()

    def test_what_is_no_picture_is_refused_with_a_sentence(self, codes: Codes, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("no picture")
        codes.drop_file(tmp_path / "notes.txt", codes.panel)
        assert codes.studio.banner() == "notes.txt is not a picture that is read here. Drop PNG, JPEG or WebP."
        assert codes.window.codes.inverting.question is None

    def test_the_words_of_a_picture_of_ours_are_taken(self, codes: Codes) -> None:
        codes.window.form.set(prompt="green frog")
        path = codes.studio.run()
        codes.window.form.set(prompt="blue fox")
        dialog = asked(codes, path)
        assert dialog.prompt.toPlainText() == "green frog"
        assert dialog.name.value() == path.stem
        dialog.reject()


class TestSize:
    def test_a_picture_of_the_model_size_stays_as_it_is(self) -> None:
        image = portrait(128, 128)
        assert worked_on(image, (128, 128)) is image

    def test_a_large_one_is_scaled_whole_where_the_shape_is_alike(self) -> None:
        made = worked_on(portrait(512, 512), (128, 128))
        assert (made.width, made.height) == (128, 128)
        assert np.abs(made.pixels[0, 0].astype(int) - portrait(512, 512).pixels[:4, :4].mean((0, 1))).max() < 40

    def test_of_another_shape_the_middle_is_taken(self) -> None:
        wide = portrait(512, 128)
        made = worked_on(wide, (128, 128))
        assert np.array_equal(made.pixels, wide.pixels[:, 192:320])
