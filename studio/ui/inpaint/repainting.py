"""Pause, repaint, go on: the picture of the step at which a run waits, to be painted on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from studio.errors import InvalidField, StudioError
from studio.job.recipe import FromStep, Recipe
from studio.job.view import ViewReady, ViewRequest
from studio.painting.frame import Frame
from studio.ui.inpaint.showing import Masks, crop_frame
from studio.ui.run_status import PausedRun
from studio.worker.job_queue import JobQueue


class Repainting(QObject):
    """`ready(paused, image)` follows `fetch`, or `refused(sentence)`: the picture that the run expected there (x0)."""

    ready = Signal(object, object)
    refused = Signal(str)

    def __init__(self, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._wanted: tuple[PausedRun, ViewRequest] | None = None
        queue.view_ready.connect(self._take)

    def fetch(self, paused: PausedRun) -> None:
        """Ask for the picture of the step at which the run waits."""
        if not paused.trajectory or paused.step < 1:
            self.refused.emit(self.tr("This step is not recorded, so it cannot be painted on. Pause at a later one."))
            return
        request = ViewRequest(paused.trajectory, paused.step, "x0", exact=True)
        self._wanted = paused, request
        self._queue.ask(request)

    @Slot(object)
    def _take(self, ready: ViewReady) -> None:
        if self._wanted is None or ready.request != self._wanted[1]:
            return
        paused, self._wanted = self._wanted[0], None
        if ready.image is None:
            self.refused.emit(ready.sentence)
        else:
            self.ready.emit(paused, ready.image)


def check_branch(recipe: Recipe, masks: Masks) -> None:
    """Refuse a branch that works on another part of the picture than the run it begins in: its steps would not fit.

    Raises `InvalidField`.
    """
    if not isinstance(recipe.start, FromStep):
        return
    before, own = _part(recipe.start.parent, masks), _part(recipe, masks)
    if own == before:
        return
    if before is None:
        sentence = "This run works on all of the picture. Choose another way than 'Only the masked part' to repaint it."
    elif own is None:
        sentence = "This run works on the masked part only. Choose the way 'Only the masked part' to go on with it."
    else:
        sentence = "The mask has outgrown the part that this run works on. Paint inside that part, or begin a new run."
    raise InvalidField("way", sentence)


def _part(recipe: Recipe, masks: Masks) -> Frame | None:
    """The part of the picture that a run works on, None for all of what it was given."""
    inpaint = recipe.inpaint
    if inpaint is None or inpaint.mode != "crop":
        return None
    try:
        return crop_frame(masks.mask(inpaint.mask), inpaint.padding, recipe.width, recipe.height)
    except StudioError:  # without its mask the run itself says what is missing
        return None
