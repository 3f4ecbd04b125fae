"""Recording the steps of a picture again, beside the picture and without writing a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.errors import RefusedFile
from studio.generation.run import failure, run
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import Finished, GeneratedImage, ImageReady, JobEvent, JobId
from studio.job.recording import RecordAgain, RecordSettings


def record_again(job: JobId, work: RecordAgain, services: Services, cancel: CancelToken) -> Iterator[JobEvent]:
    """Run the recipe of a picture with all steps kept, sealed beside the picture.

    The events are those of a run without `ImageReady`. The notices of `Finished` say if what came out differs from the
    picture. Every step is computed anew, whatever is recorded of it already.
    """

    def no_new_picture(_: GeneratedImage) -> Path:
        return work.picture

    try:
        picture = _open(work.picture, services)
    except Exception as problem:
        yield failure(job, problem)
        return
    notices: tuple[str, ...] = ()
    unsaved = replace(services, save=no_new_picture)
    for event in run(job, work.recipe, unsaved, cancel, again=RecordSettings("all")):
        if isinstance(event, ImageReady):
            notices = _difference(picture, event.generated.image)
        elif isinstance(event, Finished):
            yield replace(event, notices=(*notices, *event.notices))
        else:
            yield event


def _open(picture: Path, services: Services) -> Image:
    if services.open_picture is None or services.trajectories is None:
        raise RefusedFile("Steps cannot be recorded here.")
    return services.open_picture(picture)


def _difference(picture: Image, again: Image) -> tuple[str, ...]:
    """A sentence if two pictures differ, nothing if they are equal."""
    how = "in its size"
    if picture.pixels.shape == again.pixels.shape:
        largest = int(np.abs(picture.pixels.astype(np.int16) - again.pixels.astype(np.int16)).max())
        if largest == 0:
            return ()
        how = f"by up to {largest} of 255"
    return (
        f"These steps end in a picture that differs from the saved one {how}: it was made with another version, "
        "device or model, or together with others.",
    )
