"""Runs that are recorded, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.export.picture_file import read_picture, write_new_picture
from studio.generation.run import run
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import TERMINAL, Finished, ImageReady, JobEvent, Started, StepDone
from studio.job.recipe import FromStep, Recipe
from studio.job.recording import RecordSettings
from studio.library.pictures import PictureFolder
from studio.library.sources import SourceStore
from studio.sampling.registry import builtin_methods
from studio.trajectory.record import Trajectory
from studio.trajectory.store import TrajectoryStore
from tests.unit.generation.runs import OFF, Loaded, pixels, small

ALL, NONE = RecordSettings("all"), RecordSettings("none")
EVERY_THIRD = RecordSettings("every", 3)
NOWHERE = "0" * 32


@dataclass
class Made:
    """What a run told: the hash of its pixels, where it began, which steps it made, how it ended."""

    recipe: Recipe
    pixels: str
    first: int
    steps: list[int]
    trajectory: str
    end: JobEvent
    notices: tuple[str, ...]

    @property
    def finished(self) -> Finished:
        assert isinstance(self.end, Finished), self.end
        return self.end


class Studio:
    """A folder of pictures, a store of trajectories, one model."""

    def __init__(self, model: Any, folder: Path, settings: RecordSettings = ALL) -> None:
        self.model, self.folder, self.settings = model, folder, settings
        self.pictures = folder / "pictures"
        self.methods = builtin_methods()
        self.preview = OFF
        self.sources: SourceStore | None = None
        self.save: Callable[[Any], Path] = PictureFolder(self.pictures, write_new_picture).save
        self.store = self.new_store()

    def new_store(self) -> TrajectoryStore:
        """As after a start of the program."""
        return TrajectoryStore(self.folder / "kept", lambda: self.pictures, lambda: self.settings)

    def services(self) -> Services:
        return Services(
            Loaded(self.model),
            self.methods,
            lambda: self.preview,
            self.save,
            self.store,
            lambda path: read_picture(path).image,
            self.sources,
        )

    def make(self, recipe: Recipe, cancel_at: int | None = None, fresh: bool = False) -> Made:
        """Run a recipe, perhaps cancelled after a step; `fresh` as if nothing was ever recorded."""
        token, told = CancelToken(), []
        given = replace(self.services(), trajectories=None) if fresh else self.services()
        for event in run(1, recipe, given, token):
            told.append(event)
            if isinstance(event, StepDone) and event.step == cancel_at:
                token.cancel()
        return read(recipe, told)

    def opened(self, made: Made) -> Image:
        """The picture that was saved."""
        assert made.finished.path is not None
        return read_picture(made.finished.path).image

    def record(self, recipe: Recipe) -> Trajectory:
        """Run a recipe and read its trajectory from the disk."""
        path = self.make(recipe).finished.trajectory
        assert path is not None
        return self.new_store().open(path)


def read(recipe: Recipe, told: list[JobEvent]) -> Made:
    started = [event for event in told if isinstance(event, Started)]
    ready = [event for event in told if isinstance(event, ImageReady)]
    assert sum(isinstance(event, TERMINAL) for event in told) == 1
    return Made(
        recipe,
        pixels(ready[0].generated.image) if ready else "",
        started[0].first_step if started else 0,
        [event.step for event in told if isinstance(event, StepDone)],
        started[0].trajectory if started else "",
        told[-1],
        started[0].notices if started else (),
    )


def branch(parent: Recipe, step: int, trajectory: str = NOWHERE, noise: str = "recorded", **changes: Any) -> Recipe:
    """A branch with some fields changed; `sampler`, `steps`, `options`, `spacing` are those of its sampling."""
    start = FromStep(trajectory=trajectory, step=step, parent=parent, noise=noise)
    sampling = {name: changes.pop(name) for name in ("sampler", "steps", "options", "spacing") if name in changes}
    changes |= {"sampling": parent.sampling.model_copy(update=sampling)} if sampling else {}
    return Recipe.model_validate({**dict(parent), **changes, "start": start})


def plain(sampler: str = "ddim", steps: int = 6, seed: int = 7, **options: Any) -> Recipe:
    return small(sampler, steps, seed=seed, options=options)
