"""A small picture for a code that was made of others: drawn in few steps, as a job that can be cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.errors import InvalidField
from studio.job.code import CodeFacts, FromCode
from studio.job.codes import PictureCode
from studio.job.event import TERMINAL, JobEvent, JobId
from studio.job.recipe import EXPLICIT, Guidance, Recipe, Sampling, checked, recipe
from studio.job.track import FrameReady
from studio.job.walk import Walk

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

STEPS = 8


class Sketching(QObject):
    """Draws codes that have no picture yet, if they can be drawn with the model that is chosen."""

    def __init__(self, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._jobs: dict[JobId, str] = {}
        window.session.job_event.connect(self._follow)

    def draw(self, code: str) -> None:
        """Draw a code of the shelf, and have its card show it."""
        card, model = self._window.shelf.card(code), self._window.form.values.model
        if card is None or card.facts is None or card.thumbnail is not None:
            return
        if card.facts.model not in ("", model):
            return  # another model would have to be loaded for so small a picture
        try:
            work = Walk((sketch(code, card.facts, model),))
        except InvalidField:
            return
        self._jobs[self._window.session.submit_series(work)] = code

    def _follow(self, event: JobEvent) -> None:
        code = self._jobs.get(event.job)
        if code is None:
            return
        if isinstance(event, FrameReady):
            self._window.shelf.ask(PictureCode(code, event.generated.image))
        elif isinstance(event, TERMINAL):
            del self._jobs[event.job]


def sketch(code: str, facts: CodeFacts, model: str) -> Recipe:
    """The recipe that draws a code in few steps with its own words, from its own level on. Raises `InvalidField`."""
    return recipe(
        model=model,
        prompt=facts.prompt,
        negative_prompt=facts.negative_prompt,
        blend=facts.blend,
        width=facts.width,
        height=facts.height,
        start=FromCode(code=code),
        sampling=_few(facts),
        guidance=checked(Guidance, scale=facts.guidance),
    )


def _few(facts: CodeFacts) -> Sampling:
    left = facts.timesteps
    if left:
        count = min(STEPS, len(left))
        chosen = [left[number * len(left) // count] for number in range(count)]
    else:
        chosen = [float(round(facts.timestep * (1 - number / STEPS))) for number in range(STEPS)]
        chosen = [facts.timestep, *(t for t in dict.fromkeys(chosen) if t < facts.timestep)]
    return checked(Sampling, spacing=EXPLICIT, timesteps=tuple(chosen), steps=len(chosen))
