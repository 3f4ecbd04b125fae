"""Starting from a code: dropped on the seed, on the prompt, on the canvas, or chosen on the shelf."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from studio.errors import InvalidField
from studio.job.code import CodeFacts
from studio.job.codes import TakeCode
from studio.job.shelf import Answer
from studio.models.catalog import ModelCatalog
from studio.ui.codes.belonging import Belonging
from studio.ui.codes.code_settings import fitting, own
from studio.ui.codes.start_drop import StartDrop
from studio.ui.form_values import FormValues
from studio.ui.header import GENERATE

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class Starting(QObject):
    """Brings codes into the form. What was there before comes back with Undo."""

    def __init__(self, window: MainWindow, catalog: ModelCatalog, belonging: Belonging) -> None:
        super().__init__(window)
        self._window, self._catalog, self._belonging = window, catalog, belonging
        self._taken: dict[Path, bool] = {}
        pane, prompt = window.recipe_pane, window.recipe_pane.prompt.editor()
        pane.picture.start_row.follow(window.shelf, belonging.why_not)
        belonging.changed.connect(pane.picture.start_row.refresh)
        keep_words = self.tr("Drop to start from this code.")
        with_words = self.tr("Drop to start from this code with these words.")
        draw = self.tr("Drop to draw this code with its own prompt.")
        self.drops = {
            "seed": StartDrop(pane.picture, pane.picture, keep_words),
            "prompt": StartDrop(prompt.viewport(), prompt, with_words),
            "canvas": StartDrop(window.canvas, window.canvas.view, draw),
        }
        for place, drop in self.drops.items():
            act = self.draw if place == "canvas" else self.start_from
            drop.dropped.connect(act)
            drop.file_dropped.connect(lambda path, draws=place == "canvas": self._take(path, draws=draws))
            drop.refused.connect(lambda sentence: window.controller.banner.tell("warning", sentence))
        window.shelf.answered.connect(self._taken_in)

    def start_from(self, code: str) -> None:
        """Start from a code with the words of the form."""
        facts = self._facts(code)
        if facts is None:
            return
        why_not = self._belonging.why_not(facts)
        if why_not:
            self._refuse_model(code, facts, why_not)
            return
        self._fill(code, facts, fitting(code, facts, self._window.form.values))

    def start_with_its_own(self, code: str) -> bool:
        """Start from a code with its own words, guidance and steps, and its model; whether that is possible."""
        facts = self._facts(code)
        if facts is None:
            return False
        changes = own(code, facts, self._window.form.values)
        why_not = self._belonging.why_not(facts)
        if why_not and not self._has_model(facts):
            self._window.controller.banner.tell("warning", why_not)
            return False
        self._fill(code, facts, {**changes, "model": facts.model} if why_not else changes)
        return True

    def draw(self, code: str) -> None:
        """Draw a code with its own words at once."""
        before, name = self._window.form.values, self._window.shelf.name(code)
        if self.start_with_its_own(code):
            self._window.controller.generate()
            text = self.tr("Drawing '{name}' with its own prompt.").format(name=name)
            self._tell(text, before)

    def _fill(self, code: str, facts: CodeFacts, changes: dict[str, Any]) -> None:
        window, before = self._window, self._window.form.values
        window.workspaces.show(GENERATE)
        window.form.set(**changes)
        text = self.tr("The picture starts from '{name}'. {settings}")
        self._tell(text.format(name=facts.name, settings=self._told(facts)), before)

    def _told(self, facts: CodeFacts) -> str:
        """What the code has changed in the form, in a sentence."""
        values = self._window.form.values
        if values.spacing == "explicit" and facts.timesteps:
            return self.tr("It goes on with the {steps} steps that were left.").format(steps=len(facts.timesteps))
        if facts.model_hash and facts.steps:
            text = self.tr("It fits {steps} steps, spacing {spacing}.")
            return text.format(steps=facts.steps, spacing=facts.spacing)
        return self.tr("Size {width} by {height}.").format(width=facts.width, height=facts.height)

    def _tell(self, text: str, before: FormValues) -> None:
        self._window.controller.toast.tell(text, self.tr("Undo"), lambda: self._window.form.put_back(before))

    def _facts(self, code: str) -> CodeFacts | None:
        """What is known of a code; without that the banner says why nothing happens."""
        card = self._window.shelf.card(code)
        if card is not None and card.facts is not None:
            return card.facts
        sentence = card.sentence if card is not None else self.tr("This code is not on the shelf any more.")
        self._window.controller.banner.tell("danger", sentence)
        return None

    def _refuse_model(self, code: str, facts: CodeFacts, why_not: str) -> None:
        """Say that the code is of another model, and offer that one if it is here."""
        choose = (self.tr("Choose it"), lambda: self._with_model(code, facts))
        self._window.controller.banner.tell("warning", why_not, [choose] if self._has_model(facts) else [])

    def _with_model(self, code: str, facts: CodeFacts) -> None:
        self._fill(code, facts, {**fitting(code, facts, self._window.form.values), "model": facts.model})

    def _has_model(self, facts: CodeFacts) -> bool:
        """Whether choosing another model would help."""
        if facts.model == self._window.form.values.model:
            return False
        try:
            return bool(self._catalog.get(facts.model).name)
        except InvalidField:
            return False

    def _take(self, path: Path, *, draws: bool) -> None:
        """Put the code of a file on the shelf, and then use it."""
        self._taken[path] = draws
        self._window.shelf.ask(TakeCode(path))

    def _taken_in(self, answer: Answer) -> None:
        question = answer.question
        if isinstance(question, TakeCode) and question.path in self._taken:
            draws = self._taken.pop(question.path)
            if answer.code and not answer.sentence:
                (self.draw if draws else self.start_from)(answer.code)
