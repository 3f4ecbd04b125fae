"""Races with the real starter model, a few steps a lane."""

from __future__ import annotations

import dataclasses
import math
import time
from pathlib import Path

import pytest

from studio import paths
from studio.export.metadata import pixel_hash
from studio.generation.race import run_race
from studio.generation.run import run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import TERMINAL, Cancelled, Failed, Finished, ImageReady, JobEvent, PreviewReady, StepDone
from studio.job.preview import PreviewSettings
from studio.job.race import Axis, LaneEvent, LaneResult, LaneStep, Race, RaceReady, race
from studio.job.recipe import Sampling, recipe
from studio.models.catalog import ModelCatalog
from studio.models.device import choose_placement
from studio.models.loader import ModelCache
from studio.sampling.registry import builtin_methods
from studio.trajectory.store import TrajectoryStore

BASE = recipe(prompt="red apple, 3d style", seed=7, sampling=Sampling(steps=3))


@pytest.fixture(scope="module")
def models() -> ModelCache:
    return ModelCache(ModelCatalog(paths.starter_model()), lambda: choose_placement("cpu"))


@pytest.fixture
def services(models: ModelCache, tmp_path: Path) -> Services:
    store = TrajectoryStore(tmp_path / "trajectories", lambda: tmp_path)
    return Services(models, builtin_methods(), lambda: PreviewSettings("off"), None, store)


def go(plan: Race, services: Services, cancel: CancelToken | None = None) -> list[JobEvent]:
    return list(run_race(1, plan, services, cancel or CancelToken()))


def results(events: list[JobEvent]) -> tuple[LaneResult, ...]:
    (ready,) = [event for event in events if isinstance(event, RaceReady)]
    return ready.results


def test_each_lane_is_the_picture_made_alone(services: Services) -> None:
    plan = race(BASE, Axis("sampler", ("ddim", "euler", "ddpm")))
    events = go(plan, services)
    for result in results(events):
        (alone,) = [e for e in run(2, result.lane.recipe, services, CancelToken()) if isinstance(e, ImageReady)]
        assert result.image is not None
        assert pixel_hash(result.image) == pixel_hash(alone.generated.image)
    assert [type(event) for event in events if isinstance(event, TERMINAL)] == [Finished]


def test_lanes_take_turns_and_each_ends_once(services: Services) -> None:
    events = go(race(BASE, Axis("sampler", ("ddim", "euler"))), services)
    steps = [e.lane for e in events if isinstance(e, LaneEvent) and isinstance(e.event, StepDone)]
    assert steps == [0, 1] * 3
    ends = [e.lane for e in events if isinstance(e, LaneEvent) and isinstance(e.event, TERMINAL)]
    assert sorted(ends) == [0, 1]


def test_the_cost_is_counted_in_network_calls(services: Services) -> None:
    plan = race(BASE, Axis("steps", (2, 4)), Axis("scale", (1.0, 5.0)))
    assert [result.calls for result in results(go(plan, services))] == [2, 4, 2, 4]


def test_distance_is_nothing_to_itself_and_something_to_another_seed(services: Services) -> None:
    first, other, same = results(go(race(BASE, Axis("seed", (7, 8, 7))), services))
    assert {distance for _, distance in first.curve} == {0.0}
    assert {distance for _, distance in same.curve} == {0.0}
    assert min(distance for _, distance in other.curve) > 0.1
    levels = [log_snr for log_snr, _ in other.curve]
    assert levels == sorted(levels)
    assert all(map(math.isfinite, levels))


def test_a_lane_that_fails_leaves_the_others(services: Services) -> None:
    events = go(race(BASE, Axis("steps", (3, 2000))), services)
    good, bad = results(events)
    assert good.image is not None
    assert bad.image is None
    assert "Steps 2000 is out of range" in bad.sentence


def test_a_race_in_which_all_fail_fails(services: Services) -> None:
    events = go(race(BASE, Axis("steps", (1500, 2000))), services)
    assert isinstance(events[-1], Failed)
    assert not [event for event in events if isinstance(event, RaceReady)]


def test_cancelling_ends_all_lanes_at_once(services: Services) -> None:
    cancel = CancelToken()
    events: list[JobEvent] = []
    for event in run_race(1, race(BASE, Axis("sampler", ("ddim", "euler", "ddpm"))), services, cancel):
        events.append(event)
        if isinstance(event, LaneEvent) and isinstance(event.event, StepDone):
            cancel.cancel()
    assert isinstance(events[-1], Cancelled)
    assert sum(isinstance(e.event, StepDone) for e in events if isinstance(e, LaneEvent)) == 1
    assert [type(event) for event in events if isinstance(event, TERMINAL)] == [Cancelled]


def test_each_step_is_measured_as_it_comes(services: Services) -> None:
    events = go(race(BASE, Axis("sampler", ("ddim", "ddpm"))), services)
    ready = results(events)
    for lane in (0, 1):
        measured = [(e.log_snr, e.distance) for e in events if isinstance(e, LaneStep) and e.lane == lane]
        assert measured == list(ready[lane].curve)
    assert ready[1].distance == ready[1].curve[-1][1]


def test_the_preview_of_a_step_comes_before_the_next_lane_moves(services: Services) -> None:
    seen = dataclasses.replace(services, preview=lambda: PreviewSettings("linear"))
    events = go(race(BASE, Axis("sampler", ("ddim", "euler"))), seen)
    kinds = (StepDone, PreviewReady)
    told = [(e.lane, type(e.event)) for e in events if isinstance(e, LaneEvent) and isinstance(e.event, kinds)]
    assert told == [(lane, kind) for _ in range(3) for lane in (0, 1) for kind in kinds]


def test_the_seconds_of_the_lanes_are_those_of_the_race(services: Services) -> None:
    events = go(race(BASE, Axis("steps", (2, 3))), services)
    first, second = results(events)
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.seconds == first.seconds + second.seconds
    assert min(first.seconds, second.seconds) > 0


def test_the_clock_of_a_lane_stands_still_while_others_have_their_turn(services: Services) -> None:
    events = []
    for event in run_race(1, race(BASE, Axis("sampler", ("ddim", "euler"))), services, CancelToken()):
        events.append(event)
        if isinstance(event, LaneEvent) and event.lane == 1 and isinstance(event.event, StepDone):
            time.sleep(0.5)
    (first, _) = results(events)
    assert first.generated is not None
    # Three sleeps of the other lane lie within this one's life; only a stopped clock can be below them.
    assert first.generated.seconds < 1.5 + first.seconds
