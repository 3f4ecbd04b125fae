"""What is going on, in the words of the run foot. Follows the job queue and knows nothing of widgets but texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from studio.job.event import (
    Cancelled,
    Decoding,
    Failed,
    Finished,
    JobEvent,
    JobId,
    ModelLoading,
    ModelStatus,
    Paused,
    Queued,
    Resumed,
    Started,
    StepDone,
)
from studio.job.inversion import InversionQueued
from studio.job.race import RaceQueued
from studio.job.recipe import Recipe
from studio.job.track import FrameEvent, FramesQueued
from studio.job.walk import MeasuringQueued
from studio.ui.run_status import PausedRun, Phase, RunStatus
from studio.ui.series import Series, SeriesWork
from studio.worker.job_queue import JobQueue

# Beyond it the time that is left is told in minutes.
SECONDS_TOLD = 90


class RunSession(QObject):
    """Submits, cancels, and tells the status in words. `status_changed(RunStatus)` follows every event.
    `job_event` and `model_status` pass on what the queue says, after the status is up to date.

    Recipes that are submitted together belong together: cancelling ends the running one and those that wait with it.
    """

    status_changed = Signal(object)
    job_event = Signal(object)
    model_status = Signal(object)

    def __init__(self, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._groups: dict[JobId, int] = {}
        self._group = 0
        self._cancelled_group = 0
        self._working: JobId | None = None
        self._recipes: dict[JobId, Recipe] = {}
        self._trajectory, self._first_step = "", 0
        self._series: dict[JobId, Series] = {}
        self._quiet: set[JobId] = set()
        self._begins_quietly = False
        self._replacement: tuple[JobId, Recipe] | None = None
        self.paused: PausedRun | None = None
        self._status = RunStatus(text=self.tr("Ready"))
        queue.job_event.connect(self._follow)
        queue.job_event.connect(self.job_event)
        queue.model_status.connect(self._model_ready)
        queue.model_status.connect(self.model_status)

    @property
    def status(self) -> RunStatus:
        return self._status

    def submit(self, recipes: Sequence[Recipe]) -> list[JobId]:
        """Queue recipes that belong together."""
        self._group += 1
        jobs = []
        for recipe in recipes:
            job = self._queue.submit(recipe)
            self._groups[job] = self._group
            self._recipes[job] = recipe
            jobs.append(job)
        return jobs

    def submit_series(self, work: SeriesWork, *, quiet: bool = False) -> JobId:
        """Queue a race, an inversion, a walk or a measuring. It is cancelled as a whole.

        `quiet`: nobody asked for it.
        """
        # What has ended stays known until now: its end is told to others after this object heard of it.
        self._quiet &= set(self._queue.unfinished())
        self._group += 1
        self._begins_quietly = quiet
        job = self._queue.submit(work)
        self._begins_quietly = False
        self._groups[job] = self._group
        self._series[job] = Series(work)
        return job

    def is_quiet(self, job: JobId) -> bool:
        """Whether nobody asked for this job."""
        return job in self._quiet

    def ask_for(self, job: JobId) -> None:
        """Now somebody did."""
        self._quiet.discard(job)
        self._tell()

    def cancel_series(self, job: JobId) -> None:
        """Cancel it, whether it runs or waits; what else was submitted goes on."""
        if self._queue.unfinished()[:1] == (job,):
            self.cancel()
        else:
            self._queue.cancel(job)

    def unfinished(self) -> tuple[JobId, ...]:
        """The jobs that run or wait."""
        return self._queue.unfinished()

    def cancel(self) -> None:
        """Cancel the running job and what was submitted with it; later submissions go on."""
        unfinished = self._queue.unfinished()
        if not unfinished:
            return
        self._cancelled_group = self._groups[unfinished[0]]
        self._tell(phase=Phase.CANCELLING, text=self.tr("Cancelling"))
        # From the last to the first, so that none of them starts while the others are taken back.
        for job in reversed(unfinished):
            if self._is_cancelled(job):
                self._queue.cancel(job)

    def pause(self) -> None:
        """Have the run wait after the step it is in."""
        if self._working is not None and self._status.phase is Phase.SAMPLING:
            self._tell(text=self.tr("Pausing"))
            self._queue.pause(self._working)

    def go_on(self) -> None:
        """Have a paused run go on as it was."""
        if self.paused is not None:
            self._queue.go_on(self.paused.job)

    def replace_paused(self, recipe: Recipe) -> None:
        """End the paused run, whose steps are kept, and run `recipe` instead."""
        if self.paused is not None:
            self._replacement = (self.paused.job, recipe)
            self._queue.cancel(self.paused.job)

    def warm_up(self, model: str) -> None:
        """Have a model ready before it is needed."""
        if not self._status.running:
            self._tell(phase=Phase.IDLE, text=self._loading(model), fraction=None, path=None)
        self._queue.warm_up(model)

    def _model_ready(self, status: ModelStatus) -> None:
        if not self._status.running and self._status.phase is Phase.IDLE:
            self._tell(phase=Phase.IDLE, text=status.sentence or self.tr("Ready"), fraction=0.0)

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, (Queued, RaceQueued, InversionQueued, FramesQueued, MeasuringQueued)):
            # The queue tells this before the one who submits knows the number.
            if self._begins_quietly:
                self._quiet.add(event.job)
            self._queued()
        elif isinstance(event, (Finished, Cancelled, Failed)):
            self._ended(event)
        else:
            self._working = event.job
            # What a run still tells while it is being cancelled is not news.
            if not self._is_cancelled(event.job):
                self._describe(event)

    def _is_cancelled(self, job: JobId) -> bool:
        return self._groups.get(job) == self._cancelled_group

    def _queued(self) -> None:
        if self._status.running:
            self._tell()
        else:
            self._tell(phase=Phase.QUEUED, text=self.tr("Queued"), fraction=None, path=None)

    def _describe(self, event: JobEvent) -> None:
        loading = event.event if isinstance(event, FrameEvent) else event
        if isinstance(loading, ModelLoading):
            event = loading
            self._tell(phase=Phase.LOADING, text=self._loading(event.model), fraction=None)
        elif event.job in self._series:
            self._describe_series(event)
        elif isinstance(event, Started):
            self._trajectory, self._first_step = event.trajectory, event.first_step
            text = self.tr("Step {step} of {steps}").format(step=event.first_step, steps=event.steps)
            self._tell(phase=Phase.SAMPLING, text=text, fraction=event.first_step / event.steps)
        elif isinstance(event, Paused):
            self._pause_at(event)
        elif isinstance(event, Resumed):
            self.paused = None
            self._tell(phase=Phase.SAMPLING, text=self.tr("Going on"))
        elif isinstance(event, StepDone):
            self._tell(phase=Phase.SAMPLING, text=self._step_text(event), fraction=event.step / event.steps)
        elif isinstance(event, Decoding):
            self._tell(phase=Phase.DECODING, text=self.tr("Decoding"), fraction=1.0)

    def _pause_at(self, event: Paused) -> None:
        self.paused = PausedRun(event.job, self._recipes[event.job], event.step, self._trajectory)
        text = self.tr("Paused at step {step} of {steps}").format(step=event.step, steps=event.steps)
        self._tell(phase=Phase.PAUSED, text=text, fraction=event.step / event.steps)

    def _describe_series(self, event: JobEvent) -> None:
        told = self._series[event.job].told(event)
        if told is not None:
            self._tell(phase=Phase.SERIES, text=told[0], fraction=told[1])

    def _loading(self, model: str) -> str:
        return self.tr("Loading {model}, first time only").format(model=model)

    def _step_text(self, event: StepDone) -> str:
        # Steps that a branch shares or a run did before it stopped were not computed now.
        speed = (event.step - self._first_step) / event.seconds if event.seconds > 0 else 0.0
        left = (event.steps - event.step) / speed if speed else 0.0
        text = self.tr("Step {step} of {steps}, {speed} steps/s, {left} left")
        return text.format(step=event.step, steps=event.steps, speed=f"{speed:.1f}", left=self._duration(left))

    def _duration(self, seconds: float) -> str:
        if seconds < SECONDS_TOLD:
            return self.tr("{seconds} s").format(seconds=round(seconds))
        return self.tr("{minutes} min").format(minutes=round(seconds / 60))

    def _ended(self, event: Finished | Cancelled | Failed) -> None:
        self._groups.pop(event.job, None)
        if self.paused is not None and self.paused.job == event.job:
            self.paused = None
        if self._replacement is not None and self._replacement[0] == event.job:
            recipe, self._replacement = self._replacement[1], None
            self.submit([recipe])
        self._finish_telling(event)
        self._series.pop(event.job, None)
        self._recipes.pop(event.job, None)

    def _finish_telling(self, event: Finished | Cancelled | Failed) -> None:
        left = self._queue.unfinished()
        if event.job == self._working:
            self._working = None
        if not left:
            outcome = self._outcome(event)
            self._tell(**(_without_buttons(outcome) if self.is_quiet(event.job) else outcome))
        elif self._working is None and not self._is_cancelled(left[0]):
            self._tell(phase=Phase.QUEUED, text=self.tr("Queued"), fraction=None, path=None)
        else:
            self._tell()

    def _outcome(self, event: Finished | Cancelled | Failed) -> dict[str, object]:
        """The status when nothing is left to do."""
        if isinstance(event, Finished):
            saved = self.tr("Saved as {name}.").format(name=event.path.name) if event.path else self.tr("Done")
            return {"phase": Phase.FINISHED, "text": saved, "fraction": 1.0, "path": event.path, "resumable": None}
        if isinstance(event, Failed) and self.is_quiet(event.job):
            return {"phase": Phase.IDLE, "text": self.tr("Ready"), "fraction": 0.0}
        if isinstance(event, Failed):
            return {"phase": Phase.FAILED, "text": self.tr("Failed"), "fraction": 0.0, "path": None, "resumable": None}
        if event.job in self._series:
            text = self._series[event.job].cancelled(event)
            return {"phase": Phase.CANCELLED, "text": text, "fraction": 0.0, "path": None, "resumable": None}
        text = self.tr("Cancelled at step {step} of {steps}.").format(step=event.step, steps=event.steps)
        kept = self._recipes.get(event.job) if event.trajectory and event.step else None
        if kept is not None:
            text = self.tr("{cancelled} The steps are kept.").format(cancelled=text)
        text = text if event.step else self.tr("Cancelled before the first step.")
        return {"phase": Phase.CANCELLED, "text": text, "fraction": 0.0, "path": None, "resumable": kept}

    def _tell(self, **changes: object) -> None:
        unfinished = self._queue.unfinished()
        quiet = bool(unfinished) and self._quiet.issuperset(unfinished)
        if quiet:
            changes = _without_buttons(changes)
        told = {"waiting": max(0, len(unfinished) - 1), "quiet": quiet, **changes}
        self._status = replace(self._status, **told)  # type: ignore[arg-type]
        self.status_changed.emit(self._status)


def _without_buttons(changes: dict[str, object]) -> dict[str, object]:
    """What nobody asked for leaves it possible to show the last picture, and to go on with the last run."""
    return {name: value for name, value in changes.items() if name not in ("path", "resumable")}
