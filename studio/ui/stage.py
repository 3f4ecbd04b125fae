"""Joins a run to what shows it: canvas, timeline and history follow the events of the jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.errors import StudioError
from studio.image import Image
from studio.job.event import (
    Cancelled,
    Failed,
    Finished,
    GeneratedImage,
    ImageReady,
    JobEvent,
    JobId,
    ModelLoading,
    Paused,
    PreviewReady,
    Queued,
    Resumed,
    Started,
    StepDone,
)
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.inversion import InversionQueued
from studio.job.recipe import Recipe
from studio.job.recording import RecordSettings
from studio.ui.canvas.canvas import Canvas
from studio.ui.panels.history_model import JobState
from studio.ui.panels.history_panel import HistoryPanel
from studio.ui.qimage import from_qimage
from studio.ui.timeline.film import Film
from studio.ui.timeline.noised_film import NoisedFilm
from studio.ui.timeline.timeline import Timeline
from studio.ui.titles import title


@dataclass(frozen=True, eq=False)
class Scenery:
    """A picture to be shown. `size` is that of the finished picture if this is a state on the way to it, else None.

    `live`: it comes from the run that is followed, and nobody asked for this very picture.
    """

    image: Image
    caption: str
    recipe: Recipe | None
    path: Path | None = None
    size: tuple[int, int] | None = None
    live: bool = False


class Stage(QObject):
    """Shows the run that works, or the picture the user chose; never moves the view while a run goes on.

    `recipe()` is that of the picture on the canvas, None for one whose making is not known; `shown_changed` tells that
    the canvas shows something else. `divert(scenery)` shows a picture in another way and says so, `pass_over(scenery)`
    says that it is not to be shown at all.
    """

    shown_changed = Signal()

    def __init__(
        self,
        canvas: Canvas,
        timeline: Timeline,
        history: HistoryPanel,
        record: Callable[[], RecordSettings],
        parent: QObject | None = None,
    ) -> None:
        """`record` tells which steps a run that begins now will keep."""
        super().__init__(parent)
        self._record = record
        self._canvas, self._timeline, self._history = canvas, timeline, history
        self._recipes: dict[JobId, Recipe] = {}
        self._running: JobId | None = None
        self._shown: Recipe | None = None
        self._shown_size: tuple[int, int] | None = None
        self._whole = False
        self._opened: tuple[Path, Image] | None = None
        self._before_noise: Scenery | None = None
        self._scenery: Scenery | None = None
        self.divert: Callable[[Scenery], bool] = lambda scenery: False
        self.pass_over: Callable[[Scenery], bool] = lambda scenery: False
        timeline.step_selected.connect(self._show_step)
        timeline.look_changed.connect(self._show_step)
        timeline.live_changed.connect(lambda live: self._show_step(None) if live else None)
        history.selected.connect(self.show_job)

    def recipe(self) -> Recipe | None:
        """How the picture on the canvas was made."""
        return self._shown

    def recipe_of(self, job: JobId) -> Recipe | None:
        """The recipe of a job of this session."""
        entry = self._history.entry(job)
        return entry.recipe if entry else None

    @Slot(object)
    def follow(self, event: JobEvent) -> None:
        """Take in what a job tells."""
        if isinstance(event, Queued):
            self._expect(event.job, event.recipe)
        elif isinstance(event, InversionQueued):
            self._expect(event.job, event.inversion.way)
        elif event.job not in self._recipes:
            return  # frames of a walk are shown elsewhere
        elif isinstance(event, ModelLoading):
            self._history.set_state(event.job, JobState.RUNNING)
        elif isinstance(event, Started):
            self._begin(event)
        elif isinstance(event, (Paused, Resumed)):
            self._history.set_state(event.job, JobState.PAUSED if isinstance(event, Paused) else JobState.RUNNING)
        elif isinstance(event, StepDone):
            self._timeline.advance(event.step)
        elif isinstance(event, ImageReady):
            self._picture_ready(event.job, event.generated)
        elif isinstance(event, (Finished, Cancelled, Failed)):
            self._end(event)

    @Slot(object)
    def preview(self, preview: PreviewReady) -> None:
        """Show the newest preview, unless the user looks at something else."""
        recipe = self._recipes.get(preview.job)
        if recipe is None or preview.job != self._running:
            return
        self._timeline.add_preview(preview.step, preview.kind, preview.image)
        self._history.set_preview(preview.job, preview.image)
        if self._timeline.is_live and preview.kind == self._timeline.kind:
            caption = self.tr("Step {step} of {steps}, {kind}")
            text = caption.format(step=preview.step, steps=preview.steps, kind=preview.kind)
            size = (recipe.width, recipe.height)
            self._show(Scenery(preview.image, _captioned(text, recipe), recipe, size=size, live=True))

    def show_job(self, job: JobId) -> None:
        """Show the finished picture of a job. Raises nothing: a file that is gone is told below the canvas."""
        entry = self._history.entry(job)
        try:
            image = self._history.picture(job)
        except StudioError as problem:
            self._canvas.set_caption(problem.sentence)
            return
        if entry is None or image is None:
            return
        self._look_away(image, entry.recipe, entry.path)
        self._show(Scenery(image, title(entry.recipe), entry.recipe, entry.path))

    def show_file(self, image: Image, recipe: Recipe | None, path: Path) -> None:
        """Show a picture that was opened or dropped."""
        self._look_away(image, recipe, path)
        self._show(Scenery(image, path.name, recipe, path))

    def show_frame(self, image: Image, caption: str, recipe: Recipe | None, path: Path | None = None) -> None:
        """Show a picture that has no steps to look back at, such as the frame of a walk."""
        self._show(Scenery(image, caption, recipe, path))

    def finished(self) -> Scenery | None:
        """What is shown, if it is a finished picture."""
        return self._scenery if self._scenery is not None and self._scenery.size is None else None

    def show_again(self) -> bool:
        """Show once more what was shown last; False if nothing was."""
        if self._scenery is not None:
            self._show(self._scenery)
        return self._scenery is not None

    @Slot(object)
    def learn(self, facts: TrajectoryFacts) -> None:
        """Numbers of a record came: of the run that is shown, or of the picture that was opened."""
        if facts.request.picture is None:
            self._timeline.projector.learn(facts)
        elif self._opened is not None and facts.request.picture == self._opened[0] and facts.levels:
            self._timeline.show_film(Film.of_record(facts, self._opened[1]))

    def noise_it(self, wanted: bool) -> None:
        """Show the picture on the canvas at every level of noise; or, without that wish, as it was before."""
        picture = self._canvas.picture()
        if not wanted and self._before_noise is not None:
            self._show(self._before_noise)
        elif wanted and picture is not None:
            image, path = from_qimage(picture), self._canvas.path()
            size = self._shown_size or (image.width, image.height)
            end = None if self._whole else size
            self._before_noise = Scenery(image, self._canvas.caption(), self._shown, path, end)
            film = NoisedFilm(path or image, size, self._shown or Recipe(), self._timeline.projector.film)
            self._timeline.show_noised(film)
            self._show_step(film.done)

    def _look_away(self, image: Image, recipe: Recipe | None, path: Path | None) -> None:
        """The strip shows the steps of this picture as soon as they are found; a run goes on out of sight."""
        self._opened = (path, image) if path else None
        film = Film(recipe.sampling.steps if recipe else 1, (), (image.width, image.height), recipe)
        film.done, film.final = film.steps, image
        self._timeline.show_film(film)
        if path is not None:
            self._timeline.projector.facts_wanted.emit(FactsRequest(picture=path))

    def _expect(self, job: JobId, recipe: Recipe) -> None:
        self._recipes[job] = recipe
        self._history.add_job(job, recipe)

    def _begin(self, event: Started) -> None:
        recipe = self._recipes[event.job]
        self._running = event.job
        self._history.set_state(event.job, JobState.RUNNING)
        size = (recipe.width, recipe.height)
        film = Film(event.steps, event.timesteps, size, recipe, event.trajectory, self._record())
        self._timeline.begin(film, event.first_step)

    def _picture_ready(self, job: JobId, generated: GeneratedImage) -> None:
        # An inversion is named by its way up until there is a picture, which comes from the code that was found.
        self._recipes[job] = generated.recipe
        # A run with nothing to paint begins no steps: the strip still shows those of another one.
        if job == self._running:
            self._timeline.finish(generated.image, generated.recipe)
        self._history.set_image(job, generated)
        if self._timeline.is_live:
            self._show(Scenery(generated.image, title(generated.recipe), generated.recipe, live=True))

    def _end(self, event: Finished | Cancelled | Failed) -> None:
        recipe = self._recipes.pop(event.job, None)
        if isinstance(event, Finished):
            self._history.set_state(event.job, JobState.FINISHED)
            if event.path is not None:
                self._history.set_path(event.job, event.path)
                if recipe is self._shown and self._whole and self._scenery is not None:
                    self._scenery = replace(self._scenery, path=event.path)
                    self._canvas.set_file(event.path)
        elif isinstance(event, Cancelled):
            self._history.set_state(event.job, JobState.CANCELLED)
        else:
            self._history.set_state(event.job, JobState.FAILED, event.sentence)
        if event.job == self._running:
            self._running = None
            self._timeline.projector.want_facts()
            if not isinstance(event, Finished):
                self._timeline.finish(failed=isinstance(event, Failed))

    def _show_step(self, step: int | None) -> None:
        """Show a kept step, or with None the newest of the run."""
        look = self._timeline.look(step)
        if look is None:
            return
        live = self._timeline.is_live
        if look.final and look.recipe is not None:
            path = self._file_of(look.recipe)
            self._show(Scenery(look.image, title(look.recipe), look.recipe, path, live=live))
        else:
            caption = _captioned(look.caption, look.recipe)
            self._show(Scenery(look.image, caption, look.recipe, size=look.size, live=live))

    def _file_of(self, recipe: Recipe) -> Path | None:
        """The file of the run that had this very recipe."""
        entries = (self._history.entry(job) for job in self._history.jobs())
        return next((entry.path for entry in entries if entry and entry.recipe is recipe), None)

    def _show(self, scenery: Scenery) -> None:
        if self.pass_over(scenery):
            return
        image = scenery.image
        frame = scenery.size or (image.width, image.height)
        keep = frame == self._shown_size
        self._scenery = scenery
        self._shown, self._shown_size, self._whole = scenery.recipe, frame, scenery.size is None
        if not self.divert(scenery):
            self._canvas.show_image(
                image,
                scenery.caption,
                keep_view=keep,
                size=frame,
                path=scenery.path,
                has_recipe=scenery.recipe is not None,
            )
        self.shown_changed.emit()


def _captioned(step: str, recipe: Recipe | None) -> str:
    """What is shown of which run."""
    return f"{step}: {title(recipe)}" if recipe else step
