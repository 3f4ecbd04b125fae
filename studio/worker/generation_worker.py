"""The object that lives in the worker thread and runs one job after another."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal, Slot

from studio.errors import StudioError
from studio.job.event import (
    TERMINAL,
    Failed,
    JobEvent,
    ModelStatus,
    Paused,
    PreviewReady,
    Resumed,
    Started,
    StepDone,
)
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.preview import FirstNoise
from studio.job.race import LaneEvent
from studio.job.recipe import Recipe
from studio.job.shelf import Answer
from studio.job.track import FrameEvent
from studio.job.view import ForwardRequest, ViewReady, ViewRequest
from studio.job.walk import LookDone
from studio.worker.courtesy import give_way
from studio.worker.engine import Engine
from studio.worker.inbox import Inbox, QueuedJob
from studio.worker.mailbox import Mailbox
from studio.worker.requests import Request, Requests
from studio.worker.view_cache import ViewCache

log = logging.getLogger(__name__)

# A run goes on even if somebody scrubs without a rest.
SERVED_BETWEEN_STEPS = 4


@dataclass(frozen=True)
class Counter:
    """What window and worker hand to each other.

    Previews go out of `previews`; into `wishes` comes the recipe whose noise is to be drawn. `bell` wakes a worker that
    waits in a pause.
    """

    inbox: Inbox = field(default_factory=Inbox)
    previews: Mailbox[PreviewReady] = field(default_factory=Mailbox)
    wishes: Mailbox[Recipe] = field(default_factory=Mailbox)
    requests: Requests = field(default_factory=Requests)
    views: ViewCache = field(default_factory=ViewCache)
    bell: threading.Event = field(default_factory=threading.Event)


class GenerationWorker(QObject):
    """Runs jobs and tells of them. Every job ends with exactly one terminal event, whatever its engine does.

    Views and questions are served between the steps of a run, while it is paused, and when there is no run.
    """

    job_event = Signal(object)
    preview_waiting = Signal()
    model_status = Signal(object)
    first_noise = Signal(object)
    view_ready = Signal(object)
    facts_ready = Signal(object)
    answered = Signal(object)

    def __init__(self, make_engine: Callable[[], Engine], counter: Counter) -> None:
        super().__init__()
        self._make_engine = make_engine
        self._counter = counter
        self._inbox, self._requests = counter.inbox, counter.requests
        self._engine: Engine | None = None
        self._retired = threading.Event()

    def retire(self) -> None:
        """Another worker has taken over: take nothing up any more. May be called from any thread."""
        self._retired.set()

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
        recipe = self._counter.wishes.take()
        if recipe is None or self._inbox.waiting():
            return
        try:
            noise: FirstNoise = self._get_engine().first_noise(recipe)
            self.first_noise.emit(noise)
        except Exception as problem:
            log.info("the first noise was not drawn", exc_info=problem)

    @Slot()
    def work(self) -> None:
        """Run the waiting jobs until none is left, then serve what still waits."""
        while not self._retired.is_set() and (job := self._inbox.take()) is not None:
            self._run(job)
        self.serve()

    @Slot()
    def serve(self) -> None:
        """Answer what waits, unless a job does: then it is answered between its steps."""
        while not self._retired.is_set() and not self._inbox.waiting() and self._serve_one():
            pass

    def _run(self, job: QueuedJob) -> None:
        try:
            for event in self._get_engine().run(job.id, job.work, job.cancel):
                self._tell(event)
                if isinstance(event, TERMINAL):
                    return
                told = event.event if isinstance(event, (LaneEvent, FrameEvent)) else event
                if isinstance(told, (Started, StepDone, LookDone)):
                    self._let_visit(job, told)
            self.job_event.emit(Failed(job.id, "The run stopped without a result. Try it again."))
        except Exception as problem:
            detail = "".join(traceback.format_exception(problem))
            log.info("a job failed outside its run", exc_info=problem)
            self.job_event.emit(Failed(job.id, _sentence(problem), detail=detail))

    def _let_visit(self, job: QueuedJob, told: Started | StepDone | LookDone) -> None:
        step = told.first_step if isinstance(told, Started) else told.step
        job.cancel.visited_by(lambda: self._visit(job, step, told.steps))
        job.cancel.open()

    def _visit(self, job: QueuedJob, step: int, steps: int) -> None:
        """Between two steps: serve, and wait if the user has paused the run."""
        pause, served = job.cancel.pause, 0
        while served < SERVED_BETWEEN_STEPS and not pause.is_set() and self._serve_one(soon=not served):
            served += 1
        if pause.is_set():
            self._hold(job, step, steps)

    def _hold(self, job: QueuedJob, step: int, steps: int) -> None:
        """Wait until the user goes on or cancels, and serve what is looked at meanwhile."""
        try:
            self._get_engine().sync()
        except Exception as problem:
            log.info("the steps were not synced", exc_info=problem)
        self.job_event.emit(Paused(job.id, step, steps))
        bell = self._counter.bell
        while True:
            bell.clear()
            if job.cancel.cancelled or not job.cancel.pause.is_set():
                break
            if not self._serve_one():
                bell.wait()
        if not job.cancel.cancelled:
            self.job_event.emit(Resumed(job.id))

    def _serve_one(self, *, soon: bool = True) -> bool:
        """Serve the next request; False if there is none. With `soon` what may be needed is served as well."""
        request = self._requests.take()
        if request is None:
            return soon and self._serve_soon()
        self._serve(request)
        return True

    def _serve_soon(self) -> bool:
        view = self._requests.take_soon()
        if view is None:
            return False
        self._serve(view)
        return True

    def _serve(self, request: Request) -> None:
        if isinstance(request, (ViewRequest, ForwardRequest)):
            ready = self._counter.views.get(request) or self._asked_view(request)
            self._counter.views.put(ready)
            self.view_ready.emit(ready)
        elif isinstance(request, FactsRequest):
            self.facts_ready.emit(self._asked_facts(request))
        else:
            try:
                self.answered.emit(self._get_engine().answer(request))
            except Exception as problem:
                log.info("a question was not answered", exc_info=problem)
                self.answered.emit(Answer(request, sentence=_sentence(problem)))

    def _asked_view(self, request: ViewRequest | ForwardRequest) -> ViewReady:
        try:
            return self._get_engine().view(request)
        except Exception as problem:
            log.info("a view was not drawn", exc_info=problem)
            return ViewReady(request, None, _sentence(problem))

    def _asked_facts(self, request: FactsRequest) -> TrajectoryFacts:
        try:
            return self._get_engine().facts(request)
        except Exception as problem:
            log.info("facts were not found", exc_info=problem)
            return TrajectoryFacts(request, sentence=_sentence(problem))

    def _tell(self, event: JobEvent) -> None:
        if not isinstance(event, PreviewReady):
            self.job_event.emit(event)
        elif self._counter.previews.put(event):
            self.preview_waiting.emit()

    def _get_engine(self) -> Engine:
        if self._engine is None:
            self._engine = self._make_engine()
            # Not before: who waits for the first import waits for nothing else. Not later: torch starts its threads.
            give_way()
        return self._engine


def _sentence(problem: Exception) -> str:
    if isinstance(problem, StudioError):
        return problem.sentence
    return f"Something unexpected went wrong ({type(problem).__name__}: {str(problem)[:200]})."
