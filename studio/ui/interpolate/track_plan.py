"""The track as the window edits it: keys on frames, with what lies between. Plain data, each change a new plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

from pydantic import TypeAdapter, ValidationError

from studio.errors import InvalidField
from studio.generation.frames import sheet
from studio.job.code import FromCode, FromSeed, Method
from studio.job.recipe import Recipe
from studio.job.track import CORNERS, FRAMES_MAXIMUM, KEYS_MAXIMUM, Key, Segment, Track, shared_out

USUAL_FRAMES = 24
ROWS = COLUMNS = 5


@dataclass(frozen=True)
class TrackPlan:
    """`segments[k]` leads from key k to the next; the last one, back to the first, is used with `loop` alone.

    `even` asks for frames that change evenly, as measured in `measure`. With `as_sheet` the first four keys are the
    corners of a sheet of `rows` × `columns`.
    """

    keys: tuple[Key, ...] = ()
    segments: tuple[Segment, ...] = ()
    method: Method = "slerp"
    loop: bool = False
    even: bool = False
    measure: str = "pixels"
    fps: float = 12.0
    as_sheet: bool = False
    rows: int = ROWS
    columns: int = COLUMNS

    @property
    def used(self) -> tuple[Segment, ...]:
        """The segments that are walked."""
        return self.segments if self.loop else self.segments[:-1]

    @property
    def frames(self) -> int:
        """How many frames the walk has."""
        return sum(segment.frames for segment in self.used) + (not self.loop) if self.keys else 0

    @property
    def places(self) -> tuple[int, ...]:
        """The frame of each key, from 0."""
        return tuple(accumulate((s.frames for s in self.segments[:-1]), initial=0)) if self.keys else ()

    @property
    def ready(self) -> bool:
        """Whether there is a way to walk, or a sheet to fill."""
        return len(self.keys) >= (CORNERS if self.as_sheet else 2)

    def track(self, base: Recipe) -> Track:
        """The track. Raises `InvalidField` where it is none."""
        return Track(base, self.keys, self.used, self.method, self.loop)

    def sheet(self, base: Recipe) -> tuple[Recipe, ...]:
        """The recipes of the sheet, row by row. Raises `InvalidField`."""
        return sheet(base, self.keys[:CORNERS], self.rows, self.columns, self.method)

    def with_key(self, key: Key, frame: int | None = None) -> TrackPlan:
        """One more key: at a frame between two others, or without one behind the last."""
        if len(self.keys) >= KEYS_MAXIMUM:
            raise InvalidField("key", f"A track has at most {KEYS_MAXIMUM} keys.")
        frame = None if frame is None else max(0, frame)
        if frame is None or not self.keys or frame > self.places[-1]:
            gap = USUAL_FRAMES if frame is None or not self.keys else frame - self.places[-1]
            before = (*self.segments[:-1], replace(self.segments[-1], frames=gap)) if self.segments else ()
            closing = self.segments[-1].frames if self.segments else USUAL_FRAMES
            return replace(self, keys=(*self.keys, key), segments=(*before, Segment(closing)))
        number = next((n for n, place in enumerate(self.places) if place > frame), len(self.keys))
        if frame in self.places:
            return self.with_changed_key(self.places.index(frame), key)
        left = self.segments[number - 1]
        first = frame - self.places[number - 1]
        parts = (replace(left, frames=first), replace(left, frames=left.frames - first))
        segments = (*self.segments[: number - 1], *parts, *self.segments[number:])
        return replace(self, keys=(*self.keys[:number], key, *self.keys[number:]), segments=segments)

    def without_key(self, number: int) -> TrackPlan:
        """A key less; the segments beside it become one."""
        keys = self.keys[:number] + self.keys[number + 1 :]
        if number in (0, len(self.keys) - 1):
            segments = self.segments[1:] if number == 0 else (*self.segments[:-2], self.segments[-1])[-len(keys) :]
        else:
            joined = replace(
                self.segments[number - 1], frames=self.segments[number - 1].frames + self.segments[number].frames
            )
            segments = (*self.segments[: number - 1], joined, *self.segments[number + 1 :])
        return replace(self, keys=keys, segments=segments[: len(keys)])

    def with_changed_key(self, number: int, key: Key) -> TrackPlan:
        """Another key in the place of one."""
        return replace(self, keys=(*self.keys[:number], key, *self.keys[number + 1 :]))

    def with_moved_key(self, number: int, frame: int) -> TrackPlan:
        """A key on another frame, between its neighbours. The first one stays where it is."""
        if number == 0:
            return self
        low = self.places[number - 1] + 1
        most = FRAMES_MAXIMUM - (self.segments[-1].frames if self.loop else 1)
        high = self.places[number + 1] - 1 if number + 1 < len(self.keys) else most
        frame = min(max(frame, low), high)
        shift = frame - self.places[number]
        segments = list(self.segments)
        segments[number - 1] = replace(segments[number - 1], frames=segments[number - 1].frames + shift)
        if number + 1 < len(self.keys):
            segments[number] = replace(segments[number], frames=segments[number].frames - shift)
        return replace(self, segments=tuple(segments))

    def with_segment(self, number: int, **changes: Any) -> TrackPlan:
        """A segment with other frames or another easing."""
        segments = list(self.segments)
        segments[number] = replace(segments[number], **changes)
        return replace(self, segments=tuple(segments))

    def with_frames(self, frames: int) -> TrackPlan:
        """So many frames in all; the keys keep their shares of the way. Raises `InvalidField`."""
        if len(self.keys) < 2:
            return self
        counts = shared_out(frames, len(self.keys), loop=self.loop)
        counts = scaled([segment.frames for segment in self.used], sum(counts))
        spare = self.segments[len(counts) :]
        walked = tuple(replace(s, frames=count) for s, count in zip(self.segments, counts, strict=False))
        return replace(self, segments=(*walked, *spare))

    def with_loop(self, loop: bool) -> TrackPlan:
        """Back to the first key, or not. The way back begins as long as the others are on the average."""
        ways = [segment.frames for segment in self.segments[:-1]]
        if not loop or not ways:
            return replace(self, loop=loop)
        closing = replace(self.segments[-1], frames=max(1, round(sum(ways) / len(ways))))
        return replace(self, loop=loop, segments=(*self.segments[:-1], closing))

    def data(self) -> dict[str, Any]:
        """Plain data for the settings file."""
        found: dict[str, Any] = _PLAN.dump_python(self, mode="json")
        return found

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> TrackPlan:
        """The plan in `data`; an empty one for what is none."""
        try:
            plan = _PLAN.validate_python(dict(data))
        except ValidationError:
            return cls()
        return plan if len(plan.segments) == len(plan.keys) <= KEYS_MAXIMUM else cls()


def number_of_new(plan: TrackPlan, before: TrackPlan, frame: int | None = None) -> int:
    """Which key of a plan is the one that was put on the track `before`, perhaps at a frame."""
    if len(plan.keys) == len(before.keys):
        return plan.places.index(frame) if frame in plan.places else 0
    return next((number for number, place in enumerate(plan.places) if place not in before.places), 0)


def scaled(counts: Sequence[int], total: int) -> tuple[int, ...]:
    """Whole numbers of at least 1 that add up to `total`, as near to the same shares of it as can be."""
    ends = [round(total * end / sum(counts)) for end in accumulate(counts)]
    for number in range(len(ends)):
        ends[number] = max(ends[number], (ends[number - 1] if number else 0) + 1)
    ends[-1] = total
    for number in reversed(range(len(ends) - 1)):
        ends[number] = min(ends[number], ends[number + 1] - 1)
    return tuple(b - a for a, b in pairwise((0, *ends)))


_PLAN = TypeAdapter(TrackPlan)


def key_of(recipe: Recipe) -> Key | None:
    """A key that gives the picture of a recipe, or None if it starts from what is neither seed nor code."""
    start = recipe.start
    end: FromSeed | FromCode | None = None
    if isinstance(start, FromCode):
        end = start
    elif start.kind == "noise" and recipe.inpaint is None:
        end = FromSeed(seed=recipe.seed)
    return None if end is None else key_at(end, recipe)


def key_at(end: FromSeed | FromCode, recipe: Recipe) -> Key:
    """A key that starts at `end` with the words and the guidance of a recipe."""
    return Key(end, recipe.prompt, recipe.negative_prompt, recipe.guidance.scale, recipe.blend)
