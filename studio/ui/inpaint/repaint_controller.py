"""What happens to painting while a run waits: the brush is live, and what is painted becomes a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from studio.image import Image
from studio.job.event import JobEvent, Paused
from studio.job.recipe import Recipe
from studio.painting.frame import Frame
from studio.ui.form_state import painted_by
from studio.ui.header import INPAINT
from studio.ui.inpaint.painting import Painting
from studio.ui.inpaint.repainting import Repainting
from studio.ui.run_status import PausedRun
from studio.ui.titles import title
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.inpaint.inpaint_controller import InpaintController
    from studio.ui.main_window import MainWindow


class RepaintController(QObject):
    """A run that paints waits with its mask open. Any other one gives the picture of its step to be painted on."""

    def __init__(self, window: MainWindow, inpaint: InpaintController, queue: JobQueue) -> None:
        super().__init__(window)
        self._window, self._inpaint = window, inpaint
        self._repainting = Repainting(queue, self)
        self._repainting.ready.connect(self._open)
        self._repainting.refused.connect(lambda sentence: window.controller.banner.tell("warning", sentence))
        window.session.job_event.connect(self._follow)

    def goes_with(self, recipe: Recipe) -> bool:
        """Whether what is painted now is painted on a run with this recipe."""
        painting = self._inpaint.desk.painting
        return painting is not None and (painting.run == recipe or self._inpaint.showing.belongs(recipe))

    def prepare(self) -> bool:
        """Have the form know what was painted on the run that waits; whether that makes it another picture."""
        paused, painting = self._window.session.paused, self._inpaint.desk.painting
        if paused is None or painting is None or not self.goes_with(paused.recipe):
            return False
        if not painting.is_masked(self._window.form.values.way) and not self._inpaint.showing.belongs(paused.recipe):
            # Opened to be painted on, but nothing was painted: the run goes on as it was.
            return False
        self._inpaint.prepare()
        return self._window.form.values.painted != painted_by(paused.recipe)

    def _follow(self, event: JobEvent) -> None:
        paused = self._window.session.paused
        if isinstance(event, Paused) and paused is not None and paused.job == event.job:
            self._paused(paused)

    def _paused(self, paused: PausedRun) -> None:
        window, desk = self._window, self._inpaint.desk
        if window.workspaces.is_inpaint and self.goes_with(paused.recipe):
            if not desk.is_shown:
                desk.show()
            window.canvas.view.setFocus(Qt.FocusReason.OtherFocusReason)
        elif window.workspaces.is_inpaint and desk.painting is None:
            self._repainting.fetch(paused)
        elif paused.trajectory and paused.step:
            text = self.tr("The run waits at step {step}.").format(step=paused.step)
            act = self.tr("Paint on this step")
            window.controller.toast.tell(text, act, lambda: self._repainting.fetch(paused))

    def _open(self, paused: PausedRun, image: Image) -> None:
        """The picture that the run expected at its step is what stays where nothing is painted."""
        window = self._window
        if window.session.paused is None or window.session.paused.job != paused.job:
            return
        name = self.tr("Step {step} of '{title}'").format(step=paused.step, title=title(paused.recipe))
        painting = Painting(image, name, Frame.whole(image.width, image.height))
        painting.run = paused.recipe
        window.form.set(width=paused.recipe.width, height=paused.recipe.height)
        if window.form.values.way == "crop":
            window.form.set(way="blend")
        self._inpaint.desk.put(painting)
        window.workspaces.show(INPAINT)
        if not self._inpaint.desk.is_shown:
            self._inpaint.desk.show()
        window.canvas.view.setFocus(Qt.FocusReason.OtherFocusReason)
        window.controller.toast.tell(self.tr("Paint where it should become something else, then generate."))
