"""The real thread and the real queue with an engine whose steps the tests control."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from studio.errors import CancelRequested, StudioError
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import (
    TERMINAL,
    Cancelled,
    Failed,
    Finished,
    JobEvent,
    JobId,
    ModelStatus,
    PreviewReady,
    Queued,
    StepDone,
)
from studio.job.preview import FirstNoise
from studio.job.recipe import Recipe, recipe
from studio.worker.job_queue import JobQueue

STEPS = 20


class StepEngine:
    """Walks steps of a millisecond, reads the cancel flag before each; the prompt may ask for a fault."""

    def __init__(self) -> None:
        self.thread = threading.current_thread()
        self.calls_after_cancel = 0
        self.drawn: list[int] = []

    def warm_up(self, model: str) -> ModelStatus:
        if model == "missing":
            raise StudioError("There is no such model.")
        return ModelStatus(model, "cpu", "float32")

    def first_noise(self, recipe: Recipe) -> FirstNoise:
        if recipe.prompt == "boom":
            raise RuntimeError("the decoder broke")
        self.drawn.append(recipe.seed)
        return FirstNoise(recipe, Image(np.zeros((8, 8, 3), np.uint8)))

    def run(self, job: JobId, recipe: Recipe, cancel: CancelToken) -> Iterator[JobEvent]:
        if recipe.prompt == "boom":
            raise RuntimeError("the network broke")
        try:
            for step in range(STEPS):
                cancel.check()
                time.sleep(0.001)
                self.calls_after_cancel += cancel.cancelled
                yield StepDone(job, step + 1, STEPS, 0.0, 0.0)
                yield PreviewReady(job, step + 1, STEPS, "x0", Image(np.zeros((8, 8, 3), np.uint8)))
        except CancelRequested:
            yield Cancelled(job, step, STEPS)
            return
        if recipe.prompt == "silent end":
            return
        yield Finished(job, None, 0.0)
        if recipe.prompt == "talks on":
            yield Finished(job, None, 0.0)


class Listener:
    """Keeps what a queue says."""

    def __init__(self, queue: JobQueue) -> None:
        self.events: list[JobEvent] = []
        self.previews: list[PreviewReady] = []
        queue.job_event.connect(self.events.append)
        queue.preview.connect(self.previews.append)

    def terminal(self, job: JobId) -> list[JobEvent]:
        return [event for event in self.events if event.job == job and isinstance(event, TERMINAL)]


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[JobQueue]:
    queue = JobQueue(StepEngine)
    yield queue
    queue.shut_down()


def wait_for_end(qtbot: QtBot, queue: JobQueue) -> None:
    qtbot.waitUntil(lambda: not queue.unfinished(), timeout=20_000)
    qtbot.wait(20)


def test_a_job_tells_its_steps_in_order_and_ends_once(qtbot: QtBot, queue: JobQueue) -> None:
    said = Listener(queue)
    job = queue.submit(recipe(prompt="apple"))
    wait_for_end(qtbot, queue)
    assert isinstance(said.events[0], Queued)
    assert [event.step for event in said.events if isinstance(event, StepDone)] == list(range(1, STEPS + 1))
    assert [type(event) for event in said.terminal(job)] == [Finished]
    assert said.events[-1] is said.terminal(job)[0]


def test_jobs_run_one_after_another_in_their_order(qtbot: QtBot, queue: JobQueue) -> None:
    said = Listener(queue)
    jobs = [queue.submit(recipe(prompt="apple", seed=seed)) for seed in range(4)]
    wait_for_end(qtbot, queue)
    assert [event.job for event in said.events if isinstance(event, TERMINAL)] == jobs
    steps = [event.job for event in said.events if isinstance(event, StepDone)]
    assert steps == sorted(steps)


def test_the_newest_preview_arrives_and_none_after_the_end(qtbot: QtBot, queue: JobQueue) -> None:
    said = Listener(queue)
    queue.submit(recipe())
    wait_for_end(qtbot, queue)
    steps = [preview.step for preview in said.previews]
    assert steps
    assert steps == sorted(set(steps))


@pytest.mark.parametrize(
    ("prompt", "ending"), [("boom", Failed), ("silent end", Failed), ("talks on", Finished), ("fine", Finished)]
)
def test_exactly_one_terminal_event_whatever_the_engine_does(
    qtbot: QtBot, queue: JobQueue, prompt: str, ending: type[JobEvent]
) -> None:
    said = Listener(queue)
    job = queue.submit(recipe(prompt=prompt))
    after = queue.submit(recipe(prompt="the next job works"))
    wait_for_end(qtbot, queue)
    assert [type(event) for event in said.terminal(job)] == [ending]
    assert [type(event) for event in said.terminal(after)] == [Finished]


def test_cancel_at_random_moments_ends_once_and_makes_no_further_call(qtbot: QtBot) -> None:
    engines: list[StepEngine] = []

    def make() -> StepEngine:
        engines.append(StepEngine())
        return engines[0]

    queue = JobQueue(make)
    said = Listener(queue)
    chance = random.Random(5)
    for _ in range(40):
        job = queue.submit(recipe())
        qtbot.wait(chance.randrange(0, 30))
        queue.cancel(job)
        queue.cancel(job)
        wait_for_end(qtbot, queue)
        assert len(said.terminal(job)) == 1
        # At most the call that was under way when the flag was set.
        assert engines[0].calls_after_cancel <= 1
        engines[0].calls_after_cancel = 0
    queue.shut_down()
    assert any(isinstance(event, Cancelled) for event in said.events)


def test_a_waiting_job_is_cancelled_at_once(qtbot: QtBot, queue: JobQueue) -> None:
    said = Listener(queue)
    running, waiting = queue.submit(recipe()), queue.submit(recipe())
    queue.cancel(waiting)
    assert [type(event) for event in said.terminal(waiting)] == [Cancelled]
    wait_for_end(qtbot, queue)
    assert [type(event) for event in said.terminal(running)] == [Finished]
    assert len(said.terminal(waiting)) == 1


def test_the_engine_is_made_once_in_the_worker_thread(qtbot: QtBot) -> None:
    made: list[str] = []

    def make() -> StepEngine:
        made.append(threading.current_thread().name)
        return StepEngine()

    queue = JobQueue(make)
    for _ in range(3):
        queue.submit(recipe())
    wait_for_end(qtbot, queue)
    queue.shut_down()
    assert len(made) == 1
    assert made[0] != threading.main_thread().name


def test_an_engine_that_cannot_be_made_fails_each_job_with_a_sentence(qtbot: QtBot) -> None:
    def broken() -> StepEngine:
        raise StudioError("PyTorch could not be loaded. Install it again.")

    queue = JobQueue(broken)
    said = Listener(queue)
    jobs = [queue.submit(recipe()), queue.submit(recipe())]
    wait_for_end(qtbot, queue)
    queue.shut_down()
    for job in jobs:
        (event,) = said.terminal(job)
        assert isinstance(event, Failed)
        assert event.sentence == "PyTorch could not be loaded. Install it again."


@pytest.mark.parametrize(("model", "sentence"), [("starter", ""), ("missing", "There is no such model.")])
def test_warming_up_tells_the_model_or_why_not(qtbot: QtBot, queue: JobQueue, model: str, sentence: str) -> None:
    with qtbot.waitSignal(queue.model_status) as status:
        queue.warm_up(model)
    assert status.args[0].model == model
    assert status.args[0].sentence == sentence


@pytest.mark.parametrize("wait", [0, 1, 5, 15])
def test_shutting_down_while_running_ends_every_job_once(qtbot: QtBot, wait: int) -> None:
    queue = JobQueue(StepEngine)
    said = Listener(queue)
    jobs = [queue.submit(recipe()) for _ in range(5)]
    qtbot.wait(wait)
    queue.shut_down()
    queue.shut_down()
    qtbot.wait(20)
    for job in jobs:
        assert len(said.terminal(job)) == 1


def test_many_queues_start_and_stop_without_a_trace(qtbot: QtBot) -> None:
    process = psutil.Process()
    before = process.num_threads()
    for number in range(30):
        queue = JobQueue(StepEngine)
        if number % 2:
            queue.submit(recipe())
        queue.shut_down()
        queue.deleteLater()
    # The system's own count: Python goes on counting threads of Qt that it has met.
    qtbot.waitUntil(lambda: process.num_threads() <= before, timeout=5_000)


class SlowToStart(StepEngine):
    """Lets go of the thread only when the test says so, so that wishes meet a worker that is busy."""

    def __init__(self, go: threading.Event) -> None:
        super().__init__()
        go.wait(10)


def test_of_many_wished_noises_only_the_newest_is_drawn(qtbot: QtBot) -> None:
    go = threading.Event()
    engines: list[StepEngine] = []
    queue = JobQueue(lambda: engines.append(SlowToStart(go)) or engines[0])
    drawn: list[FirstNoise] = []
    queue.first_noise.connect(drawn.append)
    queue.warm_up("starter")
    for seed in range(100):
        queue.show_first_noise(recipe(seed=seed))
    go.set()
    qtbot.waitUntil(lambda: bool(drawn))
    qtbot.wait(20)
    queue.shut_down()
    assert [noise.recipe.seed for noise in drawn] == [99]
    assert engines[0].drawn == [99]


def test_no_noise_is_drawn_once_a_job_waits(qtbot: QtBot) -> None:
    go = threading.Event()
    queue = JobQueue(lambda: SlowToStart(go))
    drawn: list[FirstNoise] = []
    queue.first_noise.connect(drawn.append)
    queue.warm_up("starter")
    queue.show_first_noise(recipe(seed=1))
    queue.submit(recipe())
    go.set()
    wait_for_end(qtbot, queue)
    queue.shut_down()
    assert not drawn


def test_a_noise_that_cannot_be_drawn_is_left_out(qtbot: QtBot, queue: JobQueue) -> None:
    drawn: list[FirstNoise] = []
    queue.first_noise.connect(drawn.append)
    queue.show_first_noise(recipe(prompt="boom"))
    with qtbot.waitSignal(queue.model_status):
        queue.warm_up("starter")
    queue.show_first_noise(recipe(seed=3))
    qtbot.waitUntil(lambda: bool(drawn))
    assert [noise.recipe.seed for noise in drawn] == [3]
