"""An engine whose steps take a millisecond, for what is about the window and not about pictures."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from studio.errors import CancelRequested, StudioError
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import (
    Cancelled,
    Decoding,
    Finished,
    GeneratedImage,
    ImageReady,
    JobEvent,
    JobId,
    ModelStatus,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.preview import FirstNoise
from studio.job.recipe import Recipe

STEP_SECONDS = 0.001


class QuickEngine:
    """Draws one colour, that of the seed. Questions about records are not answered."""

    def run(self, job: JobId, recipe: Recipe, cancel: CancelToken) -> Iterator[JobEvent]:
        steps, step = recipe.sampling.steps, 0
        yield Started(job, steps, tuple(float(steps - n) for n in range(steps + 1)), "cpu", "float32")
        try:
            for step in range(steps):
                cancel.check()
                time.sleep(STEP_SECONDS)
                yield StepDone(job, step + 1, steps, (step + 1) * STEP_SECONDS, float(steps - step - 1))
                yield PreviewReady(job, step + 1, steps, "x0", picture(recipe))
        except CancelRequested:
            yield Cancelled(job, step, steps)
            return
        yield Decoding(job)
        yield ImageReady(job, GeneratedImage(picture(recipe), recipe, 1.0, "hash", "cpu", "float32"))
        yield Finished(job, None, 1.0)

    def warm_up(self, model: str) -> ModelStatus:
        return ModelStatus(model, "cpu", "float32")

    def first_noise(self, recipe: Recipe) -> FirstNoise:
        return FirstNoise(recipe, picture(recipe))

    def sync(self) -> None:
        pass

    def _unanswered(self, *question: object) -> object:
        raise StudioError("Nothing is recorded here.")

    view = facts = answer = _unanswered


def picture(recipe: Recipe) -> Image:
    """One colour in the size of the recipe."""
    colour = np.random.default_rng(recipe.seed).integers(0, 256, 3, np.uint8)
    return Image(np.broadcast_to(colour, (recipe.height, recipe.width, 3)).copy())
