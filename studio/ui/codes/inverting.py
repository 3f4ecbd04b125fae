"""Inverting a picture from the window: the question, the job, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from studio import paths
from studio.export.picture_file import Picture
from studio.image import Image
from studio.job.codes import CodeCard
from studio.job.event import TERMINAL, Finished, JobEvent, JobId
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.inversion import Inversion, Inverted
from studio.job.recipe import Recipe, Sampling
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.sampling.registry import SamplerRegistry
from studio.ui.inpaint.opening import Opening
from studio.ui.timeline.film import Film
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.codes.codes_controller import CodesController
    from studio.ui.codes.invert_dialog import InvertDialog
    from studio.ui.codes.inverted_dialog import InvertedDialog
    from studio.ui.main_window import MainWindow

# Each holds two pictures in full size.
REMEMBERED = 8


@dataclass(frozen=True)
class Errand:
    """What a picture is inverted for: `begun(job)` is told when it begins, `sampling` is what will draw its code."""

    begun: Callable[[JobId], None]
    sampling: Sampling | None = None


class Inverting(QObject):
    """Asks how a picture is to be inverted, has it done, and shows what was lost."""

    def __init__(
        self,
        window: MainWindow,
        codes: CodesController,
        queue: JobQueue,
        samplers: SamplerRegistry,
        catalog: ModelCatalog,
        sources: SourceStore,
    ) -> None:
        super().__init__(codes)
        self._window, self._codes, self._queue = window, codes, queue
        self._samplers, self._catalog, self._sources = samplers, catalog, sources
        self._jobs: dict[JobId, Inversion] = {}
        self._found: dict[JobId, Inverted] = {}
        self._results: dict[str, tuple[Inversion, Inverted, tuple[str, ...]]] = {}
        self._way = ""
        self._errand: Errand | None = None
        self.question: InvertDialog | None = None
        self.result: InvertedDialog | None = None
        self._opening = Opening(window.inpaint.background, self)
        self._opening.opened.connect(self._opened)
        self._opening.refused.connect(lambda sentence: window.controller.banner.tell("danger", sentence))
        self.action = QAction(self.tr("Invert this picture…"), window)
        window.actions_of_window.picture_menu.addAction(self.action)
        self.action.triggered.connect(self.ask_for_shown)
        window.session.job_event.connect(self._follow)
        queue.facts_ready.connect(self._learn)

    def ask_for_file(self) -> None:
        """Let the user choose a picture to invert."""
        path = self._window.controller.files.ask(paths.pictures())
        if path is not None:
            self.open(path)

    def ask_for_shown(self) -> None:
        """Invert the finished picture on the canvas."""
        shown = self._window.stage.finished()
        if shown is None:
            self._window.controller.toast.tell(self.tr("Show a finished picture first, or drop one on Codes."))
        else:
            self.ask(shown.image, shown.path.stem if shown.path else shown.caption, shown.recipe)

    def open(self, path: Path, errand: Errand | None = None) -> None:
        """Read a picture file, and ask how it is to be inverted."""
        self._errand = errand
        self._opening.open(path)

    def ask(self, image: Image, name: str, recipe: Recipe | None = None, errand: Errand | None = None) -> None:
        """Ask how a picture is to be inverted; `recipe` is how it was made, if that is known."""
        from studio.ui.codes.invert_dialog import InvertDialog  # not needed to open the window

        if self.question is not None:
            self.question.reject()
        values = self._window.form.values
        entry = self._catalog.get(values.model)
        words = (recipe.prompt, recipe.negative_prompt) if recipe else (values.prompt, values.negative_prompt)
        grid = errand.sampling if errand is not None else None
        dialog = self.question = InvertDialog(image, name, words, entry, self._samplers, self._window, grid)
        dialog.wanted.connect(lambda inversion, worked: self._wanted(inversion, worked, errand))
        dialog.finished.connect(self._asked)
        dialog.open()

    def start(self, inversion: Inversion, image: Image) -> JobId:
        """Have it done as a job; the canvas follows it."""
        window = self._window
        self._sources.offer(image)
        window.controller.banner.dismiss()
        window.greeting.end()
        window.timeline.set_live(True)
        job = window.session.submit_series(inversion)
        self._jobs[job] = inversion
        return job

    def show_way(self, trajectory: str) -> None:
        """Show the recorded way up in the timeline, when its numbers are here."""
        self._way = trajectory
        self._queue.request_facts(FactsRequest(trajectory))

    def why_no_result(self, card: CodeCard) -> str:
        """Why there is nothing to show of how well a code draws its picture again, or ""."""
        if card.facts is None or card.facts.origin != "inversion":
            return self.tr("This code is not of a picture that was inverted.")
        if card.code not in self._results:
            return self.tr("Shown for pictures that were inverted lately. Invert this one again to see it.")
        return ""

    def show_result(self, code: str) -> None:
        """Show again what an inversion lost, as long as it is remembered."""
        if code in self._results:
            self._show(code)

    def _wanted(self, inversion: Inversion, image: Image, errand: Errand | None) -> None:
        job = self.start(inversion, image)
        if errand is not None:
            errand.begun(job)

    def _asked(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    def _opened(self, picture: Picture, path: Path | None) -> None:
        errand, self._errand = self._errand, None
        self.ask(picture.image, path.stem if path else self.tr("picture"), picture.recipe, errand)

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, Inverted):
            # Whoever asked for it, it is on the shelf now.
            self._window.shelf.refresh()
            if event.job in self._jobs:
                self._found[event.job] = event
                self._window.codes_panel.choose(event.code)
        elif isinstance(event, TERMINAL):
            inversion, found = self._jobs.pop(event.job, None), self._found.pop(event.job, None)
            if inversion is not None and found is not None and isinstance(event, Finished):
                self._remember(inversion, found, event.notices)
                self._show(found.code)

    def _remember(self, inversion: Inversion, found: Inverted, notices: tuple[str, ...]) -> None:
        self._results.pop(found.code, None)
        self._results[found.code] = inversion, found, notices
        while len(self._results) > REMEMBERED:
            del self._results[next(iter(self._results))]

    def _show(self, code: str) -> None:
        from studio.ui.codes.inverted_dialog import InvertedDialog  # not needed to open the window

        if self.result is not None:
            self.result.close()
        inversion, found, notices = self._results[code]
        dialog = self.result = InvertedDialog(inversion, found, notices, self._window)
        dialog.start_requested.connect(self._start_from)
        dialog.way_requested.connect(self.show_way)
        dialog.again_requested.connect(lambda refine: self._again(inversion, found, refine))
        dialog.finished.connect(self._closed)
        dialog.show()

    def _closed(self) -> None:
        if self.result is not None:
            self.result.deleteLater()
            self.result = None

    def _start_from(self, code: str) -> None:
        """With the words that it was inverted with: unchanged, they draw the picture again."""
        self._codes.starting.start_with_its_own(code)
        self._window.activateWindow()

    def _again(self, inversion: Inversion, found: Inverted, refine: int) -> None:
        self.start(inversion.model_copy(update={"refine": refine}), found.source)

    def _learn(self, facts: TrajectoryFacts) -> None:
        """The numbers of the way up came."""
        if not self._way or facts.request.trajectory != self._way:
            return
        self._way = ""
        window = self._window
        if not facts.levels or facts.recipe is None:
            sentence = facts.sentence or self.tr("The steps of this inversion are not kept any more.")
            window.controller.banner.tell("warning", sentence)
            return
        film = Film.of_record(facts, None)
        window.greeting.end()
        # Noise grows in x; what the network expects hardly changes on the way.
        window.timeline.set_kind("x")
        window.timeline.show_film(film)
        window.timeline.filmstrip.go_to(film.done)
        window.activateWindow()
        window.timeline.filmstrip.setFocus()
