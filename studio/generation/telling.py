"""What a run tells while it walks: each step, and now and then a picture of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import JobEvent, JobId, PreviewReady, StepDone
from studio.job.preview import PreviewSettings
from studio.models.model import Model
from studio.sampling.sampler import Step

log = logging.getLogger(__name__)


class Clock:
    """Tells the seconds of a run, without those in which it was paused or others were served."""

    def __init__(self, cancel: CancelToken) -> None:
        self._cancel = cancel
        self._began = time.perf_counter() - cancel.waited

    def seconds(self) -> float:
        return time.perf_counter() - self._cancel.waited - self._began


class Teller:
    """Tells of each step, and shows it when the preview settings of that moment want it."""

    def __init__(
        self,
        job: JobId,
        model: Model,
        preview: Callable[[], PreviewSettings],
        timesteps: tuple[float, ...],
        cancel: CancelToken,
        clock: Clock,
    ) -> None:
        self._job, self._model, self._preview, self._timesteps = job, model, preview, timesteps
        self._cancel, self._clock = cancel, clock
        self._began = self._last = clock.seconds()

    def tell(self, number: int, step: Step) -> Iterator[JobEvent]:
        now = self._clock.seconds()
        step_seconds = now - self._last
        steps = len(self._timesteps) - 1
        yield StepDone(self._job, number, steps, now - self._began, self._timesteps[number])
        settings = self._preview()
        if settings.wanted(number, steps) and not self._cancel.cancelled:
            image = self._draw(settings, step, step_seconds)
            if image is not None:
                yield PreviewReady(self._job, number, steps, settings.kind, image)
        self._last = self._clock.seconds()

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
