"""What the wish to export does: the Export dialog for the run whose steps the strip shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio import paths
from studio.job.recipe import Recipe
from studio.library.naming import picture_names
from studio.ui.exporting import Exporting
from studio.ui.picture_actions import allow
from studio.ui.settings_store import SettingsStore
from studio.ui.widgets.state import plain_tooltip
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class ExportController(QObject):
    """Connects the action and the button with the dialog. Shut it down before the queue, which decodes for it."""

    def __init__(self, window: MainWindow, queue: JobQueue, store: SettingsStore) -> None:
        super().__init__(window)
        self._window, self._store = window, store
        self.exporting = Exporting(queue, window)
        self.action = window.actions_of_window.export
        # Once the stage has followed what happened, too.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._offer)
        self.action.triggered.connect(self.export)
        window.timeline.export_button.clicked.connect(self.export)
        window.stage.shown_changed.connect(self._offer)
        window.timeline.noise_wanted.connect(lambda _: self._offer())
        window.timeline.projector.facts_arrived.connect(self._offer)
        for happening in (queue.job_event, queue.facts_ready):
            happening.connect(lambda _: self._later.start())
        self.exporting.show_file.connect(lambda path: window.controller.files.show_in_folder(path))
        self._offer()

    def export(self) -> None:
        """Open the dialog, which begins with the view that is looked at."""
        timeline = self._window.timeline
        facts = timeline.projector.film.facts
        sentence = self._why_not()
        if sentence:
            self._window.controller.toast.tell(sentence)
        elif facts is not None and facts.recipe is not None:
            self.exporting.open(facts, self._base(facts.recipe), timeline.kind)

    def shut_down(self) -> None:
        """Cancel what works, keep its frames, and end the exporting thread."""
        self._later.stop()
        self.exporting.shut_down()

    def _why_not(self) -> str:
        """Why nothing can be exported now, or ""."""
        film = self._window.timeline.projector.film
        if film.noised:
            return self.tr("This is noise put on a picture. Leave that view first: its own steps can be exported.")
        if film.running:
            return self.tr("The steps can be exported when the run is over.")
        if self.exporting.possible(film.facts):
            return ""
        if film.recipe is None:
            return self.tr("There are no steps yet.")
        return self.tr("The steps of this picture are not recorded.")

    def _base(self, recipe: Recipe) -> Path:
        """What the export is named after: the picture, or for a run that has none what it would be."""
        path = self._file()
        folder = Path(self._store.current.pictures_folder or paths.pictures())
        return (path or folder / next(picture_names(recipe))).with_suffix("")

    def _file(self) -> Path | None:
        """The picture that the steps belong to; None for a run that has none, because it was cancelled."""
        window, film = self._window, self._window.timeline.projector.film
        opened = film.facts.request.picture if film.facts is not None else None
        entries = (window.history.entry(job) for job in window.history.jobs())
        return opened or next((entry.path for entry in entries if entry and entry.recipe is film.recipe), None)

    def _offer(self) -> None:
        """Say whether there is something to export."""
        why_not = self._why_not()
        allow(self.action, why_not)
        button = self._window.timeline.export_button
        button.setEnabled(not why_not)
        tip = why_not or self.tr("Make a video, an animation or a sheet of the steps")
        button.setToolTip(plain_tooltip(tip, "Ctrl+E"))
