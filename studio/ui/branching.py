"""Branch here: the form takes over a run from one of its steps on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from studio.errors import InvalidField
from studio.job.code import Inverting
from studio.job.event import GeneratedImage, ImageReady, JobEvent, JobId, Queued, Started
from studio.job.recipe import BRANCH_DEPTH_MAXIMUM, FromStep, Recipe, recipe
from studio.job.recording import trajectory_id
from studio.ui.form_state import FormState
from studio.ui.titles import run_steps

UNKNOWN_TRAJECTORY = "0" * 32


@dataclass(frozen=True)
class Moment:
    """A step of a run: the state after `step` of `steps` steps. `trajectory` is the id of its record, "" if unknown."""

    recipe: Recipe
    step: int
    steps: int
    trajectory: str = ""


class Branching(QObject):
    """Knows under which id the steps of the runs of this session are kept, and brings the form into branch mode.

    `moment()` tells what is shown, None if nothing that could be branched is. `begun(Moment)` follows a branch point
    that was set, `refused(sentence)` one that could not be.
    """

    begun = Signal(object)
    refused = Signal(str)

    def __init__(self, form: FormState, moment: Callable[[], Moment | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._moment = moment
        self._recipes: dict[JobId, Recipe] = {}
        self._ids: dict[str, str] = {}

    def follow(self, event: JobEvent) -> None:
        """Learn the names of the runs of this session."""
        if isinstance(event, Queued):
            self._recipes[event.job] = event.recipe
        elif isinstance(event, Started) and event.trajectory:
            self.know(self._recipes[event.job], event.trajectory)
        elif isinstance(event, ImageReady):
            self.know(event.generated.recipe, id_of(event.generated))

    def know(self, made: Recipe, trajectory: str) -> None:
        """The steps of the run of this recipe go by that id."""
        self._ids[made.text()] = trajectory

    def why_not(self) -> str:
        """Why there is nothing to branch from now, or ""."""
        moment = self._moment()
        if moment is None:
            return self.tr("Show a step of a picture first: a branch begins there.")
        if isinstance(moment.recipe.start, Inverting):
            return self.tr("An inversion leads to a code, so nothing branches from its steps. Start from its code.")
        if moment.step >= moment.steps:
            return self.tr("This is the last step: nothing would be left to change. Choose an earlier one.")
        if moment.recipe.depth >= BRANCH_DEPTH_MAXIMUM:
            return self.tr("A branch lies at most {depth} branches deep.").format(depth=BRANCH_DEPTH_MAXIMUM)
        return ""

    def branch_here(self) -> None:
        """Branch from the step that is shown."""
        moment = self._moment()
        why_not = self.why_not()
        if why_not or moment is None:
            self.refused.emit(why_not)
        else:
            self.branch_from(moment)

    def branch_from_picture(self, made: Recipe, trajectory: str = "") -> None:
        """Branch from the middle of a picture of which no step is shown; the form then moves the branch point."""
        steps = run_steps(made)
        self.branch_from(Moment(made, steps // 2, steps, trajectory))

    def branch_from(self, moment: Moment) -> None:
        """Bring the form into branch mode, with everything else as the run had it: unchanged, it gives it again."""
        parent = moment.recipe
        known = moment.trajectory or self._ids.get(parent.text(), UNKNOWN_TRAJECTORY)
        start = FromStep(trajectory=known, step=moment.step, parent=parent)
        try:
            branch = recipe(**{**dict(parent), "start": start})
        except InvalidField as problem:
            self.refused.emit(problem.sentence)
            return
        self._form.load(branch)
        self.begun.emit(moment)


def id_of(generated: GeneratedImage) -> str:
    """The id of the steps of a finished picture."""
    return trajectory_id(generated.recipe, generated.model_hash, generated.device, generated.dtype)
