"""How long the parts of a run take: the bare network, the whole loop, the whole picture."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from studio.errors import StudioError
from studio.generation.interpolate import interpolate
from studio.generation.run import run
from studio.generation.services import ModelSource, Services, Sources
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import Decoding, Failed, Finished, GeneratedImage, ImageReady, Started
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe
from studio.job.recording import RecordSettings
from studio.job.track import FrameEvent, FrameReady
from studio.sampling.grid import timestep_grid
from studio.sampling.noise import ImageNoise
from studio.sampling.registry import Methods
from studio.trajectory.store import TrajectoryStore

Save = Callable[[GeneratedImage], Path]
Clock = Callable[[], float]
NO_PREVIEW = PreviewSettings("off")


class Stopwatch:
    """Measures models. `clock` gives seconds: of the wall, or of the processor where other programs are at work.

    Raises what loading a model raises, and `StudioError` where a run fails.
    """

    def __init__(self, models: ModelSource, methods: Methods, cancel: CancelToken, clock: Clock) -> None:
        self._models, self._methods, self._cancel, self.clock = models, methods, cancel, clock

    def floor(self, recipe: Recipe) -> float:
        """The median of the bare network calls of a run, times their number. Nothing that calls them can be faster."""
        model = self._models.get(recipe.model)
        info = self._methods.samplers.get(recipe.sampling.sampler).info
        steps, spacings = recipe.sampling.steps, self._methods.spacings.by_name()
        grid = timestep_grid(model.facts.schedule, steps, recipe.sampling.spacing, info, spacings=spacings)
        noise = ImageNoise(recipe.seed, model.latent_shape(recipe.width, recipe.height))
        x = noise.draw().to(model.device, model.dtype)
        conditioning = model.conditioning(recipe.prompt)
        if recipe.guidance.scale != 1.0:
            x, conditioning = torch.cat([x, x]), torch.cat([model.conditioning(recipe.negative_prompt), conditioning])
        seconds = []
        for level in grid.levels[:-1]:
            self._cancel.check()
            began = self.clock()
            model.network(x, level, conditioning)
            _wait_for(model.device)
            seconds.append(self.clock() - began)
        return statistics.median(seconds) * len(seconds)

    def loop(self, recipe: Recipe, preview: PreviewSettings = NO_PREVIEW, sources: Sources | None = None) -> float:
        """The sampling loop of a run, from its start to the last state, with everything that is told on the way.

        `sources` has what the recipe is painted on; encoding that comes before the loop.
        """
        began = ended = 0.0
        services = replace(self._services(preview), sources=sources)
        for event in run(0, recipe, services, self._cancel):
            if isinstance(event, Started):
                began = self.clock()
            elif isinstance(event, Decoding):
                ended = self.clock()
            elif isinstance(event, Failed):
                raise StudioError(event.sentence)
        self._cancel.check()
        return ended - began

    def frames(self, recipes: Sequence[Recipe]) -> Iterator[float]:
        """Make the frames of a track as one job; of each, everything but its decoding: conditionings, start, loop."""
        began = ended = self.clock()
        for event in interpolate(0, recipes, self._services(NO_PREVIEW), self._cancel):
            told = event.event if isinstance(event, FrameEvent) else event
            if isinstance(told, Decoding):
                ended = self.clock()
            elif isinstance(told, Failed):
                raise StudioError(told.sentence)
            elif isinstance(told, FrameReady):
                yield ended - began
                began = self.clock()
        self._cancel.check()

    def picture(self, recipe: Recipe) -> tuple[float, Image]:
        """A whole run without previews, from the recipe to the pixels."""
        began = self.clock()
        for event in run(0, recipe, self._services(NO_PREVIEW), self._cancel):
            if isinstance(event, ImageReady):
                return self.clock() - began, event.generated.image
            if isinstance(event, Failed):
                raise StudioError(event.sentence)
        self._cancel.check()
        raise StudioError("The run ended without a picture. Try it again.")

    def saved(self, recipe: Recipe, folder: Path, save: Save, settings: RecordSettings) -> float:
        """A whole run with its picture saved in `folder`, and its steps beside it as the settings want."""
        store = TrajectoryStore(folder / "trajectories", lambda: folder, lambda: settings)
        services = replace(self._services(NO_PREVIEW), save=save, trajectories=store)
        began = self.clock()
        for event in run(0, recipe, services, self._cancel):
            if isinstance(event, Failed):
                raise StudioError(event.sentence)
            if isinstance(event, Finished) and bool(event.trajectory) != (settings.mode != "none"):
                raise StudioError(" ".join(event.notices) or "The steps were not kept.")
        self._cancel.check()
        return self.clock() - began

    def _services(self, preview: PreviewSettings) -> Services:
        return Services(self._models, self._methods, lambda: preview)


def _wait_for(device: torch.device) -> None:
    """Graphics cards work on while Python goes on; what they were given must be done before the clock is read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
