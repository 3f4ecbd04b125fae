"""The pieces of a run: a branch walks part of the way with its parent's recipe and the rest with its own.

Without a record the whole way can be computed again from the recipes alone; with one, everything up to the newest kept
state is taken from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.errors import InvalidField, RefusedFile
from studio.job.inpaint import FromImage
from studio.job.recipe import FromStep, Recipe
from studio.sampling.grid import TimestepGrid, timestep_grid
from studio.sampling.registry import Methods
from studio.sampling.schedule import NoiseSchedule
from studio.trajectory.record import Trajectory

Find = Callable[[str], Trajectory | None]


@dataclass(frozen=True)
class Segment:
    """Steps `first` to `last` of a run are walked with `recipe`; `grid` holds the levels of the run from its start on.

    `reseeded` says that the noise of these steps is drawn anew from the recipe's seed. `records` names the trajectories
    in which the states before this segment can be found.
    """

    recipe: Recipe
    grid: TimestepGrid
    first: int
    last: int
    reseeded: bool = False
    records: tuple[str, ...] = ()


def segments(recipe: Recipe, schedule: NoiseSchedule, methods: Methods) -> list[Segment]:
    """The segments of a recipe, from pure noise to its end. Raises `InvalidField` for a step that its parent lacks."""
    own = _own_grid(recipe, schedule, methods)
    start = recipe.start
    if not isinstance(start, FromStep):
        return [Segment(recipe, own, 0, own.steps)]
    if start.parent.model != recipe.model:
        raise InvalidField("model", "A branch is drawn by the model of the run it starts from. Choose that one.")
    shared = segments(start.parent, schedule, methods)
    steps = shared[-1].last
    if start.step > steps:
        raise InvalidField("step", f"Step {start.step} is out of range. This run has {steps} steps, 0 to {steps}.")
    if start.noise == "recorded" and recipe.model_copy(update={"start": start.parent.start}) == start.parent:
        return _cut(shared, start.step, start.trajectory)
    same = own.levels == _own_grid(start.parent, schedule, methods).levels
    grid = shared[-1].grid if same else _branched(shared[-1].grid, start.step, own)
    # A piece of no steps stays: it may change the noise or end a memory, and the branch goes on from that.
    kept = [replace(part, last=min(part.last, start.step)) for part in shared if part.first <= start.step]
    own_part = Segment(recipe, grid, start.step, grid.steps, start.noise == "reseeded", (start.trajectory,))
    return [*kept, own_part]


def _cut(parts: list[Segment], step: int, record: str) -> list[Segment]:
    """The same run in more pieces: where nothing is changed, all of its segments follow, also those after `step`."""
    pieces = []
    for part in parts:
        if part.first >= step:
            pieces.append(replace(part, records=(record, *part.records)))
        elif part.last < step:
            pieces.append(part)
        else:
            pieces.append(replace(part, last=step))
            pieces.append(replace(part, first=step, reseeded=False, records=(record,)))
    return pieces


def _own_grid(recipe: Recipe, schedule: NoiseSchedule, methods: Methods) -> TimestepGrid:
    """The grid that the recipe would walk from pure noise, or from the picture it starts from."""
    sampling = recipe.sampling
    info = methods.samplers.get(sampling.sampler).info
    grid = timestep_grid(
        schedule, sampling.steps, sampling.spacing, info, sampling.timesteps, methods.spacings.by_name()
    )
    if not isinstance(recipe.start, FromImage):
        return grid
    return TimestepGrid(grid.levels[grid.steps - steps_walked(grid.steps, recipe.start.strength) :])


def steps_walked(steps: int, strength: float) -> int:
    """How many of the steps of a grid are walked from a picture that is noised as far as `strength` says."""
    return min(max(int(steps * strength + 1e-9), 1), steps)


def _branched(parent: TimestepGrid, step: int, own: TimestepGrid) -> TimestepGrid:
    """The parent's levels up to the branch, then what is less noisy of the branch's own."""
    here = parent.levels[step]
    rest = tuple(level for level in own.levels if level.ratio < here.ratio * (1 - 1e-9))
    if not rest and step < parent.steps:
        raise InvalidField("steps", "No step of this schedule lies below the chosen one. Take more steps.")
    return TimestepGrid((*parent.levels[: step + 1], *rest))


def newest_record(parts: list[Segment], find: Find, model_hash: str) -> Trajectory | None:
    """The record that holds the newest state before one of the segments, or None if all must be computed.

    Raises `RefusedFile` for a record of another model.
    """
    for part in reversed(parts[1:]):
        found = [record for name in part.records if (record := find(name)) is not None and record.until(part.first)]
        if any(record.header.model_hash != model_hash for record in found):
            raise RefusedFile("These steps were recorded with other weights of the model. Open that model to go on.")
        kept = [{state.step: state for state in record.until(part.first)} for record in found]
        if kept:
            best = max(range(len(kept)), key=lambda number: max(kept[number]))
            return Trajectory(found[best].header, kept[best])
    return None


def first_after(parts: list[Segment], step: int) -> int:
    """The number of the segment that goes on from the state after `step` steps, as it was recorded.

    That is the first of those that begin there: what each of them changes comes after the recording.
    """
    for number, part in enumerate(parts):
        if part.last > step or part.first >= step:
            return number
    return len(parts) - 1
