"""How each kind of work is done. Imported in the worker thread, because it loads torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from studio.export.frame_folder import FrameFolder, free_folder
from studio.export.frames_order import FramesOrder
from studio.export.metadata import made_of
from studio.generation.interpolate import interpolate
from studio.generation.inversion import invert
from studio.generation.measure import measure
from studio.generation.race import run_race
from studio.generation.record_again import record_again
from studio.generation.run import failure, run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Finished, JobEvent, JobId
from studio.job.inversion import Inversion
from studio.job.preview import PreviewSettings
from studio.job.race import Race
from studio.job.recipe import Recipe
from studio.job.recording import RecordAgain
from studio.job.track import FrameReady
from studio.job.walk import Measuring, Walk, WalkBegun
from studio.job.work import Work


def events_of(
    job: JobId, work: Work, services: Services, cancel: CancelToken, pictures: Callable[[], Path]
) -> Iterator[JobEvent]:
    """The events of a job, of which the last one alone is terminal. `pictures` tells the folder of the pictures."""
    if isinstance(work, Recipe):
        return run(job, work, services, cancel)
    if isinstance(work, Race):
        return run_race(job, work, replace(services, preview=lambda: _heading(services)), cancel)
    if isinstance(work, RecordAgain):
        return record_again(job, work, services, cancel)
    if isinstance(work, Inversion):
        return invert(job, work, services, cancel)
    if isinstance(work, Measuring):
        return measure(job, work, services, cancel)
    return _walked(job, work, services, cancel, pictures)


def _heading(services: Services) -> PreviewSettings:
    """Lanes are compared by where each is heading, whatever view of a single run was chosen last."""
    return replace(services.preview(), kind="x0")


def _walked(
    job: JobId, walk: Walk, services: Services, cancel: CancelToken, pictures: Callable[[], Path]
) -> Iterator[JobEvent]:
    """Make the frames of a walk. Each is on the disk before it is told, if it is kept at all."""
    try:
        folder = _folder(walk, pictures) if walk.title else None
        missing = tuple(range(len(walk.recipes)) if folder is None else folder.missing)
        yield WalkBegun(job, missing, None if folder is None else folder.place)
        for event in interpolate(job, walk.recipes, services, cancel, missing):
            if folder is not None and isinstance(event, FrameReady):
                folder.add(event.frame, event.generated.image, 1.0, made_of(event.generated))
            if folder is not None and isinstance(event, Finished):
                event = replace(event, path=folder.finish())
            if folder is not None and isinstance(event, Cancelled):
                folder.stop()
            yield event
    except Exception as problem:
        yield failure(job, problem)


def _folder(walk: Walk, pictures: Callable[[], Path]) -> FrameFolder:
    order = FramesOrder(pictures() / walk.title, walk.recipes, "png")
    return FrameFolder(replace(order, target=free_folder(order)))
