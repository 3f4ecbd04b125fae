"""Text to image: a recipe becomes a picture, with every step told."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Protocol

from torch import Tensor

from studio import __version__
from studio.generation.guidance import GuidedDenoiser
from studio.generation.reverse_process import Walk, walk
from studio.job.cancel import CancelToken
from studio.job.event import (
    Decoding,
    Finished,
    GeneratedImage,
    ImageReady,
    JobEvent,
    JobId,
    ModelLoading,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.grid import timestep_grid
from studio.sampling.noise import ImageNoise
from studio.sampling.registry import SamplerRegistry
from studio.sampling.sampler import Step


class ModelSource(Protocol):
    """Where loaded models come from; keeps the last one."""

    def is_loaded(self, name: str) -> bool: ...

    def get(self, name: str) -> Model: ...


@dataclass(frozen=True)
class Services:
    """What a run needs from outside. `save` writes a finished picture and tells where; None keeps it in memory only."""

    models: ModelSource
    samplers: SamplerRegistry
    preview: Callable[[], PreviewSettings]
    save: Callable[[GeneratedImage], Path] | None = None


def text_to_image(job: JobId, recipe: Recipe, services: Services, cancel: CancelToken) -> Iterator[JobEvent]:
    """Run one recipe to its end; the last event is `Finished`. What goes wrong is raised."""
    sampler = services.samplers.get(recipe.sampling.sampler)
    options = sampler.info.resolve(recipe.sampling.options)
    cancel.check()
    if not services.models.is_loaded(recipe.model):
        yield ModelLoading(job, recipe.model)
    model = services.models.get(recipe.model)
    cancel.check()
    began = time.perf_counter()
    facts = model.facts
    grid = timestep_grid(
        facts.schedule, recipe.sampling.steps, recipe.sampling.spacing, sampler.info, recipe.sampling.timesteps
    )
    noise = ImageNoise(recipe.seed, model.latent_shape(recipe.width, recipe.height))
    plan = Walk(sampler, options, grid, facts.schedule, noise, model.device, model.dtype)
    denoiser = GuidedDenoiser(
        model.network,
        model.conditioning(recipe.prompt),
        model.conditioning(recipe.negative_prompt),
        recipe.guidance,
        facts.parametrisation,
        facts.schedule,
        before_call=cancel.check,
    )
    timesteps = tuple(level.timestep for level in grid.levels)
    yield Started(job, grid.steps, timesteps, str(model.device), str(model.dtype).removeprefix("torch."))
    x = plan.start()
    teller = _Teller(job, model, services.preview, timesteps)
    for index, step in enumerate(walk(plan, denoiser, x)):
        yield from teller.tell(index + 1, step)
        x = step.x
    cancel.check()
    yield Decoding(job)
    generated = _picture(recipe, model, x, began)
    yield ImageReady(job, generated)
    path = services.save(generated) if services.save else None
    yield Finished(job, path, time.perf_counter() - began)


class _Teller:
    """Tells of each step, and shows it when the preview settings of that moment want it."""

    def __init__(
        self, job: JobId, model: Model, preview: Callable[[], PreviewSettings], timesteps: tuple[float, ...]
    ) -> None:
        self._job, self._model, self._preview, self._timesteps = job, model, preview, timesteps
        self._began = self._last = time.perf_counter()

    def tell(self, number: int, step: Step) -> Iterator[JobEvent]:
        now = time.perf_counter()
        step_seconds = now - self._last
        steps = len(self._timesteps) - 1
        yield StepDone(self._job, number, steps, now - self._began, self._timesteps[number])
        settings = self._preview()
        if settings.wanted(number, steps):
            latent = step.x0 if settings.kind == "x0" else step.x
            previews = self._model.previews
            decoder = previews.choose(settings.decoder, latent.shape[-1] * latent.shape[-2], step_seconds)
            yield PreviewReady(self._job, number, steps, settings.kind, previews.picture(decoder, latent))
        self._last = time.perf_counter()


def _picture(recipe: Recipe, model: Model, latent: Tensor, began: float) -> GeneratedImage:
    """Decode the final latent; the time of the decode teaches the automatic preview what a full decode costs."""
    decoding = time.perf_counter()
    image = model.decode(latent)
    ended = time.perf_counter()
    model.previews.note_cost("full", latent, ended - decoding)
    return GeneratedImage(
        image=image,
        recipe=recipe,
        seconds=ended - began,
        model_hash=model.facts.hash,
        device=str(model.device),
        dtype=str(model.dtype).removeprefix("torch."),
        versions=versions(),
    )


def versions() -> dict[str, str]:
    """The versions that a picture depends on, for its metadata."""
    found = {name: metadata.version(name) for name in ("torch", "diffusers", "transformers")}
    return {"reverie": __version__, "python": platform.python_version(), **found}
