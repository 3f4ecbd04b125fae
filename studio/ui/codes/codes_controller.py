"""What the wishes about codes do: keep, rename, remove, take in, give out, combine; connected to the shelf."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from studio import paths
from studio.job.code import SUFFIX
from studio.job.codes import CombineCodes, GiveCode, KeepCode, PictureCode, RemoveCode, RenameCode, TakeCode
from studio.job.shelf import Answer
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.sampling.registry import SamplerRegistry
from studio.ui.codes.belonging import Belonging
from studio.ui.codes.inverting import Inverting
from studio.ui.codes.keeping import Keeping
from studio.ui.codes.sketching import Sketching
from studio.ui.codes.starting import Starting
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.codes.combine_dialog import CombineDialog
    from studio.ui.main_window import MainWindow


class CodesController(QObject):
    """Connects the panel of codes with the rest of the window."""

    def __init__(
        self,
        window: MainWindow,
        queue: JobQueue,
        samplers: SamplerRegistry,
        catalog: ModelCatalog,
        sources: SourceStore,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._removing: dict[str, str] = {}
        self._removed: dict[str, str] = {}
        self.combining: CombineDialog | None = None
        self.belonging = Belonging(window.form, window.session, self)
        self.starting = Starting(window, catalog, self.belonging)
        self.keeping = Keeping(window, self)
        self.inverting = Inverting(window, self, queue, samplers, catalog, sources)
        self.sketching = Sketching(window, self)
        self._answers: dict[type, Callable[[Answer], None]] = {
            KeepCode: self._kept,
            TakeCode: self._taken,
            GiveCode: self._saved,
            RemoveCode: self._gone,
            CombineCodes: self._combined,
        }
        self._connect()

    def show(self, code: str) -> None:
        """Have the shelf on view, with this code chosen."""
        window = self._window
        window.side.setCurrentWidget(window.codes_panel)
        window.workspace.open_overlay()
        window.codes_panel.choose(code)

    def remove(self, codes: tuple[str, ...]) -> None:
        """Take codes off the shelf; Undo brings them back until the next start."""
        self._removing |= {code: self._window.shelf.name(code) for code in codes}
        for code in codes:
            self._window.shelf.ask(RemoveCode(code))

    def combine(self, codes: tuple[str, ...]) -> None:
        """Ask how these codes are to be combined."""
        from studio.ui.codes.combine_dialog import CombineDialog  # not needed to open the window

        cards = [card for card in self._window.shelf.cards if card.facts is not None]
        dialog = self.combining = CombineDialog(cards, codes, self._window)
        dialog.wanted.connect(lambda work: self._window.shelf.ask(CombineCodes(work)))
        dialog.open()

    def _connect(self) -> None:
        window, panel, starting = self._window, self._window.codes_panel, self.starting
        actions = panel.actions_of_codes
        panel.judge_by(self.belonging.why_not)
        self.belonging.changed.connect(panel.judge_again)
        panel.start_requested.connect(starting.start_from)
        panel.show_requested.connect(starting.draw)
        panel.show_results_unless(self.inverting.why_no_result)
        panel.result_requested.connect(self.inverting.show_result)
        panel.rename_requested.connect(lambda code, name: window.shelf.ask(RenameCode(code, name)))
        panel.remove_requested.connect(self.remove)
        panel.combine_requested.connect(self.combine)
        panel.export_requested.connect(self._ask_and_export)
        actions.open.triggered.connect(self._ask_and_open)
        actions.invert.triggered.connect(self.inverting.ask_for_file)
        panel.drop.code_dropped.connect(lambda path: window.shelf.ask(TakeCode(path)))
        panel.drop.picture_dropped.connect(self.inverting.open)
        panel.drop.image_dropped.connect(lambda image: self.inverting.ask(image, self.tr("picture")))
        panel.drop.refused.connect(lambda sentence: window.controller.banner.tell("warning", sentence))
        window.shelf.answered.connect(self._answered)

    def _answered(self, answer: Answer) -> None:
        if answer.sentence and isinstance(answer.question, PictureCode):
            return  # the code was taken away before its picture was there
        if answer.sentence and not isinstance(answer.question, CombineCodes):
            self._window.controller.banner.tell("danger", answer.sentence)
        else:
            self._answers.get(type(answer.question), lambda _: None)(answer)

    def _kept(self, answer: Answer) -> None:
        code = answer.code
        if self.keeping.was_here(code):
            text = self.tr("This code is on the shelf already, as '{name}'.")
        else:
            text = self.tr("Kept as '{name}'.")
        self._window.codes_panel.choose(code)
        shown = text.format(name=self._window.shelf.name(code))
        self._window.controller.toast.tell(shown, self.tr("Show"), lambda: self.show(code))

    def _taken(self, answer: Answer) -> None:
        self._window.codes_panel.choose(answer.code)
        text = self.tr("'{name}' is on the shelf.").format(name=self._window.shelf.name(answer.code))
        self._window.controller.toast.tell(text, self.tr("Show"), lambda: self.show(answer.code))

    def _saved(self, answer: Answer) -> None:
        if answer.path is not None:
            self._window.controller.toast.tell(self.tr("Saved as {name}.").format(name=answer.path.name))

    def _gone(self, answer: Answer) -> None:
        """Tell once all that were to go are gone."""
        question = answer.question
        if not isinstance(question, RemoveCode):
            return
        if not question.removed:
            self._window.codes_panel.choose(question.code)
            return
        self._removed[question.code] = self._removing.pop(question.code, "")
        if self._removing:
            return
        gone, self._removed = self._removed, {}
        one = self.tr("Removed '{name}'.").format(name=next(iter(gone.values())))
        text = one if len(gone) == 1 else self.tr("Removed {count} codes.").format(count=len(gone))
        self._window.controller.toast.tell(text, self.tr("Undo"), lambda: self._bring_back(tuple(gone)))

    def _bring_back(self, codes: tuple[str, ...]) -> None:
        for code in codes:
            self._window.shelf.ask(RemoveCode(code, removed=False))

    def _combined(self, answer: Answer) -> None:
        if answer.sentence:
            if self.combining is not None and self.combining.isVisible():
                self.combining.refuse(answer.sentence)
            else:
                self._window.controller.banner.tell("danger", answer.sentence)
            return
        if self.combining is not None:
            self.combining.accept()
            self.combining = None
        self.show(answer.code)
        self.sketching.draw(answer.code)

    def _ask_and_open(self) -> None:
        patterns = self.tr("Codes ({patterns})").format(patterns=f"*{SUFFIX}")
        chosen, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open code file"), "", patterns)
        if chosen:
            self._window.shelf.ask(TakeCode(Path(chosen)))

    def _ask_and_export(self, code: str) -> None:
        title, name = self.tr("Export the code"), file_name(self._window.shelf.name(code))
        patterns = self.tr("Codes ({patterns})").format(patterns=f"*{SUFFIX}")
        # Nothing is replaced, so there is nothing to confirm: a name that is taken gets a number.
        asks_nothing = QFileDialog.Option.DontConfirmOverwrite
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, title, str(paths.pictures() / name), patterns, options=asks_nothing
        )
        if chosen:
            self._window.shelf.ask(GiveCode(code, Path(chosen.removesuffix(SUFFIX).removesuffix(".safetensors"))))


def file_name(name: str) -> str:
    """What the file of a code is called: its name without signs that files may not have."""
    clean = re.sub(r"[^\w .,-]+", "-", name).strip(" .-")
    return f"{clean or 'code'}{SUFFIX}"
