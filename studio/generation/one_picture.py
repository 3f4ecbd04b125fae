"""One picture and no events, for those who compare many."""

from __future__ import annotations

from dataclasses import replace

from studio.errors import CancelRequested
from studio.generation.interpolate import error_of
from studio.generation.run import run
from studio.generation.services import Services
from studio.generation.text_to_image import Arrived
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, ImageReady
from studio.job.recipe import Recipe


def one_picture(recipe: Recipe, services: Services, cancel: CancelToken, arrived: Arrived | None = None) -> Image:
    """The picture of a recipe, neither saved nor recorded. Raises `CancelRequested` and `StudioError`.

    `arrived` is given each state as the run reaches it.
    """
    image: Image | None = None
    for event in run(0, recipe, replace(services, save=None, trajectories=None), cancel, arrived):
        if isinstance(event, Cancelled):
            raise CancelRequested
        if isinstance(event, Failed):
            raise error_of(event)
        if isinstance(event, ImageReady):
            image = event.generated.image
    assert image is not None
    return image
