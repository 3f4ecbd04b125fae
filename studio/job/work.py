"""All that can be accepted as a job."""

from __future__ import annotations

from studio.job.event import JobEvent, JobId, Queued
from studio.job.inversion import Inversion, InversionQueued
from studio.job.race import Race, RaceQueued
from studio.job.recipe import Recipe
from studio.job.recording import RecordAgain
from studio.job.track import FramesQueued
from studio.job.walk import Measuring, MeasuringQueued, Walk

Work = Recipe | Race | RecordAgain | Inversion | Walk | Measuring


def queued(job: JobId, work: Work) -> JobEvent:
    """The first event of a job."""
    if isinstance(work, Recipe):
        return Queued(job, work)
    if isinstance(work, RecordAgain):
        return Queued(job, work.recipe, work.picture)
    if isinstance(work, Race):
        return RaceQueued(job, work)
    if isinstance(work, Inversion):
        return InversionQueued(job, work)
    if isinstance(work, Walk):
        return FramesQueued(job, work.recipes)
    return MeasuringQueued(job, work)
