"""Recording the steps of a picture again, beside the picture and without writing a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.generation.run import run
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import Finished, GeneratedImage, ImageReady, JobEvent, JobId
from studio.job.recipe import Recipe
from studio.job.recording import RecordSettings


def record_again(
    job: JobId, recipe: Recipe, picture: Path, image: Image, services: Services, cancel: CancelToken
) -> Iterator[JobEvent]:
    """Run `recipe` with all steps kept, sealed beside `picture`, whose pixels `image` should come out again.

    The events are those of a run without `ImageReady`; the notices of `Finished` say if the pixels differ.
    """
    notices: tuple[str, ...] = ()

    def no_new_picture(_: GeneratedImage) -> Path:
        return picture

    again = replace(services, save=no_new_picture)
    for event in run(job, recipe, again, cancel, record=RecordSettings("all")):
        if isinstance(event, ImageReady):
            notices = difference(image, event.generated.image)
            continue
        yield replace(event, notices=(*notices, *event.notices)) if isinstance(event, Finished) else event


def difference(picture: Image, again: Image) -> tuple[str, ...]:
    """A sentence if two pictures differ, nothing if they are equal."""
    if picture.pixels.shape == again.pixels.shape:
        largest = int(np.abs(picture.pixels.astype(np.int16) - again.pixels.astype(np.int16)).max())
        if largest == 0:
            return ()
        how = f"by up to {largest} of 255"
    else:
        how = "in its size"
    return (
        f"These steps end in a picture that differs from the saved one {how}: it was made with another version, "
        "device or model.",
    )
