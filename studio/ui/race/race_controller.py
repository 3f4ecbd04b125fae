"""Joins the race window to the rest: the form gives its base, the session runs it, the main window shows its lanes."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio import paths
from studio.errors import StudioError
from studio.export.picture_file import write_new_picture
from studio.job.event import JobEvent, JobId
from studio.job.race import Race
from studio.job.recipe import Recipe
from studio.library.naming import SUFFIX, clean_name, subject
from studio.sampling.registry import Methods
from studio.storage import make_folder
from studio.ui.settings_store import SettingsStore

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow
    from studio.ui.race.race_board import LaneTrack
    from studio.ui.race.race_window import RaceWindow


class RaceController(QObject):
    """Makes the race window when it is first asked for: its plot takes a while to load."""

    def __init__(self, window: MainWindow, methods: Methods, store: SettingsStore) -> None:
        super().__init__(window)
        self._window, self._methods, self._store = window, methods, store
        self._job: JobId | None = None
        self.race_window: RaceWindow | None = None
        window.actions_of_window.race.triggered.connect(self.open)

    def open(self) -> None:
        """Show the race window, with the form of this moment as its base."""
        if self.race_window is None:
            self.race_window = self._made()
        self.race_window.setup.refresh()
        self.race_window.show()
        self.race_window.raise_()
        self.race_window.activateWindow()

    def _made(self) -> RaceWindow:
        from studio.ui.race.race_window import RaceWindow

        made = RaceWindow(self._methods, self._base, self._window)
        made.start_requested.connect(self._start)
        made.cancel_requested.connect(self._cancel)
        made.show_requested.connect(self._show)
        made.use_requested.connect(self._window.controller.use_recipe)
        made.save_sheet_requested.connect(self._save_sheet)
        self._window.session.job_event.connect(self._follow)
        self._window.form.changed.connect(lambda _: made.setup.refresh())
        return made

    def _base(self) -> Recipe:
        """The recipe of the form. Raises `InvalidField`."""
        return self._window.form.recipes()[0]

    def _start(self, race: Race) -> None:
        if self.race_window is not None:
            self.race_window.begin(race)
            self._job = self._window.session.submit_series(race)

    def _cancel(self) -> None:
        if self._job is not None:
            self._window.session.cancel_series(self._job)

    def _follow(self, event: JobEvent) -> None:
        if self.race_window is not None and event.job == self._job:
            self.race_window.follow(event)

    def _show(self, track: LaneTrack) -> None:
        """Show a finished lane in the main window, as if its file had been opened."""
        if track.generated is not None:
            self._window.greeting.end()
            path = track.path or Path(track.lane.label)
            self._window.stage.show_file(track.generated.image, track.lane.recipe, path)

    def _save_sheet(self) -> None:
        """Save the contact sheet in the pictures folder; nothing is replaced."""
        shown = self.race_window
        if shown is None or shown.board is None or not shown.board.results:
            return
        from studio.export.race_sheet import race_sheet  # not needed to open the window

        board = shown.board
        folder = Path(self._store.current.pictures_folder or paths.pictures())
        stem = f"{subject(board.race.base.prompt)}-{board.race.base.seed}-race"
        names = (clean_name(stem, end) for end in chain([SUFFIX], (f"-{again}{SUFFIX}" for again in count(2))))
        try:
            make_folder(folder)
            path = write_new_picture(folder, names, race_sheet(board.race, board.results))
        except StudioError as problem:
            shown.banner.tell("danger", problem.sentence)
            return
        saved = self.tr("Saved as {name}.").format(name=path.name)
        shown.toast.tell(saved, self.tr("Show"), lambda: self._window.controller.files.show_in_folder(path))
