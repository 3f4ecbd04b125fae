"""Text to image: a recipe becomes a picture, with every step told and, if wanted, kept."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from torch import Tensor

from studio import __version__
from studio.generation.journey import Arrival, Journey
from studio.generation.notices import notices
from studio.generation.services import Services
from studio.image import Image
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
from studio.sampling.sampler import Step
from studio.trajectory.record import StepState
from studio.trajectory.store import Recording

log = logging.getLogger(__name__)

Arrived = Callable[[Arrival], None]


def text_to_image(
    job: JobId, recipe: Recipe, services: Services, cancel: CancelToken, arrived: Arrived | None = None
) -> Iterator[JobEvent]:
    """Run one recipe to its end; the last event is `Finished`. What goes wrong is raised.

    `arrived` is given each state as the run reaches it, before the step is told.
    """
    services.samplers.get(recipe.sampling.sampler).info.resolve(recipe.sampling.options)
    cancel.check()
    if not services.models.is_loaded(recipe.model):
        yield ModelLoading(job, recipe.model)
    model = services.models.get(recipe.model)
    cancel.check()
    began = time.perf_counter()
    journey = Journey(recipe, model, services.samplers, services.trajectories, versions())
    recording = services.trajectories.begin(journey.header) if services.trajectories else None
    yield replace(_started(job, journey, recording), notices=tuple(notices(recipe, model)))
    teller = _Teller(job, model, services.preview, journey.timesteps, cancel)
    with _Keeping(recording) as keeping:
        x = journey.start()
        for state in journey.shared:
            keeping.add(state)
        for arrival in journey.walk(cancel.check):
            if recording is not None:
                keeping.add(arrival.kept())
            if arrived is not None:
                arrived(arrival)
            x = arrival.step.x
            yield from teller.tell(arrival.number, arrival.step)
        cancel.check()
        yield Decoding(job)
        generated = _picture(recipe, model, x, began)
        cancel.check()
        yield ImageReady(job, generated)
        path = services.save(generated) if services.save else None
        sealed = keeping.seal(path)
    if services.trajectories and recording and path:
        services.trajectories.forget_unfinished(journey.header.id)
    problems = (recording.problem,) if recording and recording.problem else ()
    yield Finished(job, path, time.perf_counter() - began, sealed, problems)


def _started(job: JobId, journey: Journey, recording: Recording | None) -> Started:
    header = journey.header
    return Started(
        job,
        header.steps,
        journey.timesteps,
        header.device,
        header.dtype,
        first_step=journey.first_step,
        trajectory=header.id if recording else "",
    )


class _Keeping:
    """Gives states to a recording, if there is one. What is not sealed beside a picture is sealed as cut short."""

    def __init__(self, recording: Recording | None) -> None:
        self._recording = recording
        self._last: StepState | None = None
        self._sealed = False

    def add(self, state: StepState) -> None:
        if self._recording is not None:
            self._recording.add(state)
            self._last = state

    def seal(self, picture: Path | None) -> Path | None:
        self._sealed = True
        return self._recording.seal(picture) if self._recording else None

    def __enter__(self) -> _Keeping:
        return self

    def __exit__(self, *_: object) -> None:
        if self._recording is not None and not self._sealed:
            self._recording.seal(None, self._last)


class _Teller:
    """Tells of each step, and shows it when the preview settings of that moment want it."""

    def __init__(
        self,
        job: JobId,
        model: Model,
        preview: Callable[[], PreviewSettings],
        timesteps: tuple[float, ...],
        cancel: CancelToken,
    ) -> None:
        self._job, self._model, self._preview, self._timesteps = job, model, preview, timesteps
        self._cancel = cancel
        self._began = self._last = time.perf_counter()

    def tell(self, number: int, step: Step) -> Iterator[JobEvent]:
        now = time.perf_counter()
        step_seconds = now - self._last
        steps = len(self._timesteps) - 1
        yield StepDone(self._job, number, steps, now - self._began, self._timesteps[number])
        settings = self._preview()
        if settings.wanted(number, steps) and not self._cancel.cancelled:
            image = self._draw(settings, step, step_seconds)
            if image is not None:
                yield PreviewReady(self._job, number, steps, settings.kind, image)
        self._last = time.perf_counter()

    def _draw(self, settings: PreviewSettings, step: Step, step_seconds: float) -> Image | None:
        """The preview of a step; None where it cannot be drawn, because no preview is worth a picture."""
        latent = step.x0 if settings.kind == "x0" else step.x
        previews = self._model.previews
        decoder = previews.choose(settings.decoder, latent.shape[-1] * latent.shape[-2], step_seconds)
        try:
            return previews.picture(decoder, latent)
        except Exception as problem:
            log.info("a preview was not drawn", exc_info=problem)
            return None


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
