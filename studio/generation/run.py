"""One job from its recipe to exactly one terminal event, whatever is raised on the way."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

from studio.errors import CancelRequested, InvalidField, PluginFailure, StudioError
from studio.generation.services import Services
from studio.generation.text_to_image import Arrived, text_to_image
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, JobEvent, JobId, Started, StepDone
from studio.job.recipe import Recipe
from studio.job.recording import RecordSettings
from studio.models.device import free_memory, is_out_of_memory

log = logging.getLogger(__name__)


def run(
    job: JobId,
    recipe: Recipe,
    services: Services,
    cancel: CancelToken,
    arrived: Arrived | None = None,
    again: RecordSettings | None = None,
) -> Iterator[JobEvent]:
    """The events of one job. The last one is its only terminal event: `Finished`, `Cancelled` or `Failed`.

    `arrived` and `again` are those of `text_to_image`.
    """
    step, steps, trajectory = 0, recipe.sampling.steps, ""
    end: Cancelled | Failed
    try:
        for event in text_to_image(job, recipe, services, cancel, arrived, again):
            if isinstance(event, Started):
                step, steps, trajectory = event.first_step, event.steps, event.trajectory
            elif isinstance(event, StepDone):
                step = event.step
            yield event
        return
    except CancelRequested:
        end = Cancelled(job, step, steps, trajectory if _is_kept(trajectory, services) else "")
    except Exception as problem:
        end = failure(job, problem)
    if isinstance(end, Failed):
        free_memory()  # not earlier: the traceback of the exception held the tensors of the run
    yield end


def _is_kept(trajectory: str, services: Services) -> bool:
    store = services.trajectories
    return bool(trajectory) and store is not None and store.unfinished_of(trajectory) is not None


def failure(job: JobId, problem: Exception) -> Failed:
    """The `Failed` event of an exception, with a sentence for the user."""
    if isinstance(problem, PluginFailure):
        return Failed(job, problem.sentence, detail=problem.detail, plugin=problem.plugin)
    if isinstance(problem, StudioError):
        field = problem.field if isinstance(problem, InvalidField) else None
        return Failed(job, problem.sentence, field, exit_code=problem.exit_code)
    detail = "".join(traceback.format_exception(problem))
    if is_out_of_memory(problem):
        sentence = "Out of memory: this picture was not made. Try a smaller size, half precision, or the CPU."
        return Failed(job, sentence, detail=detail)
    log.info("a job failed", exc_info=problem)
    return Failed(
        job, f"Something unexpected went wrong ({type(problem).__name__}: {str(problem)[:200]}).", detail=detail
    )
