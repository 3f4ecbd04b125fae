"""Inversion: a picture becomes the code that draws it again, and what is lost on the way is measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import torch
from torch import Tensor

from studio.errors import CancelRequested, NotFinite, StudioError
from studio.generation.code_start import blended
from studio.generation.fidelity import psnr
from studio.generation.guidance import GuidedDenoiser
from studio.generation.inpainting.crop import resized
from studio.generation.inpainting.ground import Ground, ground_of
from studio.generation.journey import Arrival
from studio.generation.notices import notices
from studio.generation.run import failure
from studio.generation.segments import segments
from studio.generation.services import Codes, Services, Sources
from studio.generation.text_to_image import text_to_image
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.code import CodeFacts, FromCode, RoundTrip
from studio.job.event import (
    Cancelled,
    Decoding,
    Failed,
    Finished,
    ImageReady,
    JobEvent,
    JobId,
    ModelLoading,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.inpaint import FromImage
from studio.job.inversion import Inversion, Inverted
from studio.job.recipe import Recipe
from studio.job.recording import RecordSettings
from studio.models.device import free_memory
from studio.models.model import Model
from studio.sampling.inversion import Rise, rise, rising_levels
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.code_file import Code

THUMBNAIL = 128
# A step that still changes so much when it is repeated has not found its place.
UNSETTLED = 0.02


def invert(job: JobId, inversion: Inversion, services: Services, cancel: CancelToken) -> Iterator[JobEvent]:
    """The events of one inversion. The last one is its only terminal event; before `Finished` comes `Inverted`.

    The code is kept in `services.codes` when it has been drawn again, not earlier. Where pictures are saved the
    reconstruction is saved too, and where steps are recorded so are all of its own.
    """
    step, steps = 0, 2 * inversion.recipe.sampling.steps
    end: Cancelled | Failed
    try:
        for event in _inverted(job, inversion, services, cancel):
            step = event.step if isinstance(event, StepDone) else step
            yield event
        return
    except CancelRequested:
        end = Cancelled(job, step, steps)
    except Exception as problem:
        end = failure(job, problem)
    if isinstance(end, Failed):
        free_memory()  # not earlier: the traceback of the exception held the tensors of the run
    yield end


def _inverted(job: JobId, inversion: Inversion, services: Services, cancel: CancelToken) -> Iterator[JobEvent]:
    recipe = inversion.recipe
    cancel.check()
    if services.codes is None or services.sources is None:
        raise StudioError("Codes are not kept here, so nothing was inverted. Start the studio anew.")
    if not services.models.is_loaded(recipe.model):
        yield ModelLoading(job, recipe.model)
    model = services.models.get(recipe.model)
    cancel.check()
    began = time.perf_counter() - cancel.waited
    ascent = _Ascent(inversion, model, services)
    yield _started(job, inversion, model, ascent)
    steps = 2 * recipe.sampling.steps
    for number, level in ascent.walk(cancel):
        yield StepDone(job, number, steps, time.perf_counter() - cancel.waited - began, level.timestep)
    cancel.check()
    descent = _Descent(ascent, services.sources.image(inversion.image), services.codes)
    yield from descent.events(job, services, cancel, time.perf_counter() - cancel.waited - began)


def _started(job: JobId, inversion: Inversion, model: Model, ascent: _Ascent) -> Started:
    told = list(notices(inversion.recipe, model))
    if inversion.recipe.guidance.scale > 1.0:
        told.append(_approximate(inversion))
    up, down = (tuple(level.timestep for level in levels) for levels in (ascent.levels, ascent.grid.levels[1:]))
    dtype = str(model.dtype).removeprefix("torch.")
    return Started(job, len(up) + len(down) - 1, (*up, *down), str(model.device), dtype, tuple(told))


def _approximate(inversion: Inversion) -> str:
    scale = inversion.recipe.guidance.scale
    advice = (
        "the residual tells how near it comes." if inversion.refine else "use guidance 1, or refine each step a little."
    )
    return f"With guidance {scale:g} the inversion is only approximate; {advice}"


class _Ascent:
    """The way up from a picture to its code."""

    def __init__(self, inversion: Inversion, model: Model, services: Services) -> None:
        self.inversion, self.model = inversion, model
        self.grid = segments(inversion.recipe, model.facts.schedule, services.samplers)[0].grid
        self.levels = rising_levels(self.grid, model.facts.schedule)
        self.ground, self.latent = _encoded(inversion, model, services.sources)
        self.x, self.residual = self.latent, 0.0

    def walk(self, cancel: CancelToken) -> Iterator[tuple[int, NoiseLevel]]:
        """Go up, and tell after each step its number, from 1, and the level that is reached."""
        recipe, model = self.inversion.recipe, self.model
        denoiser = GuidedDenoiser(
            self.ground.network(model),
            *blended(model, recipe),
            recipe.guidance,
            model.facts.parametrisation,
            model.facts.schedule,
            before_call=cancel.check,
        )
        for number, level in enumerate(self.levels[1:], start=1):
            denoiser.begin_step()
            step = rise(self.x, self.levels[number - 1], level, denoiser, self.inversion.refine)
            self._take(step, number)
            yield number, level

    def _take(self, step: Rise, number: int) -> None:
        if not bool(torch.isfinite(step.x).all()):
            raise NotFinite(
                f"The inversion came to values that are no numbers at step {number} of {len(self.levels) - 1}, so it "
                "was stopped and nothing was kept. Try less guidance, more steps or less refinement."
            )
        self.x, self.residual = step.x, max(self.residual, step.residual)

    def code(self, source: Image) -> Code:
        """The code that was found, before anything is known of how well it is drawn again."""
        inversion, model = self.inversion, self.model
        recipe, level = inversion.recipe, self.grid.levels[0]
        x = self.x.detach().to("cpu", torch.float32, copy=True).contiguous()
        channels, height, width = x.shape[1:]
        facts = CodeFacts(
            name=inversion.name,
            origin="inversion",
            told=self._told(),
            model=recipe.model,
            model_hash=model.facts.hash,
            timestep=level.timestep,
            alpha=level.alpha,
            sigma=level.sigma,
            shape=(channels, height, width),
            width=recipe.width,
            height=recipe.height,
            prompt=recipe.prompt,
            negative_prompt=recipe.negative_prompt,
            guidance=recipe.guidance.scale,
            steps=recipe.sampling.steps,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return Code(facts, x, _thumbnail(source))

    def _told(self) -> str:
        refine = self.inversion.refine
        return f"refine {refine}, residual {self.residual:.1e}" if refine else ""


@dataclass(frozen=True)
class _WithFound:
    """The codes that are kept, and the one that was found and is not kept yet."""

    found: Code
    kept: Codes

    def find(self, code: str) -> Code:
        return self.found if code == self.found.id else self.kept.find(code)

    def keep(self, code: Code) -> str:
        return self.kept.keep(code)


@dataclass
class _Descent:
    """The way down again: an ordinary run from the code, by which the loss is measured and then the code kept."""

    ascent: _Ascent
    source: Image
    codes: Codes
    last: Tensor = field(default_factory=lambda: torch.empty(0))

    def events(self, job: JobId, services: Services, cancel: CancelToken, before: float) -> Iterator[JobEvent]:
        """The events of the rest of the job; the steps go on after those of the way up, which took `before` seconds."""
        code, done = self.ascent.code(self.source), len(self.ascent.levels) - 1
        # A run from a code that is not kept leaves no record behind when it is cancelled: `again` sees to that.
        store = None if services.save is None else services.trajectories
        again = None if store is None else RecordSettings("all")
        given = replace(services, codes=_WithFound(code, self.codes), trajectories=store)
        for event in text_to_image(job, self._recipe(code), given, cancel, self._arrived, again):
            if isinstance(event, StepDone):
                seconds = event.seconds + before
                yield replace(event, step=event.step + done, steps=event.steps + done, seconds=seconds)
            elif isinstance(event, PreviewReady):
                yield replace(event, step=event.step + done, steps=event.steps + done)
            elif isinstance(event, Decoding):
                yield event
            elif isinstance(event, ImageReady):
                yield self._kept(job, code, event.generated.image, cancel)
            elif isinstance(event, Finished):
                told = (*event.notices, *self._notices())
                yield replace(event, seconds=event.seconds + before, notices=told)

    def _recipe(self, code: Code) -> Recipe:
        return self.ascent.inversion.recipe.model_copy(update={"start": FromCode(code=code.id)})

    def _arrived(self, arrival: Arrival) -> None:
        self.last = arrival.step.x

    def _kept(self, job: JobId, code: Code, drawn: Image, cancel: CancelToken) -> Inverted:
        """Measure, and keep the code with what was measured. After this the job is not cancelled any more."""
        ascent = self.ascent
        reconstruction = ascent.ground.finish(drawn)
        alone = ascent.ground.finish(ascent.model.decode(ascent.latent))
        round_trip = RoundTrip(
            autoencoder=psnr(self.source, alone),
            psnr=psnr(self.source, reconstruction),
            latent_error=float((self.last.float() - ascent.latent.float()).square().mean()),
        )
        known = replace(code, facts=code.facts.model_copy(update={"round_trip": round_trip}))
        cancel.check()
        kept = self.codes.keep(known)
        residual = ascent.residual if ascent.inversion.refine else None
        return Inverted(job, kept, known.facts, self.source, reconstruction, residual)

    def _notices(self) -> tuple[str, ...]:
        residual = self.ascent.residual
        if residual <= UNSETTLED:
            return ()
        return (
            f"The refinement did not settle: its last repetition still changed a step by {100 * residual:.1f} %. "
            "Use more steps, more repetitions or less guidance.",
        )


def _encoded(inversion: Inversion, model: Model, sources: Sources | None) -> tuple[Ground, Tensor]:
    """The picture as image to image would take it: its latent, and how a decoded picture gets its size."""
    start = FromImage(image=inversion.image, strength=1.0)
    ground = ground_of(inversion.recipe.model_copy(update={"start": start}), model, sources)
    assert ground.start is not None
    return ground, ground.start


def _thumbnail(image: Image) -> Image:
    longer = max(image.width, image.height)
    if longer <= THUMBNAIL:
        return image
    width, height = (max(1, round(side * THUMBNAIL / longer)) for side in (image.width, image.height))
    return Image(resized(image.pixels, width, height))
