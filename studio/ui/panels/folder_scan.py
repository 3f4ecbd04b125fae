"""Looks through the pictures folder a few files at a time, so that the window answers meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from studio.export.metadata import Made
from studio.export.recipe_file import read_recipe
from studio.job.recipe import Recipe
from studio.job.recording import trajectory_id
from studio.library.lineage import Relative

FILES_A_TURN = 4


class FolderScan(QObject):
    """`found(dict, set)` follows a look through the folder: new pictures by their path, and the paths that are gone.

    A file that did not change since the last look is not read again.
    """

    found = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[Path, float] = {}
        self._files: Iterator[Path] = iter(())
        self._new: dict[Path, Relative] = {}
        self._seen: set[Path] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    def begin(self, folder: Path) -> None:
        """Look through `folder`, from the beginning if a look is under way."""
        self._new, self._seen = {}, set()
        self._files = iter(sorted(folder.glob("*.png")))
        self._timer.start()

    def is_busy(self) -> bool:
        """Whether a look is under way."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Look no further."""
        self._timer.stop()

    def _turn(self) -> None:
        for _ in range(FILES_A_TURN):
            path = next(self._files, None)
            if path is None:
                self._end()
                return
            self._look(path)

    def _look(self, path: Path) -> None:
        try:
            changed = path.stat().st_mtime
        except OSError:
            return
        self._seen.add(path)
        if self._known.get(path) == changed:
            return
        self._known[path] = changed
        recipe, made = read_recipe(path)
        if recipe is not None:
            self._new[path] = Relative(path, recipe, made_id(recipe, made), changed)

    def _end(self) -> None:
        self._timer.stop()
        gone = set(self._known) - self._seen
        for path in gone:
            del self._known[path]
        if self._new or gone:
            self.found.emit(self._new, gone)


def made_id(recipe: Recipe, made: Made | None) -> str:
    """The id of the steps of a picture in a file, "" if the file does not say with what it was made."""
    return trajectory_id(recipe, made.model_hash, made.device, made.dtype) if made and made.model_hash else ""
