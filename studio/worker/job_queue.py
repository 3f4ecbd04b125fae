"""The window's side of the worker: jobs go in, events come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from studio.job.event import TERMINAL, Cancelled, Failed, JobEvent, JobId
from studio.job.facts import FactsRequest
from studio.job.recipe import Recipe
from studio.job.shelf import Question
from studio.job.view import AnyView, ViewRequest
from studio.job.work import Work, queued
from studio.worker.checkpoint import Checkpoint
from studio.worker.engine import Engine
from studio.worker.generation_worker import Counter, GenerationWorker
from studio.worker.inbox import QueuedJob
from studio.worker.left_threads import leave

WAIT_MS = 100


class JobQueue(QObject):
    """Owns the one worker thread. All of its methods are called on the main thread and return at once.

    `job_event` carries job events in order; `preview` the newest `PreviewReady`; `model_status` a `ModelStatus`,
    `first_noise` a `FirstNoise`, `view_ready` a `ViewReady`, `facts_ready` a `TrajectoryFacts`, `answered` an `Answer`.
    None of the last five comes before the call that asks for it returns.
    """

    job_event = Signal(object)
    preview = Signal(object)
    model_status = Signal(object)
    first_noise = Signal(object)
    view_ready = Signal(object)
    facts_ready = Signal(object)
    answered = Signal(object)
    _wake = Signal()
    _draw = Signal()
    _warm_up = Signal(str)
    _serve = Signal()
    _known_view = Signal(object)

    def __init__(self, make_engine: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._counter = Counter()
        self._unfinished: dict[JobId, Checkpoint] = {}
        self._last_id = 0
        self._is_left = False
        self._make_engine = make_engine
        self._known_view.connect(self.view_ready, Qt.ConnectionType.QueuedConnection)
        self._start_worker()

    def _start_worker(self) -> None:
        self._worker = GenerationWorker(self._make_engine, self._counter)
        self._thread = QThread()
        self._thread.setObjectName("generation")
        self._worker.moveToThread(self._thread)
        for signal, slot in self._links():
            signal.connect(slot, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    def _links(self) -> tuple[tuple[Any, Any], ...]:
        """Signals of window and worker, and where they lead."""
        worker = self._worker
        return (
            (self._wake, worker.work),
            (self._warm_up, worker.warm_up),
            (self._draw, worker.draw_first_noise),
            (self._serve, worker.serve),
            (worker.job_event, self._pass_on),
            (worker.preview_waiting, self._pass_preview_on),
            (worker.model_status, self.model_status),
            (worker.first_noise, self.first_noise),
            (worker.view_ready, self.view_ready),
            (worker.facts_ready, self.facts_ready),
            (worker.answered, self.answered),
        )

    def warm_up(self, model: str) -> None:
        """Have the worker import what it needs and load a model, so that the first run need not wait."""
        self._warm_up.emit(model)

    def show_first_noise(self, recipe: Recipe) -> None:
        """Have the noise drawn that a recipe starts from. A later wish replaces one that waits, a job drops it."""
        if self._counter.wishes.put(recipe):
            self._draw.emit()

    def submit(self, work: Work) -> JobId:
        """Accept a recipe, or other work, as a job. It runs when those before it are done.

        What it tells while it is queued is a kind of its own for each kind of work: see `studio.job.work`.
        """
        self._last_id += 1
        job = QueuedJob(self._last_id, work, Checkpoint())
        self._unfinished[job.id] = job.cancel
        self._counter.inbox.add(job)
        self.job_event.emit(queued(job.id, work))
        self._wake.emit()
        return job.id

    def pause(self, job: JobId) -> None:
        """Have a job wait after the step it works on, or before its first: `Paused` tells when. Also before it runs."""
        token = self._unfinished.get(job)
        if token is not None:
            token.pause.set()

    def go_on(self, job: JobId) -> None:
        """End the pause of a job, or take its wish back."""
        token = self._unfinished.get(job)
        if token is not None:
            token.pause.clear()
            self._counter.bell.set()

    def cancel(self, job: JobId) -> None:
        """Cancel a job: at once if it waits or is paused, else before its next network call. Ignores unknown ids."""
        token = self._unfinished.get(job)
        if token is None:
            return
        token.cancel()
        self._counter.bell.set()
        if self._counter.inbox.withdraw(job):
            self._pass_on(Cancelled(job, 0, 0))

    def is_wanted(self) -> bool:
        """Whether somebody still waits for what the worker does: a job that was not cancelled."""
        waiting = set(self._counter.inbox.waiting())
        running = [token for job, token in self._unfinished.items() if job not in waiting]
        return any(not token.cancelled for token in running)

    def replace_worker(self, sentence: str) -> None:
        """Leave the thread to itself, whose work comes to no end, and go on with a new one.

        The job that it was at fails with the `sentence`; those that wait run in the new one.
        """
        waiting = set(self._counter.inbox.waiting())
        for signal, slot in self._links():
            signal.disconnect(slot)
        self._worker.retire()
        self._thread.quit()
        leave(self._thread, self._worker)
        self._start_worker()
        for job in [job for job in self._unfinished if job not in waiting]:
            self._pass_on(Failed(job, sentence))
        self._wake.emit()

    def unfinished(self) -> tuple[JobId, ...]:
        """The ids of the jobs without a terminal event, oldest first."""
        return tuple(self._unfinished)

    def request_view(self, request: AnyView) -> None:
        """Ask for a view; `view_ready` brings it. A later request of the same process replaces one that waits.

        What was decoded already comes with the next turn of the window's own loop, however busy the worker is.
        """
        known = self._counter.views.get(request)
        if known is not None:
            self._known_view.emit(known)
            return
        self._counter.requests.look(request)
        self._call_worker()

    def prefetch_views(self, requests: Iterable[AnyView]) -> None:
        """Have these decoded when nobody waits for anything else, in this order; each comes as `view_ready`."""
        self._counter.requests.expect(view for view in requests if self._counter.views.get(view) is None)
        self._call_worker()

    def drop_views(self, trajectory: str) -> None:
        """What is still to be decoded of that trajectory is not needed any more."""
        self._counter.requests.drop(trajectory)

    def request_facts(self, request: FactsRequest) -> None:
        """Ask for the numbers of a trajectory; `facts_ready` brings them."""
        self._counter.requests.ask(request)
        self._call_worker()

    def ask(self, question: Question | ViewRequest) -> None:
        """Ask about space, pins, interrupted runs and codes; `answered` brings the answer.

        A view that is asked for like this comes for certain, as `view_ready`: no later wish replaces it.
        """
        self._counter.requests.ask(question)
        self._call_worker()

    def shut_down(self, give_up: Callable[[float], bool] = lambda seconds: False) -> None:
        """Cancel everything, let the thread end, and wait for it. Never terminates it. May be called twice.

        While it waits it asks again and again whether to `give_up`, with the seconds since it asked before: then the
        thread is left to itself.
        """
        self._counter.requests.close()
        for job in self.unfinished():
            self.cancel(job)
        self._thread.quit()
        while not self._is_left and not self._thread.wait(WAIT_MS):
            if give_up(WAIT_MS / 1000):
                self._worker.retire()
                leave(self._thread, self._worker)
                self._is_left = True

    def _call_worker(self) -> None:
        """Wake it wherever it waits: in its loop, or in a pause."""
        self._counter.bell.set()
        self._serve.emit()

    @Slot(object)
    def _pass_on(self, event: JobEvent) -> None:
        if event.job not in self._unfinished:
            return
        if isinstance(event, TERMINAL):
            del self._unfinished[event.job]
        self.job_event.emit(event)

    @Slot()
    def _pass_preview_on(self) -> None:
        preview = self._counter.previews.take()
        if preview is not None and preview.job in self._unfinished:
            self.preview.emit(preview)
