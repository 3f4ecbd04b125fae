"""The frames of a track or a sheet, run as one job: made one after another, handed out, and forgotten.

Each frame is a run of its own, one picture a network call, so a key's frame is bit for bit the picture made alone.
The prompts of the keys are encoded once: the model remembers them from frame to frame.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from studio.errors import StudioError
from studio.generation.journey import Journey
from studio.generation.run import failure, run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, Finished, ImageReady, JobEvent, JobId, ModelLoading, Started
from studio.job.recipe import Recipe
from studio.job.track import FrameEvent, FrameReady


def interpolate(
    job: JobId,
    recipes: Sequence[Recipe],
    services: Services,
    cancel: CancelToken,
    missing: Iterable[int] | None = None,
) -> Iterator[JobEvent]:
    """Make the frames with these numbers, counted from 0, or all. The last event is the only terminal one.

    What a frame tells comes as `FrameEvent`, its picture as `FrameReady`; whoever takes it saves it. The numbers in
    `Cancelled` are those of frames: so many of them are made. No frame's steps are recorded.
    """
    services = replace(services, save=None, trajectories=None)
    wanted = tuple(range(len(recipes)) if missing is None else missing)
    done = len(recipes) - len(wanted)
    began = time.perf_counter() - cancel.waited
    notices: dict[str, None] = {}
    for event in _checked(job, [recipes[number] for number in wanted], services):
        yield event
        if isinstance(event, Failed):
            return
    for number in wanted:
        for event in run(job, recipes[number], services, cancel):
            if isinstance(event, Started):
                notices.update(dict.fromkeys(event.notices))
            if isinstance(event, Failed):
                yield event
                return
            if isinstance(event, Cancelled):
                yield Cancelled(job, done, len(recipes))
                return
            if isinstance(event, ImageReady):
                yield FrameReady(job, number, len(recipes), event.generated)
            elif not isinstance(event, Finished):
                yield FrameEvent(job, number, event)
        done += 1
    seconds = time.perf_counter() - cancel.waited - began
    yield Finished(job, None, seconds, notices=tuple(notices))


def _checked(job: JobId, recipes: Iterable[Recipe], services: Services) -> Iterator[JobEvent]:
    """See that all codes are here and fit the model before a frame is made; tells `Failed` where they do not."""
    known: set[str] = set()
    try:
        for recipe in recipes:
            if recipe.codes <= known:
                continue
            if not services.models.is_loaded(recipe.model):
                yield ModelLoading(job, recipe.model)
            model = services.models.get(recipe.model)
            Journey(recipe, model, services.methods, None, {}, services.sources, services.codes)
            known |= recipe.codes
    except Exception as problem:
        yield failure(job, problem)


def error_of(event: Failed) -> StudioError:
    """What a failed run raises where no events are told: its sentence and its exit code."""
    problem = StudioError(event.sentence)
    problem.exit_code = event.exit_code
    return problem
