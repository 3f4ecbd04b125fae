"""What is known of a race while it runs: the way of each lane, and what it shows at a level of noise. No Qt."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

from studio.image import Image
from studio.job.event import Cancelled, Failed, Finished, GeneratedImage, ImageReady, JobEvent, PreviewReady, StepDone
from studio.job.race import Lane, LaneEvent, LaneResult, LaneStep, Race, RaceReady

SAME_LEVEL = 1e-6
END = math.inf
"""The level after the last: the finished pictures."""


@dataclass(frozen=True)
class LaneLook:
    """What a lane shows: a picture if there is one, the step it belongs to (0 before the first), whether it is done."""

    image: Image | None
    step: int
    steps: int
    finished: bool = False


@dataclass
class LaneTrack:
    """One lane so far. `levels[k]` is the log-SNR at which the x0 of step `first_step` + k + 1 was expected.

    `distances` holds how far that x0 is from the first lane's. The steps up to `first_step` were not computed.
    """

    lane: Lane
    levels: list[float] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)
    previews: dict[int, Image] = field(default_factory=dict)
    generated: GeneratedImage | None = None
    path: Path | None = None
    sentence: str = ""
    ended: bool = False
    calls: int = 0
    seconds: float = 0.0
    first_step: int = 0

    @property
    def steps(self) -> int:
        return self.lane.recipe.sampling.steps

    def newest(self) -> LaneLook:
        """The finished picture, or the newest that is to be had."""
        if self.generated is not None:
            return LaneLook(self.generated.image, self.steps, self.steps, finished=True)
        shown = max(self.previews, default=0)
        return LaneLook(self.previews.get(shown), shown, self.steps)

    def at(self, level: float) -> LaneLook:
        """The picture at the level nearest to `level`; with `END` the newest."""
        if level == END or not self.levels:
            return self.newest()
        nearest = min(range(len(self.levels)), key=lambda k: abs(self.levels[k] - level))
        step = self.first_step + nearest + 1
        shown = min(self.previews, key=lambda other: abs(other - step), default=step)
        return LaneLook(self.previews.get(shown), shown, self.steps)


class RaceBoard:
    """Follows the events of one race."""

    def __init__(self, race: Race) -> None:
        self.race = race
        self.tracks = [LaneTrack(lane) for lane in race.lanes]
        self.results: tuple[LaneResult, ...] = ()
        self.done = 0
        self.ended = False
        self.cancelled = False
        self.sentence = ""

    @property
    def steps(self) -> int:
        """The steps of all lanes together."""
        return sum(track.steps for track in self.tracks)

    def follow(self, event: JobEvent) -> int | None:
        """Take in an event; the lane it was about, if it was about one."""
        if isinstance(event, LaneStep):
            self._step(self.tracks[event.lane], event)
            return event.lane
        if isinstance(event, LaneEvent):
            self._lane(self.tracks[event.lane], event.event)
            return event.lane
        if isinstance(event, RaceReady):
            self._ready(event.results)
        elif isinstance(event, (Finished, Cancelled, Failed)):
            self.ended = True
            self.cancelled = isinstance(event, Cancelled)
            self.sentence = event.sentence if isinstance(event, Failed) else ""
        return None

    def levels(self) -> list[float]:
        """Every level that some lane has a picture at, noise falling, and at last `END`."""
        found: list[float] = []
        for track in self.tracks:
            for level in track.levels:
                place = bisect_left(found, level)
                near = found[max(0, place - 1) : place + 1]
                if not any(abs(level - other) < SAME_LEVEL for other in near):
                    found.insert(place, level)
        return [*found, END] if found else []

    def _step(self, track: LaneTrack, event: LaneStep) -> None:
        if not track.levels:
            track.first_step = event.step - 1
        track.levels.append(event.log_snr)
        track.distances.append(event.distance)

    def _lane(self, track: LaneTrack, event: JobEvent) -> None:
        if isinstance(event, StepDone):
            self.done += 1
            track.seconds = event.seconds
        elif isinstance(event, PreviewReady):
            track.previews[event.step] = event.image
        elif isinstance(event, ImageReady):
            track.generated = event.generated
        elif isinstance(event, (Finished, Cancelled, Failed)):
            track.ended = True
            track.path = event.path if isinstance(event, Finished) else None
            track.sentence = event.sentence if isinstance(event, Failed) else ""

    def _ready(self, results: tuple[LaneResult, ...]) -> None:
        """The last word on distances and costs."""
        self.results = results
        for track, result in zip(self.tracks, results, strict=True):
            track.calls, track.seconds = result.calls, result.seconds
            track.levels = [level for level, _ in result.curve]
            track.distances = [distance for _, distance in result.curve]
