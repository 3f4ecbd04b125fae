"""Even spacing: frames placed so that the visible change from each to the next is the same.

A coarse walk with few steps measures the change along the track; each segment then gets frames in proportion to its
change, and within it they are placed evenly along what was measured. Keys stay frames.
"""

from __future__ import annotations

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

COARSE_STEPS = 8
SAMPLES = 16
# Places are rounded so that the same track is the same whatever the last bits of what was measured.
DIGITS = 6
NO_ENCODER = (
    "The text-image space is that of a model's image encoder, and no model's is used yet. Measure in pixels or in the "
    "latent: --even pixels or --even latent."
)

Told = Callable[[int, int], None]
Pixels = NDArray[np.float32]


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
    samples: int = SAMPLES,
    told: Told = lambda done, of: None,
) -> Spacing:
    """Measure the track at `samples` places a segment, and place its frames evenly. The easings then do nothing.

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
    track: Track, services: Services, cancel: CancelToken, measure: str = "pixels", samples: int = SAMPLES
) -> Generator[tuple[int, int], None, Spacing]:
    """What `even_spacing` does, told after each look by how many of how many are taken."""
    if measure not in MEASURES:
        raise InvalidField("even", NO_ENCODER if measure == "text-image" else _unknown(measure))
    walk, done = _coarse(track), 0
    count = len(track.segments) * (samples + 1)
    parts = []
    for number in range(len(track.segments)):
        looking = measured(lambda place: _seen(recipe_at(walk, place), services, cancel, measure), number, samples)
        while not isinstance(found := next(looking), Change):
            done += 1
            yield done, count
        parts.append(found)
    return Spacing(replace(track, places=even_places(track, parts)), tuple(parts))


def measured(look: Callable[[float], Pixels], segment: int, samples: int) -> Iterator[float | Change]:
    """Look at a segment at both ends and in the middle of it; then ever again where the change is largest.

    What changes at once in one place is so found with few looks. Tells each place after its look, and last the change.
    """
    places = [float(segment), float(segment + 1)]
    seen = []
    for place in places:
        seen.append(look(place))
        yield place
    changes = [rms(*seen)]
    for number in range(1, samples):
        # Until half of the looks are spent the widest stretch comes first, so that nothing is overlooked.
        widths = [b - a for a, b in pairwise(places)]
        wanted = widths if number < samples // 2 else changes
        at = max(range(len(changes)), key=lambda place: wanted[place])
        place = (places[at] + places[at + 1]) / 2
        new = look(place)
        yield place
        changes[at : at + 1] = [rms(seen[at], new), rms(new, seen[at + 1])]
        places.insert(at + 1, place)
        seen.insert(at + 1, new)
    yield Change(tuple(places), tuple(changes))


def _coarse(track: Track) -> Track:
    """The track with few steps a picture; an explicit list of timesteps stays as it is."""
    sampling = track.base.sampling
    if sampling.timesteps is None:
        sampling = sampling.model_copy(update={"steps": min(COARSE_STEPS, sampling.steps)})
    return replace(track, base=track.base.model_copy(update={"sampling": sampling}), places=None)


def even_places(track: Track, parts: Sequence[Change]) -> tuple[float, ...]:
    """The places of the track's frames, from what was measured of each segment."""
    counts = in_proportion([sum(part.changes) for part in parts], track.frames - (not track.loop))
    found: list[float] = []
    for part, count in zip(parts, counts, strict=True):
        found += evenly(part.places, part.changes, count + 1)[:-1]
    places = found if track.loop else [*found, float(len(parts))]
    return tuple(round(place, DIGITS) for place in places)


def in_proportion(weights: Sequence[float], total: int) -> tuple[int, ...]:
    """`total` in whole numbers of at least 1, so that the largest weight for each one is as small as can be."""
    counts = [1] * len(weights)
    for _ in range(total - len(weights)):
        counts[max(range(len(counts)), key=lambda number: (weights[number] / counts[number], -counts[number]))] += 1
    return tuple(counts)


def rms(a: Pixels, b: Pixels) -> float:
    """The root mean square of a difference."""
    return float(np.sqrt(np.mean(np.square(a - b))))


def _seen(recipe: Recipe, services: Services, cancel: CancelToken, measure: str) -> Pixels:
    """What is compared of the picture of a recipe."""
    last: list[Arrival] = []

    def arrived(arrival: Arrival) -> None:
        last[:] = [arrival]

    image = one_picture(recipe, services, cancel, arrived)
    if measure == "latent" and last:
        latent: Pixels = last[0].step.x0.float().cpu().numpy()
        return latent
    return image.pixels.astype(np.float32) / 255.0


def _unknown(measure: str) -> str:
    return f"Even '{measure[:40]}' is not known. Use one of: {', '.join(MEASURES)}."
