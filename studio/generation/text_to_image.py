"""Text to image: a recipe becomes a picture, with every step told and, if wanted, kept."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata

from torch import Tensor

from studio import __version__
from studio.generation.inpainting.ground import EMPTY_MASK, returned_unchanged
from studio.generation.journey import Arrival, Journey
from studio.generation.keeping import Keeping
from studio.generation.notices import notices
from studio.generation.services import Services
from studio.generation.telling import Clock, Teller
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
    Started,
)
from studio.job.recipe import Recipe
from studio.job.recording import RecordSettings
from studio.models.model import Model

log = logging.getLogger(__name__)

Arrived = Callable[[Arrival], None]


def text_to_image(
    job: JobId,
    recipe: Recipe,
    services: Services,
    cancel: CancelToken,
    arrived: Arrived | None = None,
    again: RecordSettings | None = None,
) -> Iterator[JobEvent]:
    """Run one recipe to its end; the last event is `Finished`. What goes wrong is raised.

    `arrived` is given each state as the run reaches it, before the step is told. With `again` the picture is there
    already: every step is computed anew and kept as it says, instead of what the user's settings say.
    """
    services.methods.samplers.get(recipe.sampling.sampler).info.resolve(recipe.sampling.options)
    services.methods.guidance.get(recipe.guidance.rule).info.resolve(recipe.guidance.options)
    cancel.check()
    if not services.models.is_loaded(recipe.model):
        yield ModelLoading(job, recipe.model)
    model = services.models.get(recipe.model)
    cancel.check()
    clock, known = Clock(cancel), None if again else services.trajectories
    if services.sources is not None:
        services.sources.secure(recipe.pixels)
    whole = returned_unchanged(recipe, services.sources)
    if whole is not None:
        yield from _unchanged(job, recipe, model, whole, services, clock)
        return
    journey = Journey(recipe, model, services.methods, known, versions(), services.sources, services.codes)
    yield from _walked(job, journey, model, services, cancel, clock, arrived, again)


def _walked(
    job: JobId,
    journey: Journey,
    model: Model,
    services: Services,
    cancel: CancelToken,
    clock: Clock,
    arrived: Arrived | None,
    again: RecordSettings | None,
) -> Iterator[JobEvent]:
    """The events from the start of the reverse process to the end of the job."""
    recipe = journey.header.recipe
    with Keeping(services.trajectories, journey.header, again) as keeping:
        x = journey.start()
        keeping.share(journey.shared)  # on the disk before the first network call
        yield started(job, journey, keeping.trajectory, notices(recipe, model))
        teller = Teller(job, model, services.preview, journey.timesteps, cancel, clock)
        for arrival in journey.walk(cancel.check):
            keeping.add(arrival)
            if arrived is not None:
                arrived(arrival)
            x = arrival.step.x
            yield from teller.tell(arrival.number, arrival.step)
        cancel.check()
        yield Decoding(job)
        generated = generated_image(recipe, model, journey.finished(decoded(model, x)), clock.seconds())
        cancel.check()
        yield ImageReady(job, generated)
        path = keeping.save(generated, services.save) if services.save else None
        kept = keeping.keep(path)
    yield Finished(job, path, clock.seconds(), kept.path, kept.notices)


def _unchanged(
    job: JobId, recipe: Recipe, model: Model, image: Image, services: Services, clock: Clock
) -> Iterator[JobEvent]:
    """The events of a run that has nothing to paint: no step is walked, and the picture is saved as it is."""
    generated = generated_image(recipe, model, image, clock.seconds())
    yield ImageReady(job, generated)
    path = services.save(generated) if services.save else None
    yield Finished(job, path, clock.seconds(), None, (EMPTY_MASK,))


def started(job: JobId, journey: Journey, trajectory: str, told: Iterable[str]) -> Started:
    """What is told before the first step. `told` are sentences that the journey does not know of."""
    header = journey.header
    return Started(
        job,
        header.steps,
        journey.timesteps,
        header.device,
        header.dtype,
        notices=(*told, *journey.notices),
        first_step=journey.first_step,
        trajectory=trajectory,
    )


def decoded(model: Model, latent: Tensor) -> Image:
    """Decode the final latent; the time of the decode teaches the automatic preview what a full decode costs."""
    decoding = time.perf_counter()
    image = model.decode(latent)
    ended = time.perf_counter()
    model.previews.note_cost("full", latent, ended - decoding)
    return image


def generated_image(recipe: Recipe, model: Model, image: Image, seconds: float, batch: int = 1) -> GeneratedImage:
    """A finished picture with all that is known of it."""
    return GeneratedImage(
        image=image,
        recipe=recipe,
        seconds=seconds,
        model_hash=model.facts.hash,
        device=str(model.device),
        dtype=str(model.dtype).removeprefix("torch."),
        versions=versions(),
        batch=batch,
    )


def versions() -> dict[str, str]:
    """The versions that a picture depends on, for its metadata."""
    found = {name: metadata.version(name) for name in ("torch", "diffusers", "transformers")}
    return {"reverie": __version__, "python": platform.python_version(), **found}
