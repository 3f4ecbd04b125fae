"""Even spacing: frames placed so that the visible change from each to the next is the same.

Pictures along the track, made with all of its steps, measure the change: where a walk jumps depends on the steps. Each
segment gets frames in proportion to its change, and within it they are placed evenly along what was measured. Keys stay
frames.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.errors import InvalidField
from studio.generation.frames import recipe_at
from studio.generation.journey import Arrival
from studio.generation.one_picture import one_picture
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.recipe import Recipe
from studio.job.track import Track
from studio.job.walk import MEASURES, Change
from studio.sampling.easing import evenly

# Looks a segment: two for each of its frames, within these limits.
LOOKS_MINIMUM, LOOKS_MAXIMUM = 16, 64
# No stretch of a segment is wider before others are looked at twice.
COARSE = 1.0 / 8.0
# What changes within less is a jump, and no frames are placed inside.
NARROW = 1.0 / 4096.0
# A stretch is known well enough once it changes by less than this part of what a frame may.
FINE = 0.5
JUMP_ROUNDS = 16
# Places are rounded so that the same track is the same whatever the last bits of what was measured.
DIGITS = 6
NO_ENCODER = (
    "The text-image space is that of a model's image encoder, and no model's is used yet. Measure in pixels or in the "
    "latent: --even pixels or --even latent."
)

Told = Callable[[int, int], None]
Seen = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True)
class Spacing:
    """The track with even places, and what was measured of each of its segments."""

    track: Track
    parts: tuple[Change, ...]


def even_spacing(
    track: Track,
    services: Services,
    cancel: CancelToken,
    measure: str = "pixels",
    samples: int | None = None,
    told: Told = lambda done, of: None,
) -> Spacing:
    """Measure the track at up to `samples` places a segment, and place its frames evenly. Easings then do nothing.

    `told` hears how many pictures of how many are measured. Raises `CancelRequested`, `InvalidField` for a measure that
    the model does not have, and `StudioError` where a run fails.
    """
    working = spacing(track, services, cancel, measure, samples)
    while True:
        try:
            told(*next(working))
        except StopIteration as end:
            found: Spacing = end.value
            return found


def spacing(
    track: Track, services: Services, cancel: CancelToken, measure: str = "pixels", samples: int | None = None
) -> Generator[tuple[int, int], None, Spacing]:
    """What `even_spacing` does, told after each look by how many of how many are taken at most."""
    if measure not in MEASURES:
        raise InvalidField("even", NO_ENCODER if measure == "text-image" else _unknown(measure))
    segments = len(track.segments)
    wanted = min(max(2 * math.ceil(track.frames / segments), LOOKS_MINIMUM), LOOKS_MAXIMUM)
    looks = Looks(lambda place: _seen(recipe_at(track, place), services, cancel, measure), segments, track.frames)
    count = segments * (samples or wanted) + 1
    for done, _ in zip(range(1, count + 1), looks.taken(), strict=False):
        yield done, count
    parts = looks.parts()
    return Spacing(replace(track, places=even_places(track, parts)), parts)


class Looks:
    """What is seen along a track: at its keys, then evenly, then ever again where the change is largest."""

    def __init__(self, look: Callable[[float], Seen], segments: int, frames: int) -> None:
        self._look, self._segments, self._frames = look, segments, frames
        self._places: list[float] = []
        self._seen: list[Seen | None] = []
        self._changes: list[float] = []

    def taken(self) -> Iterator[float]:
        """Take looks, and tell the place of each, until every stretch is known well enough."""
        for key in range(self._segments + 1):
            self._insert(key, float(key))
            yield float(key)
        while (at := self._next()) is not None:
            place = (self._places[at] + self._places[at + 1]) / 2
            self._insert(at + 1, place)
            self._forget()
            yield place

    def parts(self) -> tuple[Change, ...]:
        """What was measured of each segment."""
        ends = [self._places.index(float(key)) for key in range(self._segments + 1)]
        return tuple(Change(tuple(self._places[a : b + 1]), tuple(self._changes[a:b])) for a, b in pairwise(ends))

    def _next(self) -> int | None:
        """The stretch to be looked into; None if there is none any more."""
        widths = [b - a for a, b in pairwise(self._places)]
        if max(widths) > COARSE:
            return widths.index(max(widths))
        rough = [change if self._is_rough(at) else 0.0 for at, change in enumerate(self._changes)]
        return rough.index(max(rough)) if any(rough) else None

    def _is_rough(self, at: int) -> bool:
        """Whether a stretch is to be looked into. One that is not stays so: what is measured in all only grows."""
        wide = self._places[at + 1] - self._places[at] > NARROW
        return wide and self._changes[at] * (self._frames - 1) > FINE * sum(self._changes)

    def _insert(self, at: int, place: float) -> None:
        new = self._look(place)
        beside = [seen for seen in (self._seen[at - 1 : at] + self._seen[at : at + 1]) if seen is not None]
        self._changes[max(at - 1, 0) : at] = [rms(seen, new) for seen in beside]
        self._places.insert(at, place)
        self._seen.insert(at, new)

    def _forget(self) -> None:
        """Pictures that are not compared any more would fill the memory."""
        if max(b - a for a, b in pairwise(self._places)) > COARSE:
            return
        last = len(self._places) - 1
        for at in range(last + 1):
            if not any(self._is_rough(side) for side in (at - 1, at) if 0 <= side < last):
                self._seen[at] = None


def even_places(track: Track, parts: Sequence[Change]) -> tuple[float, ...]:
    """The places of the track's frames, from what was measured of each segment."""
    ways = _jumps_as_steps(parts, track.frames - (not track.loop))
    counts = in_proportion([sum(way) for way in ways], track.frames - (not track.loop))
    found: list[float] = []
    for part, way, count in zip(parts, ways, counts, strict=True):
        found += evenly(part.places, way, count + 1)[:-1]
    places = found if track.loop else [*found, float(len(parts))]
    return tuple(round(place, DIGITS) for place in places)


