"""The object that lives in the worker thread and runs one job after another."""

from __future__ import annotations

import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from studio.errors import StudioError
from studio.job.cancel import CancelToken
from studio.job.event import TERMINAL, Failed, JobEvent, JobId, ModelStatus, PreviewReady
from studio.job.preview import FirstNoise
from studio.job.race import Race
from studio.job.recipe import Recipe
from studio.worker.mailbox import Mailbox

log = logging.getLogger(__name__)


class Engine(Protocol):
    """What runs jobs. Made in the worker thread, because making it imports torch."""

    def run(self, job: JobId, recipe: Recipe, cancel: CancelToken) -> Iterator[JobEvent]: ...

    def run_race(self, job: JobId, race: Race, cancel: CancelToken) -> Iterator[JobEvent]: ...

    def warm_up(self, model: str) -> ModelStatus: ...

    def first_noise(self, recipe: Recipe) -> FirstNoise: ...


@dataclass(frozen=True)
class QueuedJob:
    """A job that waits for the worker: one picture, or a race of several."""

    id: JobId
    work: Recipe | Race
    cancel: CancelToken


class Inbox:
    """The jobs that wait, in order. The window adds and withdraws, the worker takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[QueuedJob] = deque()

    def add(self, job: QueuedJob) -> None:
        with self._lock:
            self._jobs.append(job)

    def take(self) -> QueuedJob | None:
        """The next job, or None if none waits."""
        with self._lock:
            return self._jobs.popleft() if self._jobs else None

    def withdraw(self, job: JobId) -> bool:
        """Take a job back before it began; False if the worker has it already."""
        with self._lock:
            for waiting in self._jobs:
                if waiting.id == job:
                    self._jobs.remove(waiting)
                    return True
            return False

    def waiting(self) -> tuple[JobId, ...]:
        """The ids of the jobs that wait, next first."""
        with self._lock:
            return tuple(job.id for job in self._jobs)


class GenerationWorker(QObject):
    """Runs jobs and tells of them. Every job ends with exactly one terminal event, whatever its engine does."""

    job_event = Signal(object)
    preview_waiting = Signal()
    model_status = Signal(object)
    first_noise = Signal(object)

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        inbox: Inbox,
        previews: Mailbox[PreviewReady],
        wishes: Mailbox[Recipe],
    ) -> None:
        """Previews go into `previews`; out of `wishes` comes the recipe whose noise is to be drawn."""
        super().__init__()
        self._make_engine = make_engine
        self._inbox = inbox
        self._previews = previews
        self._wishes = wishes
        self._engine: Engine | None = None

    @Slot(str)
    def warm_up(self, model: str) -> None:
        """Get a model ready before anyone waits for it."""
        try:
            status = self._get_engine().warm_up(model)
        except Exception as problem:
            log.info("the model was not got ready", exc_info=problem)
            status = ModelStatus(model, sentence=_sentence(problem))
        self.model_status.emit(status)

    @Slot()
    def draw_first_noise(self) -> None:
        """Draw what the newest wished recipe starts from. Nobody needs it once a job waits."""
        recipe = self._wishes.take()
        if recipe is None or self._inbox.waiting():
            return
        try:
            self.first_noise.emit(self._get_engine().first_noise(recipe))
        except Exception as problem:
            log.info("the first noise was not drawn", exc_info=problem)

    @Slot()
    def work(self) -> None:
        """Run the waiting jobs until none is left."""
        while (job := self._inbox.take()) is not None:
            self._run(job)

    def _run(self, job: QueuedJob) -> None:
        try:
            for event in self._events(job):
                self._tell(event)
                if isinstance(event, TERMINAL):
                    return
            self.job_event.emit(Failed(job.id, "The run stopped without a result. Try it again."))
        except Exception as problem:
            detail = "".join(traceback.format_exception(problem))
            log.info("a job failed outside its run", exc_info=problem)
            self.job_event.emit(Failed(job.id, _sentence(problem), detail=detail))

    def _events(self, job: QueuedJob) -> Iterator[JobEvent]:
        if isinstance(job.work, Race):
            return self._get_engine().run_race(job.id, job.work, job.cancel)
        return self._get_engine().run(job.id, job.work, job.cancel)

    def _tell(self, event: JobEvent) -> None:
        if not isinstance(event, PreviewReady):
            self.job_event.emit(event)
        elif self._previews.put(event):
            self.preview_waiting.emit()

    def _get_engine(self) -> Engine:
        if self._engine is None:
            self._engine = self._make_engine()
        return self._engine


def _sentence(problem: Exception) -> str:
    if isinstance(problem, StudioError):
        return problem.sentence
    return f"Something unexpected went wrong ({type(problem).__name__}: {str(problem)[:200]})."
