"""How each kind of work is done, in the worker thread: doing it loads torch, this page does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.export.frame_folder import FrameFolder, free_folder
from studio.export.frames_order import FramesOrder
from studio.export.metadata import made_of
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, Finished, JobEvent, JobId
from studio.job.inversion import Inversion
from studio.job.preview import PreviewSettings
from studio.job.race import Race
from studio.job.recipe import Recipe
from studio.job.recording import RecordAgain
from studio.job.track import FrameReady
from studio.job.walk import Measuring, Walk, WalkBegun
from studio.job.work import Work

if TYPE_CHECKING:
    from studio.generation.services import Services


def events_of(
    job: JobId, work: Work, services: Services, cancel: CancelToken, pictures: Callable[[], Path]
) -> Iterator[JobEvent]:
    """The events of a job, of which the last one alone is terminal. `pictures` tells the folder of the pictures."""
    if isinstance(work, Recipe):
        from studio.generation.run import run

        return run(job, work, services, cancel)
    if isinstance(work, Race):
        from studio.generation.race import run_race

        return run_race(job, work, replace(services, preview=lambda: _heading(services)), cancel)
    if isinstance(work, RecordAgain):
        from studio.generation.record_again import record_again

        return record_again(job, work, services, cancel)
    if isinstance(work, Inversion):
        from studio.generation.inversion import invert

        return invert(job, work, services, cancel)
    if isinstance(work, Measuring):
        from studio.generation.measure import measure

        return measure(job, work, services, cancel)
    return _walked(job, work, services, cancel, pictures)


def _heading(services: Services) -> PreviewSettings:
    """Lanes are compared by where each is heading, whatever view of a single run was chosen last."""
    return replace(services.preview(), kind="x0")


def _walked(
    job: JobId, walk: Walk, services: Services, cancel: CancelToken, pictures: Callable[[], Path]
) -> Iterator[JobEvent]:
    """Make the frames of a walk. Each is on the disk before it is told, if it is kept at all."""
    from studio.generation.interpolate import interpolate
    from studio.generation.run import failure

    folder = None
    try:
        folder = _folder(walk, pictures) if walk.title else None
        missing = tuple(range(len(walk.recipes)) if folder is None else folder.missing)
        yield WalkBegun(job, missing, None if folder is None else folder.place)
        for event in interpolate(job, walk.recipes, services, cancel, missing):
            yield event if folder is None else _kept(event, folder)
    except Exception as problem:
        if folder is not None:
            folder.stop()
        yield failure(job, problem)


def _folder(walk: Walk, pictures: Callable[[], Path]) -> FrameFolder:
    order = FramesOrder(pictures() / walk.title, walk.recipes, "png")
    return FrameFolder(replace(order, target=free_folder(order)))


def _kept(event: JobEvent, folder: FrameFolder) -> JobEvent:
    """The event, after what it tells of was done to the folder."""
    if isinstance(event, FrameReady):
        folder.add(event.frame, event.generated.image, 1.0, made_of(event.generated))
    if isinstance(event, Finished):
        return replace(event, path=folder.finish())
    if isinstance(event, (Cancelled, Failed)):
        folder.stop()
    return event
