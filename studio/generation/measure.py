"""Measuring the change along a track as a job."""

from __future__ import annotations

import time
from collections.abc import Iterator

from studio.errors import CancelRequested
from studio.generation.even import spacing
from studio.generation.run import failure
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Finished, JobEvent, JobId, ModelLoading
from studio.job.walk import LookDone, Measuring, Spaced


def measure(job: JobId, work: Measuring, services: Services, cancel: CancelToken) -> Iterator[JobEvent]:
    """The events of one measuring: a `LookDone` a look, then `Spaced` before `Finished`. Nothing is kept."""
    began, step, steps = time.perf_counter() - cancel.waited, 0, 0
    model = work.track.base.model
    try:
        if not services.models.is_loaded(model):
            yield ModelLoading(job, model)
        looking = spacing(work.track, services, cancel, work.measure, work.samples)
        while True:
            try:
                step, steps = next(looking)
            except StopIteration as end:
                yield Spaced(job, end.value.track, end.value.parts)
                break
            yield LookDone(job, step, steps)
        yield Finished(job, None, time.perf_counter() - cancel.waited - began)
    except CancelRequested:
        yield Cancelled(job, step, steps)
    except Exception as problem:
        yield failure(job, problem)
