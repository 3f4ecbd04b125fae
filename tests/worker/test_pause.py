"""Pause: after the step that works, with everything on the disk, while views are served; the job still ends once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.job.event import Cancelled, Finished, JobId, Paused, PreviewReady, Resumed, StepDone
from studio.job.race import Axis, race
from studio.job.recipe import recipe
from studio.job.recording import RecordAgain
from studio.job.view import ViewRequest
from tests.worker.desk_engine import STEPS, A, Desk


def paused(qtbot: QtBot, desk: Desk, count: int = 1) -> Paused:
    qtbot.waitUntil(lambda: len(desk.of(Paused)) == count, timeout=10_000)
    return desk.of(Paused)[-1]


def pause_at_once(desk: Desk, job: JobId) -> None:
    """Pause `job`, which was submitted just now: it cannot end before, because its first step waits for that."""
    desk.queue.pause(job)
    desk.step_freely()


def over(qtbot: QtBot, desk: Desk) -> None:
    qtbot.waitUntil(lambda: not desk.queue.unfinished(), timeout=20_000)
    qtbot.wait(20)


def steps(desk: Desk) -> list[int]:
    return [event.step for event in desk.of(StepDone)]


def test_a_run_waits_after_its_step_and_goes_on(qtbot: QtBot, desk: Desk) -> None:
    desk.hold_after(3)
    job = desk.queue.submit(recipe())
    qtbot.waitUntil(lambda: len(steps(desk)) == 3)
    pause_at_once(desk, job)
    told = paused(qtbot, desk)
    assert (told.job, told.steps, told.step) == (job, STEPS, steps(desk)[-1])
    calls = desk.engine.calls
    assert calls == 2 * told.step  # not in the middle of one
    qtbot.wait(50)
    assert desk.engine.calls == calls
    assert desk.engine.syncs == 1
    assert isinstance(desk.events[-1], Paused)
    desk.queue.go_on(job)
    over(qtbot, desk)
    assert steps(desk) == list(range(1, STEPS + 1))
    assert desk.ends(job) == [Finished]
    kinds = [type(event) for event in desk.events]
    assert kinds.index(Resumed) == kinds.index(Paused) + 1


def test_the_time_of_a_pause_is_not_the_time_of_the_run(qtbot: QtBot, desk: Desk) -> None:
    desk.hold_after(0)
    job = desk.queue.submit(recipe())
    pause_at_once(desk, job)
    paused(qtbot, desk)
    qtbot.wait(100)
    desk.queue.go_on(job)
    over(qtbot, desk)
    assert desk.of(Finished)[0].seconds >= 0.1  # the engine tells what it waited


def test_the_preview_of_the_step_comes_before_the_pause(qtbot: QtBot, desk: Desk) -> None:
    previews: list[PreviewReady] = []
    desk.queue.preview.connect(previews.append)
    desk.hold_after(2)
    job = desk.queue.submit(recipe())
    qtbot.waitUntil(lambda: len(steps(desk)) == 2)
    pause_at_once(desk, job)
    told = paused(qtbot, desk)
    qtbot.waitUntil(lambda: bool(previews) and previews[-1].step == told.step)


def test_a_pause_before_the_first_step(qtbot: QtBot, desk: Desk) -> None:
    desk.hold_after(0)
    first, job = desk.queue.submit(recipe()), desk.queue.submit(recipe())
    pause_at_once(desk, job)
    assert paused(qtbot, desk).step == 0
    assert desk.engine.calls == 2 * STEPS  # those of the first
    desk.queue.go_on(job)
    over(qtbot, desk)
    assert (desk.ends(first), desk.ends(job)) == ([Finished], [Finished])


def test_a_wish_that_is_taken_back_changes_nothing(qtbot: QtBot, desk: Desk) -> None:
    desk.hold_after(0)
    waiting = [desk.queue.submit(recipe()) for _ in range(2)]
    desk.queue.pause(waiting[1])
    desk.queue.go_on(waiting[1])
    desk.step_freely()
    over(qtbot, desk)
    assert not desk.of(Paused)
    assert not desk.of(Resumed)


def test_cancel_in_a_pause_ends_the_job_at_once_and_once(qtbot: QtBot, desk: Desk) -> None:
    desk.hold_after(0)
    job = desk.queue.submit(recipe())
    pause_at_once(desk, job)
    paused(qtbot, desk)
    calls = desk.engine.calls
    desk.queue.cancel(job)
    over(qtbot, desk)
    assert desk.ends(job) == [Cancelled]
    assert not desk.of(Resumed)
    assert desk.engine.calls == calls


def test_the_next_job_waits_for_the_paused_one(qtbot: QtBot, desk: Desk) -> None:
    desk.hold_after(0)
    first, second = desk.queue.submit(recipe()), desk.queue.submit(recipe())
    pause_at_once(desk, first)
    paused(qtbot, desk)
    qtbot.wait(30)
    assert desk.ends(second) == []
    desk.queue.cancel(first)
    over(qtbot, desk)
    assert (desk.ends(first), desk.ends(second)) == ([Cancelled], [Finished])


def test_views_are_served_while_it_waits(qtbot: QtBot, desk: Desk) -> None:
    desk.hold_after(0)
    job = desk.queue.submit(recipe())
    pause_at_once(desk, job)
    paused(qtbot, desk)
    for step in range(1, 6):
        desk.queue.request_view(ViewRequest(A, step))
        qtbot.waitUntil(lambda step=step: step in desk.seen())
    desk.queue.prefetch_views([ViewRequest(A, step) for step in (7, 8)])
    qtbot.waitUntil(lambda: {7, 8} <= set(desk.seen()))
    assert desk.ends(job) == []


def test_shutting_down_in_a_pause(qtbot: QtBot) -> None:
    desk = Desk()
    desk.hold_after(0)
    job = desk.queue.submit(recipe())
    pause_at_once(desk, job)
    paused(qtbot, desk)
    desk.queue.shut_down()
    qtbot.wait(20)
    assert desk.ends(job) == [Cancelled]


@pytest.mark.parametrize("kind", ["race", "record"])
def test_races_and_records_can_be_paused_too(qtbot: QtBot, desk: Desk, kind: str) -> None:
    desk.hold_after(0)
    if kind == "race":
        job = desk.queue.submit(race(recipe(), Axis("seed", (1, 2))))
    else:
        job = desk.queue.submit(RecordAgain(Path("a.png"), recipe()))
        assert desk.events[0].again == Path("a.png")
    pause_at_once(desk, job)
    paused(qtbot, desk)
    desk.queue.go_on(job)
    over(qtbot, desk)
    assert desk.ends(job) == [Finished]


def test_pauses_at_random_moments(qtbot: QtBot, desk: Desk) -> None:
    chance = random.Random(8)
    for _ in range(12):
        job = desk.queue.submit(recipe())
        for _ in range(4):
            qtbot.wait(chance.randrange(8))
            chance.choice([desk.queue.pause, desk.queue.go_on])(job)
            desk.queue.request_view(ViewRequest(A, chance.randrange(20)))
        last = chance.choice([desk.queue.go_on, desk.queue.cancel])
        last(job)
        over(qtbot, desk)
        assert len(desk.ends(job)) == 1
    said = [type(event) for event in desk.events if isinstance(event, (Paused, Resumed))]
    assert said.count(Resumed) <= said.count(Paused)


def test_unknown_jobs_are_ignored(desk: Desk) -> None:
    desk.queue.pause(99)
    desk.queue.go_on(99)
    desk.queue.cancel(99)
