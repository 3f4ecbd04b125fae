"""Inversion: a picture becomes the code that draws it again, and what is lost on the way is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from studio.errors import CancelRequested, StudioError
from studio.generation.ascent import Ascent
from studio.generation.fidelity import psnr
from studio.generation.journey import Arrival
from studio.generation.keeping import Keeping
from studio.generation.notices import notices
from studio.generation.run import failure
from studio.generation.services import Codes, Services
from studio.generation.telling import Clock, Teller
from studio.generation.text_to_image import text_to_image
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.code import FromCode, RoundTrip
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
from studio.job.inversion import Inversion, Inverted
from studio.job.recipe import Recipe
from studio.job.recording import RecordSettings
from studio.models.device import free_memory
from studio.models.model import Model
from studio.trajectory.code_file import Code

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
    clock = Clock(cancel)
    ascent = Ascent(inversion, model, services)
    store = services.trajectories
    # Where no picture is saved nothing is recorded either; a way that is cut short leads nowhere and is not kept.
    recorded = services.save is not None and store is not None and store.wanted
    with Keeping(store if recorded else None, ascent.header, RecordSettings("all")) as keeping:
        yield _started(job, inversion, model, ascent)
        teller = Teller(job, model, services.preview, ascent.there_and_back, cancel, clock)
        keeping.share([ascent.first()])
        for arrival in ascent.walk(cancel):
            keeping.add(arrival)
            yield from teller.tell(arrival.number, arrival.step)
        cancel.check()
        descent = _Descent(ascent, services.sources.image(inversion.image), services.codes, keeping)
        yield from descent.events(job, services, cancel, clock.seconds())


def _started(job: JobId, inversion: Inversion, model: Model, ascent: Ascent) -> Started:
    told = list(notices(inversion.recipe, model))
    if inversion.recipe.guidance.scale > 1.0:
        told.append(_approximate(inversion))
    timesteps, header = ascent.there_and_back, ascent.header
    return Started(job, len(timesteps) - 1, timesteps, header.device, header.dtype, tuple(told))


def _approximate(inversion: Inversion) -> str:
    scale = inversion.recipe.guidance.scale
    advice = (
        "the residual tells how near it comes." if inversion.refine else "use guidance 1, or refine each step a little."
    )
    return f"With guidance {scale:g} the inversion is only approximate; {advice}"


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

    ascent: Ascent
    source: Image
    codes: Codes
    keeping: Keeping
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
                yield event
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
        # The same picture inverted again leads to the same code, which may have another name by now.
        facts = known.facts.model_copy(update={"name": self.codes.find(kept).facts.name})
        self.keeping.keep_apart()
        residual = ascent.residual if ascent.inversion.refine else None
        return Inverted(job, kept, facts, self.source, reconstruction, residual, self.keeping.trajectory)

    def _notices(self) -> tuple[str, ...]:
        residual = self.ascent.residual
        if residual <= UNSETTLED:
            return ()
        return (
            f"The refinement did not settle: its last repetition still changed a step by {100 * residual:.1f} %. "
            "Use more steps, more repetitions or less guidance.",
        )
