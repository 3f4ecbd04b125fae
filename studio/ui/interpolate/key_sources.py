"""Where the keys of the track come from: the history, the canvas, the form, the shelf, and files that are dropped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.errors import InvalidField, StudioError
from studio.export.picture_file import read_picture
from studio.job.code import FromCode, FromSeed
from studio.job.codes import TakeCode
from studio.job.event import TERMINAL, JobEvent, JobId
from studio.job.inversion import Inverted
from studio.job.recipe import Recipe
from studio.job.shelf import Answer
from studio.job.track import Key
from studio.ui.codes.code_drop import CodeDrop
from studio.ui.codes.inverting import Errand
from studio.ui.interpolate.track_plan import TrackPlan, key_of, number_of_new
from studio.ui.interpolate.track_state import TrackState
from studio.ui.widgets.seed_row import draw

if TYPE_CHECKING:
    from studio.ui.interpolate.interpolate_controller import InterpolateController
    from studio.ui.main_window import MainWindow


class KeySources(QObject):
    """Puts keys on the track, wherever they come from."""

    def __init__(self, window: MainWindow, state: TrackState, controller: InterpolateController) -> None:
        super().__init__(controller)
        self._window, self._state, self._controller = window, state, controller
        self._chosen: list[JobId] = []
        self._of_history: TrackPlan | None = None
        self._inversions: set[JobId] = set()
        self._files: list[TakeCode] = []
        window.session.job_event.connect(self._inverted)
        window.shelf.answered.connect(self._answered)

    def take_drops_of(self, target: QWidget) -> None:
        """What is dropped there becomes a key."""
        drop = CodeDrop(target)
        drop.dropped.connect(self.take_codes)
        drop.picture_dropped.connect(self.take_picture)
        drop.file_dropped.connect(self.take_code_file)
        drop.refused.connect(self._tell)

    def add(self, key: Key, frame: int | None = None) -> None:
        """Put a key on the track, and choose it."""
        before = self._state.plan
        try:
            plan = before.with_key(key, frame)
        except InvalidField as problem:
            self._tell(problem.sentence)
            return
        self._state.change(plan)
        self._state.choose(number_of_new(plan, before, frame))

    def take_history(self) -> None:
        """The pictures that are chosen in the history become the keys, if there are two or more.

        A choice is taken once, and never in the place of a track that is worked on: there it is offered.
        """
        jobs = self._window.history.chosen()
        if jobs == self._chosen:
            return
        self._chosen = jobs
        keys = [key for job in jobs if (recipe := self._window.stage.recipe_of(job)) and (key := key_of(recipe))]
        plan = TrackPlan()
        for key in keys:
            plan = plan.with_key(key)
        if len(keys) < 2 or plan.keys == self._state.plan.keys:
            return
        toast = self._window.controller.toast
        if not self._state.plan.keys or self._state.plan == self._of_history:
            self._use(plan)
            text = self.tr("The pictures chosen in the history are the keys.")
            toast.tell(text, self.tr("Undo"), self._state.undo)
        else:
            text = self.tr("{count} pictures are chosen in the history.").format(count=len(keys))
            toast.tell(text, self.tr("Make them the keys"), lambda: self._use(plan))

    def add_shown(self) -> None:
        """The picture on the canvas as a key, else what the form says."""
        recipe = self._window.stage.recipe()
        key = key_of(recipe) if recipe is not None else None
        self.add(key or self._key_of_form())

    def add_at(self, frame: int) -> None:
        """A key where the cursor is: the frame that is there, if it is known, else another seed."""
        plan = self._state.plan
        if plan.keys and frame in plan.places and not plan.as_sheet:
            return
        try:
            recipe = self._controller.runner.recipes()[frame] if plan.ready and not plan.as_sheet else None
        except (InvalidField, IndexError):
            recipe = None
        if recipe is not None:
            self._controller.frame_actions.make_key(recipe, frame)
        else:
            self.add(self._key_of_form(draw()), None)

    def take_codes(self, codes: tuple[str, ...]) -> None:
        """Codes of the shelf."""
        for code in codes:
            card = self._window.shelf.card(code)
            if card is not None and card.facts is not None:
                facts = card.facts
                own = facts.origin in ("inversion", "interpolation")
                scale = facts.guidance if own else self._window.form.values.scale
                words = facts.prompt or self._window.form.values.prompt
                self.add(Key(FromCode(code=code), words, facts.negative_prompt, scale, facts.blend))

    def take_code_file(self, path: Path) -> None:
        """The file of a code: it is put on the shelf first."""
        question = TakeCode(path)
        self._files.append(question)
        self._window.shelf.ask(question)

    def take_picture(self, path: Path) -> None:
        """A picture that says how it was made is a key; any other one is inverted first."""
        try:
            recipe: Recipe | None = read_picture(path).recipe
        except StudioError as problem:
            self._tell(problem.sentence)
            return
        key = key_of(recipe) if recipe is not None else None
        if key is not None:
            self.add(key)
            return
        try:
            sampling = self._controller.runner.base().sampling
        except InvalidField:
            sampling = None
        self._window.codes.inverting.open(path, Errand(self._inversions.add, sampling))

    def _use(self, plan: TrackPlan) -> None:
        self._of_history = plan
        self._state.change(plan)
        self._state.choose(0)

    def _key_of_form(self, seed: int | None = None) -> Key:
        """A key as the form says; with another seed it has the words of the chosen key."""
        values, known = self._window.form.values, self._state.chosen
        if seed is not None and known is not None:
            return replace(known, end=FromSeed(seed=seed))
        start = values.code if isinstance(values.code, FromCode) else FromSeed(seed=seed or values.seed)
        return Key(start, values.prompt, values.negative_prompt, values.scale, values.blend)

    def _answered(self, answer: Answer) -> None:
        """The code of a file that was dropped on the track is on the shelf, or is refused."""
        if not any(question is answer.question for question in self._files):
            return
        self._files = [question for question in self._files if question is not answer.question]
        if not answer.sentence:  # else the shelf has told it
            self.take_codes((answer.code,))

    def _inverted(self, event: JobEvent) -> None:
        """The picture that was dropped on the track has a code now."""
        if event.job not in self._inversions:
            return
        if isinstance(event, Inverted):
            facts = event.facts
            self.add(Key(FromCode(code=event.code), facts.prompt, facts.negative_prompt, facts.guidance))
        elif isinstance(event, TERMINAL):
            self._inversions.discard(event.job)

    def _tell(self, sentence: str) -> None:
        self._window.controller.toast.tell(sentence)
