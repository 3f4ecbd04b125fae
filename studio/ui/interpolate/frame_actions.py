"""What can be done with a frame of a walk: it becomes a key, a code, or the settings of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from studio.image import Image
from studio.job.code import FromCode
from studio.job.codes import KeepCode
from studio.job.recipe import Recipe
from studio.job.shelf import Answer
from studio.ui.header import GENERATE
from studio.ui.interpolate.track_plan import key_at, key_of
from studio.ui.interpolate.track_state import TrackState
from studio.ui.interpolate.walk_frames import WalkFrames

if TYPE_CHECKING:
    from studio.ui.interpolate.interpolate_controller import InterpolateController
    from studio.ui.main_window import MainWindow


class FrameActions(QObject):
    """Opens the menu of a frame and does what is chosen."""

    def __init__(self, window: MainWindow, state: TrackState, controller: InterpolateController) -> None:
        super().__init__(controller)
        self._window, self._state, self._controller = window, state, controller
        self._waiting: list[tuple[KeepCode, int]] = []
        window.shelf.answered.connect(self._answered)

    def open(self, frames: WalkFrames | None, number: int, place: QPoint) -> None:
        """The menu of frame `number` of these."""
        if frames is None or frames.small(number) is None:
            return
        recipe, path = self._controller.runner.full(frames, number), frames.path(number)
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        frame = frames.numbers[number]
        if not self._state.plan.as_sheet:
            menu.addAction(self.tr("Make it a key"), lambda: self.make_key(recipe, frame, frames.small(number)))
        menu.addAction(self.tr("Keep its code"), lambda: self.keep(recipe, frames.small(number)))
        menu.addAction(self.tr("Use its settings"), lambda: self._use(recipe))
        if path is not None:
            menu.addAction(self.tr("Show in its folder"), lambda: self._window.controller.files.show_in_folder(path))
        menu.popup(place)

    def make_key(self, recipe: Recipe, frame: int, small: Image | None = None) -> None:
        """A key at that frame that gives its picture; what starts between codes becomes a code first."""
        key = key_of(recipe)
        if key is not None:
            self._controller.keys.add(key, frame)
            return
        question = KeepCode(recipe, name=self.tr("frame {frame}").format(frame=frame + 1), thumbnail=small)
        self._waiting.append((question, frame))
        self._window.shelf.ask(question)

    def keep(self, recipe: Recipe, small: Image | None) -> None:
        """Put the code of a frame on the shelf."""
        self._window.shelf.ask(KeepCode(recipe, thumbnail=small))
        self._window.controller.toast.tell(self.tr("Its code is on the shelf."))

    def _use(self, recipe: Recipe) -> None:
        """Bring its settings to the form, where it is run, recorded and branched like any picture."""
        self._window.workspaces.show(GENERATE)
        self._window.controller.use_recipe(recipe)

    def _answered(self, answer: Answer) -> None:
        if not isinstance(answer.question, KeepCode):
            return
        waiting = [(question, frame) for question, frame in self._waiting if question is answer.question]
        self._waiting = [one for one in self._waiting if one[0] is not answer.question]
        if answer.sentence:
            self._window.controller.toast.tell(answer.sentence)
            return
        for question, frame in waiting:
            self._controller.keys.add(key_at(FromCode(code=answer.code), question.recipe), frame)
