"""The window's side of the worker: jobs go in, events come out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from studio.job.cancel import CancelToken
from studio.job.event import TERMINAL, Cancelled, JobEvent, JobId, PreviewReady, Queued
from studio.job.race import Race, RaceQueued
from studio.job.recipe import Recipe
from studio.worker.generation_worker import Engine, GenerationWorker, Inbox, QueuedJob
from studio.worker.mailbox import Mailbox


class JobQueue(QObject):
    """Owns the one worker thread. All of its methods are called on the main thread and return at once.

    `job_event` carries job events in order; `preview` carries the newest `PreviewReady`; `model_status` a `ModelStatus`
    and `first_noise` a `FirstNoise`.
    """

    job_event = Signal(object)
    preview = Signal(object)
    model_status = Signal(object)
    first_noise = Signal(object)
    _wake = Signal()
    _draw = Signal()
    _warm_up = Signal(str)

    def __init__(self, make_engine: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox = Inbox()
        self._previews: Mailbox[PreviewReady] = Mailbox()
        self._wishes: Mailbox[Recipe] = Mailbox()
        self._unfinished: dict[JobId, CancelToken] = {}
        self._last_id = 0
        self._worker = GenerationWorker(make_engine, self._inbox, self._previews, self._wishes)
        self._thread = QThread()
        self._thread.setObjectName("generation")
        self._worker.moveToThread(self._thread)
        self._connect()
        self._thread.start()

    def _connect(self) -> None:
        queued = Qt.ConnectionType.QueuedConnection
        self._wake.connect(self._worker.work, queued)
        self._warm_up.connect(self._worker.warm_up, queued)
        self._draw.connect(self._worker.draw_first_noise, queued)
        self._worker.job_event.connect(self._pass_on, queued)
        self._worker.preview_waiting.connect(self._pass_preview_on, queued)
        self._worker.model_status.connect(self.model_status, queued)
        self._worker.first_noise.connect(self.first_noise, queued)

    def warm_up(self, model: str) -> None:
        """Have the worker import what it needs and load a model, so that the first run need not wait."""
        self._warm_up.emit(model)

    def show_first_noise(self, recipe: Recipe) -> None:
        """Have the noise drawn that a recipe starts from. A later wish replaces one that waits, a job drops it."""
        if self._wishes.put(recipe):
            self._draw.emit()

    def submit(self, recipe: Recipe) -> JobId:
        """Accept a recipe as a job. It runs when those before it are done."""
        job = self._accept(recipe)
        self.job_event.emit(Queued(job, recipe))
        self._wake.emit()
        return job

    def submit_race(self, race: Race) -> JobId:
        """Accept a race as one job. Previews of lanes come within its events, none is left out."""
        job = self._accept(race)
        self.job_event.emit(RaceQueued(job, race))
        self._wake.emit()
        return job

    def _accept(self, work: Recipe | Race) -> JobId:
        self._last_id += 1
        job = QueuedJob(self._last_id, work, CancelToken())
        self._unfinished[job.id] = job.cancel
        self._inbox.add(job)
        return job.id

    def cancel(self, job: JobId) -> None:
        """Cancel a job: at once if it waits, before its next network call if it runs. Unknown ids are ignored."""
        token = self._unfinished.get(job)
        if token is None:
            return
        token.cancel()
        if self._inbox.withdraw(job):
            self._pass_on(Cancelled(job, 0, 0))

    def unfinished(self) -> tuple[JobId, ...]:
        """The ids of the jobs without a terminal event, oldest first."""
        return tuple(self._unfinished)

    def shut_down(self) -> None:
        """Cancel everything, let the thread end, and wait for it. Never terminates it. May be called twice."""
        for job in self.unfinished():
            self.cancel(job)
        self._thread.quit()
        self._thread.wait()

    @Slot(object)
    def _pass_on(self, event: JobEvent) -> None:
        if event.job not in self._unfinished:
            return
        if isinstance(event, TERMINAL):
            del self._unfinished[event.job]
        self.job_event.emit(event)

    @Slot()
    def _pass_preview_on(self) -> None:
        preview = self._previews.take()
        if preview is not None and preview.job in self._unfinished:
            self.preview.emit(preview)
