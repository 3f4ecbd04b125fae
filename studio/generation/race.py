"""A race runs its lanes side by side, a step of each in turn, and measures how far apart they are."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from studio.generation.journey import Arrival
from studio.generation.run import run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import (
    Cancelled,
    Failed,
    Finished,
    GeneratedImage,
    ImageReady,
    JobEvent,
    JobId,
    ModelLoading,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.preview import PreviewSettings
from studio.job.race import Lane, LaneEvent, LaneResult, LaneStep, Race, RaceReady
from studio.sampling.schedule import NoiseLevel

# Noise and clean levels have no finite log(alpha²/sigma²); this is far beyond those of any trained schedule.
LOG_SNR_MAXIMUM = 18.0


class _LaneToken(CancelToken):
    """The race's token as one lane sees it: it waits while the others have their turn, so its clock stands still."""

    def __init__(self, shared: CancelToken) -> None:
        super().__init__()
        self._shared = shared
        self._left = time.perf_counter()

    @property
    def cancelled(self) -> bool:
        return self._shared.cancelled

    def check(self) -> None:
        before = self._shared.waited
        try:
            self._shared.check()
        finally:
            self.waited += self._shared.waited - before

    def enter(self) -> None:
        """The lane's turn begins."""
        self.waited += time.perf_counter() - self._left

    def leave(self) -> None:
        """The lane's turn ends."""
        self._left = time.perf_counter()


@dataclass
class _Runner:
    """A lane while it runs."""

    lane: Lane
    events: Iterator[JobEvent]
    preview: Callable[[], PreviewSettings]
    token: _LaneToken
    x0s: list[tuple[float, Tensor]] = field(default_factory=list)
    calls: int = 0
    seconds: float = 0.0
    generated: GeneratedImage | None = None
    sentence: str = ""
    trajectory: str = ""
    ended: JobEvent | None = None

    def arrived(self, arrival: Arrival) -> None:
        self.calls = arrival.calls
        self.x0s.append((_log_snr(arrival.level), _flat(arrival.step.x0)))

    def note(self, event: JobEvent) -> None:
        if isinstance(event, Started):
            self.trajectory = event.trajectory
        elif isinstance(event, ImageReady):
            self.generated = event.generated
        elif isinstance(event, Failed):
            self.sentence = event.sentence
        if isinstance(event, (Finished, Failed, Cancelled)):
            self.ended = event


def run_race(job: JobId, race: Race, services: Services, cancel: CancelToken) -> Iterator[JobEvent]:
    """Run all lanes; a lane that fails leaves the others alone. Ends with exactly one terminal event.

    The events of a lane come as `LaneEvent`, each step of it as `LaneStep` too; `RaceReady` comes before `Finished`.
    """
    runners = [_runner(job, lane, services, cancel) for lane in race.lanes]
    steps = sum(runner.lane.recipe.sampling.steps for runner in runners)
    done = 0
    while any(runner.ended is None for runner in runners):
        for number, runner in enumerate(runners):
            runner.token.enter()
            for event in _one_turn(runner):
                done += isinstance(event, StepDone)
                yield LaneEvent(job, number, event)
                if isinstance(event, StepDone):
                    yield _lane_step(job, number, event.step, runner, runners[0])
            runner.token.leave()
    if cancel.cancelled:
        yield Cancelled(job, done, steps)
        return
    if all(isinstance(runner.ended, Failed) for runner in runners):
        yield Failed(job, f"No lane came through. The first says: {runners[0].sentence}")
        return
    yield RaceReady(job, tuple(_result(runner, runners[0]) for runner in runners))
    yield Finished(job, None, sum(runner.seconds for runner in runners))


def _runner(job: JobId, lane: Lane, services: Services, cancel: CancelToken) -> _Runner:
    runner = _Runner(lane, iter(()), services.preview, _LaneToken(cancel))
    runner.events = run(job, lane.recipe, services, runner.token, arrived=runner.arrived)
    return runner


def _one_turn(runner: _Runner) -> Iterator[JobEvent]:
    """The events of a lane up to its next step and the preview of it, or to its end."""
    while runner.ended is None:
        began, waited = time.perf_counter(), runner.token.waited
        event = next(runner.events)
        # The model is loaded for all lanes and previews are for looking on: neither is the cost of a lane.
        if not isinstance(event, (ModelLoading, Started, PreviewReady)):
            runner.seconds += time.perf_counter() - began - (runner.token.waited - waited)
        runner.note(event)
        yield event
        if isinstance(event, StepDone) and not runner.preview().wanted(event.step, event.steps):
            return
        if isinstance(event, PreviewReady):
            return


def _lane_step(job: JobId, number: int, step: int, runner: _Runner, first: _Runner) -> LaneStep:
    log_snr, x0 = runner.x0s[-1]
    return LaneStep(job, number, step, log_snr, _distance(x0, _nearest(first, log_snr)))


def _result(runner: _Runner, first: _Runner) -> LaneResult:
    curve = tuple((log_snr, _distance(x0, _nearest(first, log_snr))) for log_snr, x0 in runner.x0s)
    return LaneResult(
        runner.lane, runner.generated, runner.sentence, runner.calls, curve, runner.trajectory, runner.seconds
    )


def _log_snr(level: NoiseLevel) -> float:
    if level.ratio <= 0:
        return LOG_SNR_MAXIMUM
    return min(max(-2.0 * math.log(level.ratio), -LOG_SNR_MAXIMUM), LOG_SNR_MAXIMUM)


def _nearest(runner: _Runner, log_snr: float) -> Tensor | None:
    """The x0 of the first lane at the level nearest to this one."""
    return min(runner.x0s, key=lambda known: abs(known[0] - log_snr), default=(0.0, None))[1]


def _distance(x0: Tensor, other: Tensor | None) -> float:
    if other is None or other.shape != x0.shape:
        return math.nan
    return float((x0 - other).square().mean().sqrt())


def _flat(x0: Tensor) -> Tensor:
    return x0.detach().to("cpu", torch.float32, copy=True)
