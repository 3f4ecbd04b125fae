"""The shelf in the window: keeping, renaming, searching, removing, taking in, combining."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.job.code import CodeFacts
from studio.job.codes import CombineCodes, GiveCode, KeepCode, PictureCode, RemoveCode, RenameCode, TakeCode
from studio.ui.codes import codes_controller
from studio.ui.codes.sketching import sketch
from tests.gui.codes.codes_kit import EDGE, Codes, code_file
from tests.gui.studio_driver import Driver


class TestKeeping:
    def test_an_empty_shelf_says_what_to_do(self, codes: Codes) -> None:
        assert codes.panel.said() == "Drop a picture to invert it; Ctrl+K keeps this one's code."

    def test_ctrl_k_keeps_the_code_of_the_picture_and_shows_it(self, codes: Codes) -> None:
        codes.window.side.setCurrentIndex(0)
        codes.studio.run()
        code = codes.kept()
        facts = codes.card(code).facts
        assert (facts.origin, facts.name, facts.width) == ("seed", "seed 7", EDGE)
        assert codes.card(code).thumbnail is not None
        assert codes.studio.toast() == "Kept as 'seed 7'."
        codes.window.controller.toast._action.click()
        assert codes.window.side.currentWidget() is codes.panel
        assert [card.code for card in codes.panel.chosen()] == [code]

    def test_the_same_code_is_kept_once(self, codes: Codes) -> None:
        codes.kept()
        codes.kept()
        assert codes.studio.toast() == "This code is on the shelf already, as 'seed 7'."
        assert codes.names() == ["seed 7"]

    def test_a_step_on_the_way_is_kept_with_what_is_left_to_do(self, codes: Codes) -> None:
        codes.studio.run()
        codes.window.timeline.filmstrip.go_to(1)
        codes.window.codes.keeping.refresh()
        assert codes.window.codes.keeping.keep_step.isEnabled()
        codes.window.codes.keeping.keep_step.trigger()
        answer = codes.asked(KeepCode)
        assert not answer.sentence
        facts = codes.card(answer.code).facts
        assert (facts.origin, facts.steps, len(facts.timesteps)) == ("step", 1, 1)

    def test_before_the_first_picture_it_is_the_code_of_the_seed(self, codes: Codes) -> None:
        codes.window.form.set(seed=12)
        codes.studio.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        codes.asked(KeepCode)
        assert codes.names() == ["seed 12"]


class TestCards:
    def test_f2_renames_in_place_and_nothing_else_moves(self, codes: Codes) -> None:
        first, second = codes.kept(1), codes.kept(2)
        order = [card.code for card in codes.panel.cards()]
        codes.choose(first)
        codes.studio.press(Qt.Key.Key_F2)
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        QTest.keyClicks(editor, "sunset")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        codes.asked(RenameCode)
        assert codes.card(first).facts.name == "sunset"
        assert [card.code for card in codes.panel.cards()] == order
        assert [card.code for card in codes.panel.chosen()] == [first]
        assert codes.card(second).facts.name == "seed 2"

    def test_the_search_looks_at_name_prompt_and_origin(self, codes: Codes) -> None:
        codes.kept(1)
        codes.window.form.set(prompt="blue fox")
        codes.kept(2)
        field = codes.panel.search_field()
        for text, found in (("seed 1", ["seed 1"]), ("fox", ["seed 2"]), ("SEED fox", ["seed 2"]), ("", 2)):
            field.setText(text)
            assert codes.names() == found or len(codes.names()) == found
        field.setText("rocket")
        assert codes.panel.said() == "No code is found with 'rocket' in name, prompt or origin."

    def test_delete_removes_and_undo_brings_back(self, codes: Codes) -> None:
        code = codes.kept()
        codes.choose(code)
        codes.studio.press(Qt.Key.Key_Delete)
        codes.asked(RemoveCode)
        assert not codes.names()
        assert codes.studio.toast() == "Removed 'seed 7'."
        codes.window.controller.toast._action.click()
        codes.asked(RemoveCode, 2)
        assert codes.names() == ["seed 7"]
        assert code_file(code).is_file()

    def test_a_code_survives_a_restart(self, codes: Codes, start: Callable[..., Driver]) -> None:
        code = codes.kept()
        codes.studio.close()
        again = Codes(start())
        again.window.warm_up()
        again.studio.until(lambda: again.window.shelf.card(code) is not None)
        assert again.names() == ["seed 7"]

    def test_a_damaged_file_is_shown_as_damaged_and_cannot_be_used(self, codes: Codes) -> None:
        code = codes.kept()
        path = code_file(code)
        data = bytearray(path.read_bytes())
        data[-5] ^= 0xFF
        path.write_bytes(bytes(data))
        codes.window.shelf.refresh()
        codes.studio.until(lambda: codes.card(code).facts is None)
        codes.choose(code)
        tip = codes.panel.view().currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        assert "damaged" in tip
        actions = codes.panel.actions_of_codes
        assert not actions.start.isEnabled()
        assert not actions.export.isEnabled()
        assert actions.start.toolTip() == codes.card(code).sentence
        assert actions.remove.isEnabled()
        codes.drop_code(code, codes.window.canvas)
        assert codes.studio.banner() == codes.card(code).sentence
        assert codes.window.form.values.code is None


class TestFiles:
    def test_a_file_that_is_dropped_is_put_on_the_shelf(self, codes: Codes, tmp_path: Path) -> None:
        code = codes.kept()
        copied = tmp_path / "mine.code.safetensors"
        shutil.copy(code_file(code), copied)
        codes.choose(code)
        codes.studio.press(Qt.Key.Key_Delete)
        codes.asked(RemoveCode)
        codes.drop_file(copied, codes.panel)
        assert codes.asked(TakeCode).code == code
        assert codes.names() == ["seed 7"]

    def test_what_is_no_code_is_refused_with_a_sentence(self, codes: Codes, tmp_path: Path) -> None:
        (tmp_path / "bad.code.safetensors").write_bytes(b"\0" * 40)
        codes.drop_file(tmp_path / "bad.code.safetensors", codes.panel)
        assert codes.asked(TakeCode).sentence
        assert codes.studio.banner() == codes.answers[-1].sentence


class TestExporting:
    def test_no_file_is_replaced(self, codes: Codes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where the suffix that the dialog did not see makes it the name of one."""
        code, taken = codes.kept(), tmp_path / "taken.code.safetensors"
        taken.write_text("precious")
        chosen = str(tmp_path / "taken")
        monkeypatch.setattr(codes_controller.QFileDialog, "getSaveFileName", lambda *_, **__: (chosen, ""))
        codes.choose(code)
        codes.panel.actions_of_codes.export.trigger()
        assert codes.asked(GiveCode).path == tmp_path / "taken-2.code.safetensors"
        assert codes.studio.toast() == "Saved as taken-2.code.safetensors."
        assert taken.read_text() == "precious"