def _jumps_as_steps(parts: Sequence[Change], steps: int) -> list[list[float]]:
    """The changes, those of a jump no larger than the change of a step: it is one, and the others share the rest."""
    ways = [list(part.changes) for part in parts]
    for _ in range(JUMP_ROUNDS):
        step = sum(map(sum, ways)) / steps
        for part, way in zip(parts, ways, strict=True):
            for at, (a, b) in enumerate(pairwise(part.places)):
                if b - a <= NARROW:
                    way[at] = min(part.changes[at], step)
    return ways


def in_proportion(weights: Sequence[float], total: int) -> tuple[int, ...]:
    """`total` in whole numbers of at least 1, so that the largest weight for each one is as small as can be."""
    counts = [1] * len(weights)
    for _ in range(total - len(weights)):
        counts[max(range(len(counts)), key=lambda number: (weights[number] / counts[number], -counts[number]))] += 1
    return tuple(counts)


def rms(a: Seen, b: Seen) -> float:
    """The root mean square of a difference. Whole numbers are colour values: 255 is 1."""
    apart = np.subtract(a, b, dtype=np.float32)
    return float(np.sqrt(np.mean(np.square(apart)))) / (255.0 if a.dtype == np.uint8 else 1.0)


def _seen(recipe: Recipe, services: Services, cancel: CancelToken, measure: str) -> Seen:
    """What is compared of the picture of a recipe."""
    last: list[Arrival] = []

    def arrived(arrival: Arrival) -> None:
        last[:] = [arrival]

    image = one_picture(recipe, services, cancel, arrived)
    if measure == "latent" and last:
        latent: NDArray[np.float32] = last[0].step.x0.float().cpu().numpy()
        return latent
    return image.pixels


def _unknown(measure: str) -> str:
    return f"Even '{measure[:40]}' is not known. Use one of: {', '.join(MEASURES)}."
