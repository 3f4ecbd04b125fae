"""A race in the real queue and thread: one job among others, with an engine whose steps the tests control."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import TERMINAL, Cancelled, Failed, Finished, JobEvent, JobId, PreviewReady
from studio.job.race import Axis, LaneEvent, Race, RaceQueued, RaceReady, race
from studio.job.recipe import Recipe, Sampling, recipe
from studio.worker.job_queue import JobQueue

ROUNDS = 10
PLAN = race(recipe(prompt="apple", sampling=Sampling(steps=ROUNDS)), Axis("seed", (1, 2)))


class LaneEngine:
    """Gives every lane a preview a round; reads the cancel flag before each."""

    def run(self, job: JobId, work: Recipe | Race, cancel: CancelToken) -> Iterator[JobEvent]:
        if isinstance(work, Recipe):
            yield Finished(job, None, 0.0)
            return
        race = work
        if race.columns.field == "steps":
            raise RuntimeError("the network broke")
        for done in range(ROUNDS):
            for lane in range(len(race.lanes)):
                if cancel.cancelled:
                    yield Cancelled(job, done, ROUNDS)
                    return
                picture = Image(np.zeros((8, 8, 3), np.uint8))
                yield LaneEvent(job, lane, PreviewReady(job, done + 1, ROUNDS, "x0", picture))
                time.sleep(0.001)
        yield RaceReady(job, ())
        yield Finished(job, None, 0.0)


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[JobQueue]:
    queue = JobQueue(LaneEngine)  # type: ignore[arg-type]
    yield queue
    queue.shut_down()


@pytest.fixture
def said(queue: JobQueue) -> list[JobEvent]:
    events: list[JobEvent] = []
    queue.job_event.connect(events.append)
    return events


def ends(events: list[JobEvent], job: JobId) -> list[type[JobEvent]]:
    return [type(event) for event in events if event.job == job and isinstance(event, TERMINAL)]


def test_a_race_is_one_job_and_loses_no_preview(qtbot: QtBot, queue: JobQueue, said: list[JobEvent]) -> None:
    job = queue.submit(PLAN)
    qtbot.waitUntil(lambda: not queue.unfinished(), timeout=20_000)
    assert said[0] == RaceQueued(job, PLAN)
    previews = [(e.event.step, e.lane) for e in said if isinstance(e, LaneEvent) and isinstance(e.event, PreviewReady)]
    assert previews == [(step, lane) for step in range(1, ROUNDS + 1) for lane in (0, 1)]
    assert ends(said, job) == [Finished]


def test_races_and_pictures_wait_in_one_line(qtbot: QtBot, queue: JobQueue, said: list[JobEvent]) -> None:
    jobs = [queue.submit(PLAN.lanes[0].recipe), queue.submit(PLAN), queue.submit(PLAN.lanes[1].recipe)]
    qtbot.waitUntil(lambda: not queue.unfinished(), timeout=20_000)
    assert [event.job for event in said if isinstance(event, TERMINAL)] == jobs


def test_a_running_race_is_cancelled(qtbot: QtBot, queue: JobQueue, said: list[JobEvent]) -> None:
    job = queue.submit(PLAN)
    qtbot.waitUntil(lambda: any(isinstance(event, LaneEvent) for event in said), timeout=20_000)
    queue.cancel(job)
    qtbot.waitUntil(lambda: not queue.unfinished(), timeout=20_000)
    assert ends(said, job) == [Cancelled]


def test_a_waiting_race_is_cancelled_before_it_begins(qtbot: QtBot, queue: JobQueue, said: list[JobEvent]) -> None:
    first, second = queue.submit(PLAN), queue.submit(PLAN)
    queue.cancel(second)
    assert ends(said, second) == [Cancelled]
    qtbot.waitUntil(lambda: not queue.unfinished(), timeout=20_000)
    assert ends(said, first) == [Finished]
    assert not [event for event in said if event.job == second and isinstance(event, LaneEvent)]


def test_whatever_is_raised_ends_the_race(
    qtbot: QtBot, queue: JobQueue, said: list[JobEvent], caplog: pytest.LogCaptureFixture
) -> None:
    job = queue.submit(race(PLAN.lanes[0].recipe, Axis("steps", (1, 2))))
    qtbot.waitUntil(lambda: not queue.unfinished(), timeout=20_000)
    assert ends(said, job) == [Failed]


def test_shutting_down_ends_a_race(qtbot: QtBot, queue: JobQueue, said: list[JobEvent]) -> None:
    job = queue.submit(PLAN)
    qtbot.waitUntil(lambda: any(isinstance(event, LaneEvent) for event in said), timeout=20_000)
    queue.shut_down()
    qtbot.waitUntil(lambda: not queue.unfinished(), timeout=20_000)
    assert ends(said, job) == [Cancelled]
