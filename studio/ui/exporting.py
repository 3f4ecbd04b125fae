"""Exports of the window: opens the Export dialog for a run, and remembers how its form was left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.errors import InvalidField
from studio.export.order import steps_of
from studio.job.facts import TrajectoryFacts
from studio.job.recipe import Recipe
from studio.job.view import ViewKind
from studio.ui.dialogs.export_choices import ExportChoices
from studio.worker.export_desk import ExportDesk
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.dialogs.export_dialog import ExportDialog
    from studio.ui.interpolate.walk_export_dialog import WalkExportDialog


class Exporting(QObject):
    """One dialog at a time. `saved(path)` tells where an export went, `show_file(path)` asks to show it there.

    Shut it down before the queue, which decodes for it; when the program ends it does so by itself.
    """

    saved = Signal(object)
    show_file = Signal(object)

    def __init__(self, queue: JobQueue, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._desk = ExportDesk(queue.ask, queue.view_ready, self)
        self._choices = ExportChoices()
        self._dialog: ExportDialog | None = None
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut_down)

    @staticmethod
    def possible(facts: TrajectoryFacts | None) -> bool:
        """Whether there is something to export: a run whose recipe is known and of which a step is kept."""
        return facts is not None and facts.recipe is not None and bool(steps_of("x", facts.kept))

    def open(self, facts: TrajectoryFacts, base: Path, view: ViewKind | None = None) -> ExportDialog:
        """Open the dialog for a run for which an export is `possible`; one that is open already comes to the front.

        `base` is what the export is named after, folder and name without a suffix: usually the picture's. `view` is
        the one to begin with, else it is that of the last time.
        """
        from studio.ui.dialogs.export_dialog import ExportDialog  # not needed before, and the window opens sooner

        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return self._dialog
        choices = self._choices if view is None else replace(self._choices, view=view)
        dialog = self._dialog = ExportDialog(self._desk, facts, base, choices, self._window)
        dialog.finished.connect(self._closed)
        dialog.saved.connect(self.saved)
        dialog.show_file.connect(self.show_file)
        dialog.open()
        return dialog

    def open_walk(
        self, recipes: tuple[Recipe, ...], folder: Path, fps: float, columns: int | None = None
    ) -> WalkExportDialog:
        """Open the dialog for the frames of a rendered walk, which lie in `folder`."""
        from studio.ui.interpolate.walk_export_dialog import WalkExportDialog

        dialog = WalkExportDialog(self._desk, recipes, folder, fps, columns, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self.saved)
        dialog.show_file.connect(self.show_file)
        dialog.open()
        return dialog

    def shut_down(self) -> None:
        """Cancel what works, keep its frames, and end the exporting thread. May be called twice."""
        self._desk.shut_down()

    def _closed(self) -> None:
        if self._dialog is not None:
            try:
                self._choices = self._dialog.choices()
            except InvalidField:  # what was refused is not worth remembering
                self._choices = ExportChoices()
            self._dialog.deleteLater()
            self._dialog = None
