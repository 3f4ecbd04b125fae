"""Frames of a walk made together: a network call holds one state of each, guidance and noise are each one's own.

Graphics cards round differently for other shapes of a call, so a group always fills the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from studio.generation.guidance import GuidedDenoiser
from studio.generation.journey import Journey
from studio.generation.notices import notices
from studio.generation.reverse_process import walk
from studio.generation.services import Services
from studio.generation.telling import Clock, Teller
from studio.generation.text_to_image import decoded, generated_image, started
from studio.job.cancel import CancelToken
from studio.job.event import Decoding, JobEvent, JobId, StepDone
from studio.job.recipe import Recipe
from studio.job.track import FrameEvent, FrameReady
from studio.models.model import Model
from studio.sampling.denoiser import Prediction
from studio.sampling.noise import BatchNoise
from studio.sampling.sampler import Step
from studio.sampling.schedule import NoiseLevel


class GroupDenoiser:
    """The denoisers of n pictures as one, with the unconditional half of a network call first.

    They agree on where guidance acts and by which rule. Each asks it for itself, with its own scale and memory, so a
    rule sees one picture as ever.
    """

    def __init__(self, each: Sequence[GuidedDenoiser]) -> None:
        self._each = each
        self._conditional = torch.cat([one.conditional for one in each])
        self._both = torch.cat([*(one.unconditional for one in each), self._conditional])

    def begin_step(self) -> None:
        """A new step begins, for each."""
        for one in self._each:
            one.begin_step()

    def forget(self) -> None:
        """What the rule remembers belongs to another place of the process, for each."""
        for one in self._each:
            one.forget()

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        """The predictions for states (n, C, h, w)."""
        first, n = self._each[0], len(self._each)
        if first.scale_at(level) != 1.0:
            pairs = _rows(first.predict(torch.cat([x, x]), level, self._both))
            uncond, cond = pairs[:n], pairs[n:]
        else:
            uncond = cond = _rows(first.predict(x, level, self._conditional))
        wordless = self._wordless(x, level)
        guided = [
            one.guided(x[row : row + 1], level, uncond[row], cond[row], partial(wordless, row))
            for row, one in enumerate(self._each)
        ]
        return _joined(guided)

    def _wordless(self, x: Tensor, level: NoiseLevel) -> Callable[[int], Prediction]:
        """The prediction of no words for one of them: one network call for all, made when the first asks."""
        known: list[Prediction] = []

        def of(row: int) -> Prediction:
            if not known:
                no_words = torch.cat([one.no_words() for one in self._each])
                known.extend(_rows(self._each[0].predict(x, level, no_words)))
            return known[row]

        return of


class Group:
    """So many frames, walked in one and decoded one by one, each when it is asked for.

    `frames` are the recipes of the group by their numbers, `told` those of them that are wanted: the others are made
    as well, so that these find the same neighbours. A call holds `model.together` pictures, the last frame as often as
    it takes. `count` is the number of frames of the walk.
    """

    def __init__(
        self,
        job: JobId,
        frames: Mapping[int, Recipe],
        told: Sequence[int],
        count: int,
        model: Model,
        cancel: CancelToken,
    ) -> None:
        self._job, self._frames, self.told, self._count = job, frames, told, count
        self._model, self._cancel = model, cancel
        self._rows = {number: row for row, number in enumerate(frames)}
        self._journeys: list[Journey] = []
        self._latents: Tensor | None = None
        self._share = 0.0

    @property
    def last(self) -> int:
        """The last frame that is handed out: nothing of the group is needed after it."""
        return max(self.told)

    def walk(self, services: Services) -> Iterator[FrameEvent]:
        """Walk all to the end. Each frame tells its steps, the first shows previews. What goes wrong is raised."""
        clock = Clock(self._cancel)
        self._journeys = [self._journey(recipe, services) for recipe in self._filled()]
        for number in self.told:
            journey, recipe = self._journeys[self._rows[number]], self._frames[number]
            yield FrameEvent(self._job, number, started(self._job, journey, "", notices(recipe, self._model)))
        timesteps = self._journeys[0].timesteps
        teller = Teller(self._job, self._model, services.preview, timesteps, self._cancel, clock)
        row = self._rows[self.told[0]]
        for number, step in enumerate(self._steps(), start=1):
            self._latents = step.x
            for event in teller.tell(number, Step(step.x[row : row + 1], step.x0[row : row + 1])):
                yield from self._spread(event)
        self._share = clock.seconds() / len(self._journeys)

    def frame(self, number: int) -> Iterator[JobEvent]:
        """Decode a frame of those that are walked, and hand it out."""
        assert self._latents is not None
        row, clock = self._rows[number], Clock(self._cancel)
        self._cancel.check()
        yield FrameEvent(self._job, number, Decoding(self._job))
        image = self._journeys[row].finished(decoded(self._model, self._latents[row : row + 1]))
        seconds = self._share + clock.seconds()
        made = generated_image(self._frames[number], self._model, image, seconds, len(self._journeys))
        self._cancel.check()
        yield FrameReady(self._job, number, self._count, made)

    def _filled(self) -> list[Recipe]:
        recipes = [*self._frames.values()]
        return recipes + recipes[-1:] * (self._model.together - len(recipes))

    def _journey(self, recipe: Recipe, services: Services) -> Journey:
        return Journey(recipe, self._model, services.methods, None, {}, services.sources, services.codes)

    def _steps(self) -> Iterator[Step]:
        begun = [journey.begin(self._cancel.check) for journey in self._journeys]
        plan = replace(begun[0].plan, noise=BatchNoise([one.noise for one in begun]))
        denoiser = GroupDenoiser([one.denoiser for one in begun])
        return walk(plan, denoiser, torch.cat([one.x for one in begun]), 0, plan.grid.steps)

    def _spread(self, event: JobEvent) -> Iterator[FrameEvent]:
        """A step is one of every frame, a preview shows the first of them."""
        for number in self.told if isinstance(event, StepDone) else self.told[:1]:
            yield FrameEvent(self._job, number, event)


def _rows(pair: Prediction) -> list[Prediction]:
    """The predictions for each of n pictures, (1, C, h, w)."""
    rows = [slice(row, row + 1) for row in range(len(pair.x0))]
    return [
        Prediction(pair.x0[row], pair.eps[row], None if pair.variance is None else pair.variance[row]) for row in rows
    ]


def _joined(pairs: Sequence[Prediction]) -> Prediction:
    """The prediction for n pictures, (n, C, h, w), of those for each."""
    variances = [pair.variance for pair in pairs if pair.variance is not None]
    return Prediction(
        torch.cat([pair.x0 for pair in pairs]),
        torch.cat([pair.eps for pair in pairs]),
        torch.cat(variances) if len(variances) == len(pairs) else None,
    )
