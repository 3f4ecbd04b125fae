"""The frames of a track or a sheet, run as one job: made in order, handed out, and forgotten.

A key's frame is a run of its own, so it is bit for bit the picture made alone. The frames between keys are made in
groups of as many as the model wants in a network call, which is one on the CPU. The prompts of the keys are encoded
once: the model remembers them from frame to frame.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from studio.errors import CancelRequested, StudioError
from studio.generation.group import Group
from studio.generation.grouping import Grouping, lies_between
from studio.generation.journey import Journey
from studio.generation.run import failure, run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, Finished, ImageReady, JobEvent, JobId, ModelLoading, Started
from studio.job.recipe import Recipe
from studio.job.track import FrameEvent, FrameReady
from studio.models.device import free_memory, is_out_of_memory
from studio.models.model import Model

_TOO_LITTLE_MEMORY = "There was too little memory for {count} frames together, so they were made one by one."


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
    for event in _checked(job, [recipes[number] for number in wanted], services):
        yield event
        if isinstance(event, Failed):
            return
    making = _Making(job, recipes, wanted, services, cancel)
    for number in wanted:
        for event in making.frame(number):
            if isinstance(event, Failed):
                yield event
                return
            if isinstance(event, Cancelled):
                yield Cancelled(job, done, len(recipes))
                return
            yield event
        done += 1
    seconds = time.perf_counter() - cancel.waited - began
    yield Finished(job, None, seconds, notices=tuple(making.notices))


class _Making:
    """Makes the frames that are `wanted`, asked for in this order: keys alone, the others as the model wants them.

    Of what is made together only latents are held, until the last of a group is handed out. Where the memory of a card
    does not suffice for that, the rest is made alone.
    """

    def __init__(
        self, job: JobId, recipes: Sequence[Recipe], wanted: Sequence[int], services: Services, cancel: CancelToken
    ) -> None:
        self._job, self._recipes, self._wanted = job, recipes, frozenset(wanted)
        self._services, self._cancel = services, cancel
        self._groups: list[Group] = []
        self._alone = False
        self.notices: dict[str, None] = {}

    def frame(self, number: int) -> Iterator[JobEvent]:
        """What a frame tells, and its picture; or `Failed` or `Cancelled`, of which the numbers say nothing."""
        end: JobEvent | None = None
        try:
            for event in self._made(number):
                if isinstance(event, FrameEvent) and isinstance(event.event, Started):
                    self.notices.update(dict.fromkeys(event.event.notices))
                yield event
        except CancelRequested:
            end = Cancelled(self._job, 0, 0)
        except Exception as problem:
            end = failure(self._job, problem)
        if isinstance(end, Failed):
            free_memory()  # not earlier: the traceback of the exception held the tensors of the group
        if end is not None:
            yield end

    def _made(self, number: int) -> Iterator[JobEvent]:
        group = yield from self._group(number)
        if group is None:
            yield from self._made_alone(number)
            return
        yield from group.frame(number)
        if number == group.last:
            self._groups.remove(group)

    def _made_alone(self, number: int) -> Iterator[JobEvent]:
        """The events of a run of its own, its end excepted where that is a picture."""
        for event in run(self._job, self._recipes[number], self._services, self._cancel):
            if isinstance(event, (Failed, Cancelled)):
                yield event
            elif isinstance(event, ImageReady):
                yield FrameReady(self._job, number, len(self._recipes), event.generated)
            elif not isinstance(event, Finished):
                yield FrameEvent(self._job, number, event)

    def _model(self, number: int) -> Generator[JobEvent, None, Model]:
        self._cancel.check()
        name = self._recipes[number].model
        if not self._services.models.is_loaded(name):
            yield FrameEvent(self._job, number, ModelLoading(self._job, name))
        return self._services.models.get(name)

    @cached_property
    def _grouping(self) -> Grouping:
        samplers = self._services.methods.samplers
        return Grouping(self._recipes, lambda recipe: samplers.get(recipe.sampling.sampler).info.per_image)

    def _group(self, number: int) -> Generator[JobEvent, None, Group | None]:
        """The group of a frame, walked to its end; None for a frame that is made alone."""
        for group in self._groups:
            if number in group.told:
                return group
        if self._alone or not lies_between(self._recipes[number]):
            return None
        model = yield from self._model(number)
        numbers = self._grouping.group_of(number, model.together) if model.together > 1 else ()
        if numbers:
            yield from self._walked(numbers, model)
        return self._groups[-1] if numbers and not self._alone else None

    def _walked(self, numbers: Sequence[int], model: Model) -> Iterator[JobEvent]:
        """Walk a group to its end and keep it, unless there is too little memory."""
        told = [number for number in numbers if number in self._wanted]
        frames = {number: self._recipes[number] for number in numbers}
        group = Group(self._job, frames, told, len(self._recipes), model, self._cancel)
        try:
            yield from group.walk(self._services)
        except Exception as problem:
            if not is_out_of_memory(problem):
                raise
            self._alone = True
        if self._alone:
            free_memory()
            self.notices[_TOO_LITTLE_MEMORY.format(count=model.together)] = None
        else:
            self._groups.append(group)


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
