"""What can be done with the kept steps of the picture shown: record them again, and keep them for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from studio.errors import StudioError
from studio.export.picture_file import read_picture
from studio.job.recording import RecordAgain
from studio.job.shelf import Answer, PinRequest, UsageRequest
from studio.ui.panels.folder_scan import made_id
from studio.ui.picture_actions import allow
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class KeptSteps(QObject):
    """Two entries of the Picture menu. They look at the picture when the menu opens."""

    def __init__(self, window: MainWindow, queue: JobQueue) -> None:
        super().__init__(window)
        self._window, self._queue = window, queue
        self._pinned: frozenset[str] = frozenset()
        self.record_again = QAction(self.tr("Record its steps again"), self)
        self.pin = QAction(self.tr("Keep its steps for good"), self)
        self.pin.setCheckable(True)
        menu = window.actions_of_window.picture_menu
        menu.addSeparator()
        menu.addActions([self.record_again, self.pin])
        menu.aboutToShow.connect(self.refresh)
        self.record_again.triggered.connect(self._record_again)
        self.pin.triggered.connect(self._pin)
        queue.answered.connect(self._learn)
        # What is pinned is asked for when the worker is ready, so that the menu knows it.
        window.session.model_status.connect(lambda _: queue.ask(UsageRequest()))
        self.refresh()

    def refresh(self) -> None:
        """Say what can be done with the picture on the canvas."""
        name = self._trajectory()
        why_not = "" if name else self.tr("Show a saved picture of Reverie first.")
        allow(self.record_again, why_not)
        allow(self.pin, why_not)
        self.pin.setChecked(bool(name) and name in self._pinned)

    def _record_again(self) -> None:
        path, recipe = self._window.canvas.path(), self._window.stage.recipe()
        if path is not None and recipe is not None:
            self._window.timeline.set_live(True)
            self._queue.submit(RecordAgain(path, recipe))

    def _pin(self, pinned: bool) -> None:
        name = self._trajectory()
        if name:
            self._queue.ask(PinRequest(name, pinned))

    def _trajectory(self) -> str:
        """The name of the steps of the picture on the canvas, "" if nobody knows how it was made."""
        path = self._window.canvas.path()
        if path is None or self._window.stage.recipe() is None:
            return ""
        try:
            picture = read_picture(path)
        except StudioError:
            return ""
        return made_id(picture.recipe, picture.made) if picture.recipe else ""

    def _learn(self, answer: Answer) -> None:
        if answer.usage is not None:
            self._pinned = answer.usage.pinned
        if isinstance(answer.question, PinRequest):
            kept = self.tr("Its steps are kept whatever the limit on space.")
            free = self.tr("Its steps may go when space is needed.")
            told = answer.sentence or (kept if answer.question.pinned else free)
            self._window.controller.toast.tell(told)
