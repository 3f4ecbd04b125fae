"""A track: two or more keys, and the frames that lead from each to the next, run as one job.

A key is a start with its own prompts and guidance; its frame is the picture that it would give alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from studio.errors import InvalidField
from studio.job.code import Blend, FromCode, FromSeed, Method
from studio.job.event import GeneratedImage, JobEvent
from studio.job.recipe import Recipe

KEYS_MAXIMUM = 100
FRAMES_MAXIMUM = 10_000
CORNERS = 4
SHEET_SIDE_MAXIMUM = 50


@dataclass(frozen=True)
class Key:
    """Where a walk begins, passes by or ends. `scale` is the guidance scale there.

    With a `blend` its words are those, weighted, as in a recipe; `prompt` is then what it is called.
    """

    end: FromSeed | FromCode
    prompt: str = ""
    negative_prompt: str = ""
    scale: float = 5.0
    blend: Blend = ()


@dataclass(frozen=True)
class Segment:
    """From one key to the next: `frames` of them, with the first key's and without the second's.

    `easing` is a name of `studio.sampling.easing`.
    """

    frames: int
    easing: str = "linear"


@dataclass(frozen=True)
class Track:
    """The keys and what lies between them. `base` says all that the keys do not: sampling, size, model, and the seed
    that frames from a code draw with.

    There is a segment from each key to the next; with `loop` also one from the last key to the first, whose frame is
    not repeated. `places` puts the frames elsewhere than the easings do: 1.5 is half-way from key 1 to key 2, counted
    from 0; they rise, one for each frame. Raises `InvalidField`.
    """

    base: Recipe
    keys: tuple[Key, ...]
    segments: tuple[Segment, ...]
    method: Method = "slerp"
    loop: bool = False
    places: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if not 2 <= len(self.keys) <= KEYS_MAXIMUM:
            raise InvalidField("key", f"A track has 2 to {KEYS_MAXIMUM} keys, not {len(self.keys)}.")
        if len(self.segments) != segment_count(len(self.keys), loop=self.loop):
            raise InvalidField("frames", "A track has one segment from each key to the next.")
        if any(segment.frames < 1 for segment in self.segments) or self.frames > FRAMES_MAXIMUM:
            raise InvalidField("frames", f"A segment has at least one frame, a track at most {FRAMES_MAXIMUM:,}.")
        if self.places is not None:
            self._check_places(self.places)

    @property
    def frames(self) -> int:
        """How many frames the whole track has."""
        return sum(segment.frames for segment in self.segments) + (not self.loop)

    def _check_places(self, places: tuple[float, ...]) -> None:
        rising = all(a <= b for a, b in pairwise(places))
        inside = all(0.0 <= place <= len(self.segments) for place in places)
        if len(places) != self.frames or not rising or not inside:
            raise InvalidField("places", f"Give {self.frames} places that rise from 0 to {len(self.segments)}.")


def segment_count(keys: int, *, loop: bool) -> int:
    """How many segments so many keys have."""
    return keys if loop else keys - 1


def shared_out(frames: int, keys: int, *, loop: bool = False) -> tuple[int, ...]:
    """The frames of each segment when the whole track has `frames`, as even as can be, the longer ones first.

    Raises `InvalidField` if there are fewer frames than keys, or too many.
    """
    if not keys <= frames <= FRAMES_MAXIMUM:
        raise InvalidField(
            "frames", f"Frames {frames} is out of range. With {keys} keys use {keys} to {FRAMES_MAXIMUM:,}."
        )
    count = segment_count(keys, loop=loop)
    each, more = divmod(frames - (not loop), count)
    return tuple(each + (number < more) for number in range(count))


@dataclass(frozen=True)
class FramesQueued(JobEvent):
    """The frames of a track or a sheet were accepted as one job: what `Queued` is for a picture."""

    recipes: Sequence[Recipe]


@dataclass(frozen=True)
class FrameEvent(JobEvent):
    """What one frame tells while it is made, its picture and its end excepted; `frame` counts from 0."""

    frame: int
    event: JobEvent


@dataclass(frozen=True)
class FrameReady(JobEvent):
    """Frame `frame`, counted from 0, of `frames` is made. It is handed out here and kept by nobody else."""

    frame: int
    frames: int
    generated: GeneratedImage
