"""The frames of a track as a job, and the measuring of how much they change. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.job.event import JobEvent
from studio.job.recipe import Recipe
from studio.job.track import Track

MEASURES = ("pixels", "latent")
"""Where the change along a track can be measured."""


@dataclass(frozen=True)
class Walk:
    """The pictures of `recipes`, made in this order as one job, each told as `FrameReady`.

    With a `title` they are kept: each as a PNG with its own recipe, in a folder of that name among the pictures. The
    same walk again goes on with what is there. Without a title they are only shown.
    """

    recipes: tuple[Recipe, ...]
    title: str = ""


@dataclass(frozen=True)
class Measuring:
    """Measure how much the picture changes along a track, and place its frames so that it changes evenly.

    `measure` is one of `MEASURES`; up to `samples` looks are taken in each segment, None for as
    many as its frames need.
    """

    track: Track
    measure: str = "pixels"
    samples: int | None = None


@dataclass(frozen=True)
class MeasuringQueued(JobEvent):
    """A measuring was accepted as a job: what `Queued` is for a picture."""

    measuring: Measuring


@dataclass(frozen=True)
class WalkBegun(JobEvent):
    """The frames with the numbers `missing`, from 0, are made now. The others are in `folder` already.

    `folder` is None where frames are not kept.
    """

    missing: tuple[int, ...]
    folder: Path | None = None


@dataclass(frozen=True)
class LookDone(JobEvent):
    """Look `step` of a measuring is taken, of `steps` looks at most."""

    step: int
    steps: int


@dataclass(frozen=True)
class Change:
    """The change between neighbouring `places` of a track, one less than these.

    Root mean squares, of colour values from 0 to 1 or over the latent.
    """

    places: tuple[float, ...]
    changes: tuple[float, ...]


@dataclass(frozen=True)
class Spaced(JobEvent):
    """The track with its frames placed evenly, and what was measured of each of its segments."""

    track: Track
    parts: tuple[Change, ...]
