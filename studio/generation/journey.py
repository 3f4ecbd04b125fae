"""The way of one picture through its segments, from the newest state that is known to the last level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from studio.errors import InvalidField, RefusedFile
from studio.generation.code_start import CodeStart
from studio.generation.denoising import denoiser_of
from studio.generation.guidance import GuidedDenoiser
from studio.generation.inpainting.ground import Ground, ground_of
from studio.generation.reverse_process import Walk, moved, recast, walk
from studio.generation.segments import Segment, first_after, newest_record, segments
from studio.generation.services import Codes, Sources
from studio.image import Image
from studio.job.code import Between, FromCode, Inverting
from studio.job.inpaint import FromImage, Inpaint
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.noise import ImageNoise
from studio.sampling.registry import Methods
from studio.sampling.sampler import Memory, Step
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.packing import DAMAGED
from studio.trajectory.record import StepState, TrajectoryHeader
from studio.trajectory.store import TrajectoryStore

_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Arrival:
    """The state after step `number`, on the run's device; `kept()` makes the copy that is recorded.

    `level` is the one that the step started from; `calls` counts the network calls of the run so far.
    """

    number: int
    level: NoiseLevel
    step: Step
    calls: int
    guidance_memory: Memory | None
    noise: ImageNoise

    def kept(self) -> StepState:
        """What is kept of it, on the CPU."""
        step = self.step
        return StepState(
            step=self.number,
            x=_copy(step.x),
            x0=_copy(step.x0),
            noise_state=self.noise.state,
            memory=moved(step.memory, _CPU),
            guidance_memory=moved(self.guidance_memory, _CPU),
        )


class Beginning(NamedTuple):
    """The first state (1, C, h, w) on the model's device, and all that leads on from it; `noise` is the plan's."""

    x: Tensor
    plan: Walk
    denoiser: GuidedDenoiser
    noise: ImageNoise


class Journey:
    """Prepared once, then walked once. `shared` holds the states that need not be computed, oldest first.

    Raises `InvalidField` for a recipe that does not fit the model or its sampler.
    """

    def __init__(
        self,
        recipe: Recipe,
        model: Model,
        methods: Methods,
        store: TrajectoryStore | None,
        versions: dict[str, str],
        sources: Sources | None = None,
        codes: Codes | None = None,
    ) -> None:
        if isinstance(recipe.start, Inverting):
            raise InvalidField("start", "This is the way from a picture to its code. Invert the picture instead.")
        self._model, self._sources = model, sources
        self._methods = methods
        self._parts = segments(recipe, model.facts.schedule, methods)
        self.grid = self._parts[-1].grid
        self.header = TrajectoryHeader(
            recipe=recipe,
            levels=self.grid.levels,
            model_hash=model.facts.hash,
            device=str(model.device),
            dtype=str(model.dtype).removeprefix("torch."),
            versions=versions,
        )
        self._noise = ImageNoise(recipe.seed, model.latent_shape(recipe.width, recipe.height))
        self._grounds: dict[tuple[Inpaint | None, FromImage | None], Ground] = {}
        self._code = self._code_start(codes)
        self._begin, self.shared = self._known(store)
        self.notices = self._notices(store)

    @property
    def timesteps(self) -> tuple[float, ...]:
        """The timesteps of the n+1 levels."""
        return tuple(level.timestep for level in self.grid.levels)

    @property
    def first_step(self) -> int:
        """How many steps are known already."""
        return self.shared[-1].step if self.shared else 0

    def start(self) -> Tensor:
        """The state to begin with, on the model's device. Without a known state it is the noise of the first recipe."""
        if self.shared:
            return self.shared[-1].x.to(self._model.device, self._model.dtype)
        first = self._parts[0]
        self._noise = ImageNoise(first.recipe.seed, self._noise.shape)
        code = None if self._code is None else self._code.state().to(self._model.device, self._model.dtype)
        x = self._plan(first).start(self._ground(first.recipe).start, code)
        self.shared = [StepState(0, _copy(x), None, self._noise.state)]
        return x

    def begin(self, before_call: Callable[[], None]) -> Beginning:
        """What the host's loop needs for a run of one segment, where several are walked together."""
        x, first = self.start(), self._parts[0]
        return Beginning(x, self._plan(first), self._denoiser(first, before_call), self._noise)

    def walk(self, before_call: Callable[[], None]) -> Iterator[Arrival]:
        """Go on from `start()` to the end. `before_call` is called before every network call and may raise."""
        x = self.start()
        known = self.shared[-1]
        self._noise = ImageNoise(self._seed_in_use(), self._noise.shape)
        self._noise.state = known.noise_state
        device = self._model.device
        memory, guidance_memory = moved(known.memory, device), moved(known.guidance_memory, device)
        number = known.step
        before, calls = self._owner(number), 0
        for part in self._parts[self._begin :]:
            if part.first == number:
                memory, guidance_memory = _inherited(before, part, memory, guidance_memory)
                if part.reseeded:
                    self._noise = ImageNoise(part.recipe.seed, self._noise.shape)
            denoiser = self._denoiser(part, before_call)
            denoiser.memory = guidance_memory
            for step in walk(self._plan(part), denoiser, x, number, part.last, memory):
                x, memory, guidance_memory = step.x, step.memory, denoiser.memory
                level = part.grid.levels[number]
                number += 1
                yield Arrival(number, level, step, calls + denoiser.calls, guidance_memory, self._noise)
            before, calls = part, calls + denoiser.calls

    def finished(self, decoded: Image) -> Image:
        """The picture to keep, of the last state's picture: what a mask keeps comes from its source, bit for bit."""
        return self._ground(self._parts[-1].recipe).finish(decoded)

    def _seed_in_use(self) -> int:
        """The seed whose noise is drawn where the walk begins: that of the run, or of the last branch to draw anew."""
        anew = [part.recipe.seed for part in self._parts[: self._begin + 1] if part.reseeded]
        return anew[-1] if anew else self._parts[0].recipe.seed

    def _known(self, store: TrajectoryStore | None) -> tuple[int, list[StepState]]:
        """Where to begin: after the steps of the same run that was cut short, or those that are shared with another."""
        if store is None:
            return 0, []
        record = store.unfinished_of(self.header.id)
        if record is None or record.done == 0:
            record = newest_record(self._parts, store.find, self._model.facts.hash)
        if record is None:
            return 0, []
        shape = (1, *self._noise.shape)
        states = [_as_if_run_in(state, self._model.dtype) for state in record.until(self.grid.steps)]
        if any(tuple(state.x.shape) != shape for state in states):
            raise RefusedFile(DAMAGED)
        return first_after(self._parts, states[-1].step), states

    def _code_start(self, codes: Codes | None) -> CodeStart | None:
        """The codes that the first recipe starts from, found and checked, if it starts from any."""
        first = self._parts[0]
        start = first.recipe.start
        if not isinstance(start, (FromCode, Between)):
            return None
        if codes is None and first.recipe.codes:
            raise RefusedFile("The code that this starts from is not on this computer. Open its file first.")
        return CodeStart(start, first.grid.levels[0], self._model, self._noise.shape, codes)

    def _notices(self, store: TrajectoryStore | None) -> tuple[str, ...]:
        told = () if self._code is None else tuple(self._code.notices())
        if store is None or self.shared or len(self._parts) == 1 or self._parts[-1].first == 0:
            return told
        return (
            *told,
            "The steps before the branch are not kept, so they are computed again.",
        )

    def _owner(self, step: int) -> Segment:
        """The segment that walked to `step`, or the first one."""
        return next((part for part in reversed(self._parts) if part.first < step), self._parts[0])

    def _plan(self, part: Segment) -> Walk:
        sampler = self._methods.samplers.get(part.recipe.sampling.sampler)
        options = sampler.info.resolve(part.recipe.sampling.options)
        model, ground = self._model, self._ground(part.recipe)
        jump_length, repeats = ground.resampling
        return Walk(
            sampler,
            options,
            part.grid,
            model.facts.schedule,
            self._noise,
            model.device,
            model.dtype,
            constraint=ground.constraint(self._first_noise()),
            jump_length=jump_length,
            repeats=repeats,
        )

    def _ground(self, recipe: Recipe) -> Ground:
        """What a recipe is painted on, encoded once. Branches that change nothing about it share it."""
        key = (recipe.inpaint, recipe.start if isinstance(recipe.start, FromImage) else None)
        if key not in self._grounds:
            self._grounds[key] = ground_of(recipe, self._model, self._sources)
        return self._grounds[key]

    def _first_noise(self) -> Tensor:
        """What the run began with, in all of its branches: the first draw of its seed."""
        noise = ImageNoise(self._parts[0].recipe.seed, self._noise.shape)
        return noise.draw().to(self._model.device, self._model.dtype)

    def _denoiser(self, part: Segment, before_call: Callable[[], None]) -> GuidedDenoiser:
        network = self._ground(part.recipe).network(self._model)
        return denoiser_of(part.recipe, self._model, network, self._methods.guidance, before_call)


def _inherited(
    before: Segment, part: Segment, memory: Memory | None, guidance_memory: Memory | None
) -> tuple[Memory | None, Memory | None]:
    """What a branch may remember: the sampler's memory if the sampler stays, the guidance's if the rule stays."""
    old, new = before.recipe, part.recipe
    same_sampler = (old.sampling.sampler, old.sampling.options) == (new.sampling.sampler, new.sampling.options)
    same_rule = (old.guidance.rule, old.guidance.options) == (new.guidance.rule, new.guidance.options)
    return (memory if same_sampler else None), (guidance_memory if same_rule else None)


def _as_if_run_in(state: StepState, dtype: torch.dtype) -> StepState:
    """A state that was recorded in another precision, in this one: a network accepts no mixture."""
    if state.x.dtype == dtype:
        return state
    old = state.x.dtype
    return replace(
        state,
        x=state.x.to(dtype),
        x0=None if state.x0 is None else state.x0.to(dtype),
        memory=recast(state.memory, old, dtype),
        guidance_memory=recast(state.guidance_memory, old, dtype),
    )


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().to(_CPU, copy=True)
