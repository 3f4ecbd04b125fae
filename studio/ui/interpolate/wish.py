"""What the frames of a track depend on, and the tracks whose even places are known by it."""

from __future__ import annotations

from dataclasses import replace

from studio.generation.frames import frames
from studio.job.code import FromSeed
from studio.job.recipe import Recipe
from studio.job.track import CORNERS, Segment, Track
from studio.ui.interpolate.track_plan import TrackPlan

Wish = tuple[TrackPlan, Recipe]
_USUAL = TrackPlan()


def wish_of(plan: TrackPlan, base: Recipe) -> Wish:
    """Equal wishes make equal frames. `base` says what all frames share."""
    return _without_the_rest(plan), _bare(base, plan)


def _without_the_rest(plan: TrackPlan) -> TrackPlan:
    """How fast it is played is not said, nor what the walk or the sheet alone has where the other one is made."""
    if plan.as_sheet:
        keys, method = plan.keys[:CORNERS], plan.method
        return TrackPlan(keys, method=method, as_sheet=True, rows=plan.rows, columns=plan.columns)
    segments = tuple(Segment(segment.frames) for segment in plan.used) if plan.even else plan.used
    measure = plan.measure if plan.even else _USUAL.measure
    return TrackPlan(plan.keys, segments, plan.method, plan.loop, plan.even, measure)


def _bare(base: Recipe, plan: TrackPlan) -> Recipe:
    """Without what each key says itself. The seed counts only where a frame that begins with a code draws with it."""
    sampling = base.sampling
    draws = sampling.sampler != "ddim" or sampling.options.get("eta", 0.0) != 0.0
    seeded = all(isinstance(key.end, FromSeed) for key in plan.keys)
    guidance = base.guidance.model_copy(update={"scale": 1.0})
    changes = {"prompt": "", "negative_prompt": "", "guidance": guidance}
    return base.model_copy(update=changes if draws and not seeded else {**changes, "seed": 0})


class EvenTracks:
    """The last track that was measured, and for which wish."""

    def __init__(self) -> None:
        self._wish: Wish | None = None
        self._track: Track | None = None

    def learn(self, wish: Wish, track: Track) -> None:
        """This is the track, with even places, that was wished for."""
        self._wish, self._track = wish, track

    def known(self, wish: Wish) -> Track | None:
        """The track with even places, None if it is not measured."""
        return self._track if self._wish == wish else None

    def recipes(self, plan: TrackPlan, base: Recipe) -> tuple[Recipe, ...] | None:
        """The recipes of all frames; None as long as they wait for being measured. Raises `InvalidField`."""
        if plan.as_sheet:
            return plan.sheet(base)
        if not plan.even:
            return frames(plan.track(base))
        track = self.known(wish_of(plan, base))
        return frames(replace(track, base=base)) if track is not None else None
