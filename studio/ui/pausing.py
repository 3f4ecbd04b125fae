"""Pause, look back, go on: as the run was, or, if the form was changed meanwhile, as a branch from this step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields

from PySide6.QtCore import QObject, Signal

from studio.errors import InvalidField
from studio.job.event import JobId
from studio.job.recipe import FromStep, Recipe, recipe
from studio.ui.form_state import FormState
from studio.ui.form_values import FormValues
from studio.ui.run_session import RunSession
from studio.ui.run_status import PausedRun

HELD = frozenset({"model", "width", "height"})
"""What a branch takes from its run."""

NOT_OF_A_RUN = frozenset({"count", "seed_locked"})


class Pausing(QObject):
    """Remembers how the form was when a run was accepted, so that it knows whether it was changed.

    `prepare()` is called before that is asked, for what the form learns only when it is needed; it says whether that is
    something else. `check(recipe)` raises `InvalidField` for a branch that cannot be.

    `went_on()` tells that the run, or its branch, works again; `told(sentence)` says what was done, `refused(field,
    sentence)` what could not be.
    """

    went_on = Signal()
    told = Signal(str)
    refused = Signal(str, str)

    def __init__(self, form: FormState, session: RunSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._form, self._session = form, session
        self._accepted: dict[JobId, FormValues] = {}
        self.prepare: Callable[[], bool] = lambda: False
        self.check: Callable[[Recipe], object] = lambda recipe: None

    def remember(self, jobs: Iterable[JobId]) -> None:
        """These jobs were accepted from the form as it is now."""
        unfinished = self._session.unfinished()
        waiting = {job: values for job, values in self._accepted.items() if job in unfinished}
        self._accepted = {**waiting, **dict.fromkeys(jobs, self._form.values)}

    def toggle(self) -> None:
        """Pause the run, or go on with it."""
        if self._session.paused is None:
            self._session.pause()
        else:
            self._go_on(self._session.paused)

    def changed(self) -> frozenset[str]:
        """The fields of the form that were changed since the paused run was accepted."""
        paused = self._session.paused
        before = self._accepted.get(paused.job) if paused else None
        if before is None:
            return frozenset()
        names = {part.name for part in fields(FormValues)} - NOT_OF_A_RUN
        return frozenset(name for name in names if getattr(before, name) != getattr(self._form.values, name))

    def _go_on(self, paused: PausedRun) -> None:
        repainted = self.prepare()
        changed = self.changed() | ({"painted"} if repainted else set())
        if not changed:
            self._session.go_on()
            self.went_on.emit()
            return
        try:
            branch = self._branch(paused, changed)
            self.check(branch)
        except InvalidField as problem:
            self.refused.emit(problem.field, problem.sentence)
            return
        self._session.replace_paused(branch)
        self.went_on.emit()
        text = self.tr("You changed the recipe, so this is a branch from step {step}. The steps before are kept.")
        self.told.emit(text.format(step=paused.step))

    def _branch(self, paused: PausedRun, changed: frozenset[str]) -> Recipe:
        """The form as a branch of the paused run. Raises `InvalidField`."""
        if held := sorted(HELD & changed):
            raise InvalidField(held[0], self.tr("A branch keeps model and size of its run. Put them back to go on."))
        if not paused.trajectory:
            raise InvalidField("", self.tr("The steps of this run are not recorded, so no branch can begin here."))
        form = self._form.recipes()[0]
        if "start" in changed:
            return form
        reseeded = "seed" in changed
        start = FromStep(
            trajectory=paused.trajectory,
            step=paused.step,
            noise="reseeded" if reseeded else "recorded",
            parent=paused.recipe,
        )
        return recipe(**{**dict(form), "start": start, "seed": form.seed if reseeded else paused.recipe.seed})