class TestCombining:
    def test_the_mean_of_two_codes_stands_on_the_shelf_and_is_chosen(self, codes: Codes) -> None:
        first, second = codes.kept(1), codes.kept(2)
        codes.choose(first, second)
        codes.panel.actions_of_codes.combine.trigger()
        dialog = codes.window.codes.combining
        assert dialog.formula().startswith("mean of seed ")
        dialog._combine.click()
        answer = codes.asked(CombineCodes)
        assert not answer.sentence
        assert [card.code for card in codes.panel.chosen()] == [answer.code]
        assert codes.card(answer.code).facts.name == answer.question.work.name
        assert not dialog.isVisible()
        codes.asked(PictureCode)
        codes.studio.until(lambda: codes.card(answer.code).thumbnail is not None)
        codes.studio.rest()
        assert codes.card(answer.code).facts.name == answer.question.work.name
        assert not codes.studio.banner()

    def test_a_picture_for_a_code_can_be_cancelled(self, codes: Codes) -> None:
        first, second = codes.kept(1), codes.kept(2)
        codes.choose(first, second)
        codes.panel.actions_of_codes.combine.trigger()
        codes.window.codes.combining._combine.click()
        answer = codes.asked(CombineCodes)
        codes.studio.until(lambda: codes.window.session.status.running)
        codes.window.session.cancel()
        codes.studio.rest()
        assert codes.card(answer.code).thumbnail is None

    def test_roles_and_amount_of_an_analogy_are_chosen(self, codes: Codes) -> None:
        a, b, c = (codes.kept(seed) for seed in (1, 2, 3))
        codes.choose(a, b, c)
        codes.panel.actions_of_codes.combine.trigger()
        dialog = codes.window.codes.combining
        dialog.kind._combo.setCurrentIndex(2)
        for row, code in zip(dialog.roles, (c, a, b), strict=True):
            row.set_value(code)
        dialog.amount._take(-0.5)
        assert dialog.formula().startswith("seed 3 - 0.5 (seed 1 - seed 2)")
        dialog._combine.click()
        work = codes.asked(CombineCodes).question.work
        assert (work.kind, work.codes, work.amount) == ("analogy", (c, a, b), -0.5)
        assert work.name == "seed 3 - 0.5 (seed 1 - seed 2)"

    def test_codes_that_do_not_go_together_are_refused_in_the_dialog(self, codes: Codes) -> None:
        first = codes.kept(1)
        codes.window.form.set(width=128)
        second = codes.kept(2)
        codes.choose(first, second)
        codes.panel.actions_of_codes.combine.trigger()
        dialog = codes.window.codes.combining
        dialog._combine.click()
        codes.asked(CombineCodes)
        assert "codes of one size" in dialog.problem()
        assert dialog.isVisible()
        dialog.reject()


class TestSketch:
    """The level that a picture for the shelf begins at is that of the code."""

    FACTS = CodeFacts(
        name="mix", origin="arithmetic", model="starter", model_hash="ab", timestep=981.0, alpha=0.1, sigma=0.99,
        shape=(4, 8, 8), width=64, height=64, prompt="apple", guidance=2.0,
    )  # fmt: skip

    def test_it_begins_where_the_code_lies(self) -> None:
        made = sketch("ab" * 32, self.FACTS, "starter")
        assert (made.prompt, made.guidance.scale, made.width) == ("apple", 2.0, 64)
        assert made.sampling.timesteps == (981.0, 858.0, 736.0, 613.0, 490.0, 368.0, 245.0, 123.0)

    def test_what_lies_on_the_way_takes_some_of_the_steps_that_are_left(self) -> None:
        left = tuple(float(t) for t in range(500, 0, -10))
        few = sketch("ab" * 32, self.FACTS.model_copy(update={"timesteps": left}), "starter").sampling.timesteps
        assert (few[0], len(few)) == (500.0, 8)
        assert set(few) <= set(left)
        short = self.FACTS.model_copy(update={"timesteps": (3.0, 1.0)})
        assert sketch("ab" * 32, short, "starter").sampling.timesteps == (3.0, 1.0)
