"""An engine that answers everything; tests control its steps and see what it was asked, in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QObject, Slot

from studio.errors import CancelRequested, StudioError
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import (
    TERMINAL,
    Cancelled,
    Finished,
    JobEvent,
    JobId,
    ModelStatus,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.preview import FirstNoise
from studio.job.race import LaneEvent, Race
from studio.job.recipe import Recipe
from studio.job.shelf import Answer, Question, Usage
from studio.job.view import AnyView, ViewReady, ViewRequest
from studio.job.work import Work
from studio.worker.job_queue import JobQueue

STEPS = 20
A, B = "a" * 32, "b" * 32


class DeskEngine:
    """Each step takes a millisecond and a ticket, if tickets are wanted; views are pictures of their step."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.syncs = 0
        self.calls = 0
        self.tickets: threading.Semaphore | None = None
        self.gate = threading.Event()
        self.gate.set()

    def run(self, job: JobId, work: Work, cancel: CancelToken) -> Iterator[JobEvent]:
        for event in self._steps(job, cancel):
            lane = isinstance(work, Race) and not isinstance(event, TERMINAL)
            yield LaneEvent(job, 0, event) if lane else event

    def _steps(self, job: JobId, cancel: CancelToken) -> Iterator[JobEvent]:
        step = 0
        try:
            cancel.check()
            yield Started(job, STEPS, (), "cpu", "float32")
            for step in range(STEPS):
                for _ in range(2):  # a step may ask the network more than once
                    cancel.check()
                    self.calls += 1
                if self.tickets is not None:
                    self.tickets.acquire()
                time.sleep(0.001)
                yield StepDone(job, step + 1, STEPS, 0.0, 0.0)
                yield PreviewReady(job, step + 1, STEPS, "x0", picture(step))
            cancel.check()
        except CancelRequested:
            yield Cancelled(job, step, STEPS)
            return
        yield Finished(job, None, cancel.waited)

    def warm_up(self, model: str) -> ModelStatus:
        return ModelStatus(model)

    def first_noise(self, recipe: Recipe) -> FirstNoise:
        return FirstNoise(recipe, picture(0))

    def view(self, request: AnyView) -> ViewReady:
        self.gate.wait()
        self.asked.append(request)
        step = request.step if isinstance(request, ViewRequest) else request.index
        if step == 99:
            raise RuntimeError("no kernel")
        if step == 98:
            return ViewReady(request, None, "Step 98 was not kept.", missing=True)
        return ViewReady(request, picture(step))

    def facts(self, request: FactsRequest) -> TrajectoryFacts:
        self.asked.append(request)
        if request.trajectory == B:
            raise StudioError("No facts.")
        return TrajectoryFacts(request, trajectory=request.trajectory)

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if self.syncs > 100:
            raise RuntimeError("broken")
        return Answer(question, usage=Usage(1, 2, 3))

    def sync(self) -> None:
        self.syncs += 1


def picture(step: int) -> Image:
    return Image(np.full((8, 8, 3), step, np.uint8))


class Desk(QObject):
    """A queue with its engine, and all that it said. Takes the signals in the main thread."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = DeskEngine()
        self.queue = JobQueue(lambda: self.engine)
        self.events: list[JobEvent] = []
        self.views: list[ViewReady] = []
        self.facts: list[TrajectoryFacts] = []
        self.answers: list[Answer] = []
        self.threads: set[int] = set()
        self.queue.job_event.connect(self._event)
        self.queue.view_ready.connect(self._view)
        self.queue.facts_ready.connect(self.facts.append)
        self.queue.answered.connect(self.answers.append)

    def hold_after(self, steps: int) -> None:
        """Let the engine do so many steps, then wait in the next one for `step_freely`."""
        self.engine.tickets = threading.Semaphore(steps)

    def step_freely(self) -> None:
        assert self.engine.tickets is not None
        self.engine.tickets.release(10_000)

    def of(self, kind: type) -> list[JobEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    def ends(self, job: JobId) -> list[type]:
        return [type(event) for event in self.events if event.job == job and isinstance(event, TERMINAL)]

    def seen(self) -> list[int]:
        return [ready.request.step for ready in self.views]

    @Slot(object)
    def _event(self, event: JobEvent) -> None:
        self.events.append(event)

    @Slot(object)
    def _view(self, ready: ViewReady) -> None:
        self.threads.add(threading.get_ident())
        self.views.append(ready)
