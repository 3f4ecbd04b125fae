"""What the canvas shows of a step, and the words for it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject

from studio.image import Image
from studio.job.recipe import Recipe
from studio.job.view import ViewKind
from studio.ui.timeline.film import Film
from studio.ui.timeline.hints import Hints
from studio.ui.timeline.noised_film import NoisedFilm
from studio.ui.timeline.projector import Projector


class Look(NamedTuple):
    """What the canvas shows of a step. `size` is width and height of the finished picture, `recipe` that of the run.

    `final` says that it is the finished picture itself.
    """

    image: Image
    caption: str
    size: tuple[int, int]
    recipe: Recipe | None
    final: bool


class Words(QObject):
    """Names steps, and says in the transport row what there is to say."""

    def __init__(self, projector: Projector, hints: Hints, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projector, self._hints = projector, hints

    def step(self, film: Film, step: int) -> str:
        """ "Step 12 of 30"."""
        text = self.tr("Noise of step {step} of {steps}") if film.noised else self.tr("Step {step} of {steps}")
        return text.format(step=step, steps=film.steps)

    def caption(self, film: Film, step: int, kind: ViewKind) -> str:
        """ "Step 12 of 30, x0"."""
        if isinstance(film, NoisedFilm):
            return self.tr("{step}, with the noise of seed {seed}").format(step=self.step(film, step), seed=film.seed)
        return self.tr("{step}, {kind}").format(step=self.step(film, step), kind=kind)

    def place(self, film: Film, step: int) -> str:
        """ "Step 12 of 30   t 601"."""
        timestep = film.timestep(step)
        level = "" if timestep is None else self.tr("   t {timestep}").format(timestep=f"{timestep:.0f}")
        return self.step(film, step) + level

    def note(self, film: Film, step: int, kind: ViewKind, *, looked_back: bool) -> str:
        """Why nothing is shown, or what could be tried next, or ""."""
        if film.done and not film.saw(kind):
            if film.final is not None:
                return self.tr("The steps of this picture are not recorded.")
            return self.tr("No {kind} was kept of these steps. The next ones show it.").format(kind=kind)
        if looked_back and step and self._projector.picture(step) is None:
            return self._projector.sentence(step) or self.tr("Drawing {kind}").format(kind=kind)
        kept = len(film.recorded) > 1 and not film.running and not film.noised
        return self._hints.text(kept=kept, looked_back=looked_back)
