"""Finds what can be compared: jobs of this session, files, and what is on the canvas."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from studio.errors import RefusedFile
from studio.export.picture_file import read_picture
from studio.job.recipe import FromStep
from studio.ui.canvas.canvas import Canvas
from studio.ui.compare.exhibit import Exhibit
from studio.ui.panels.history_panel import HistoryPanel
from studio.ui.panels.tree_panel import TreePanel
from studio.ui.qimage import from_qimage
from studio.ui.stage import Stage


class Exhibits:
    """A picture is named by its file, or by its job as long as no file holds it."""

    def __init__(self, history: HistoryPanel, tree: TreePanel, stage: Stage, canvas: Canvas) -> None:
        self._history, self._tree, self._stage, self._canvas = history, tree, stage, canvas

    def find(self, key: Hashable) -> Exhibit:
        """The picture of that name. Raises a `StudioError` if it can't be read, or is not there."""
        entry = self._history.entry(key) if isinstance(key, int) else None
        path = entry.path if entry else key
        if isinstance(path, Path):
            picture = read_picture(path)
            return Exhibit(picture.image, path.name, path, picture.recipe, picture.made)
        image = entry.unsaved if entry else None
        if entry is None or image is None:
            raise RefusedFile("There is no finished picture to compare yet.")
        relative = self._tree.relative(key)
        return Exhibit(image, "", key, entry.recipe, known_id=relative.trajectory if relative else "")

    def shown(self) -> Exhibit | None:
        """The picture on the canvas; of a step, the finished picture of its run. None if there is none."""
        recipe, path = self._stage.recipe(), self._canvas.path()
        if path is not None:
            return self.find(path)
        same = (self._history.entry(job) for job in self._history.jobs())
        job = next((entry.job for entry in same if entry and entry.recipe is recipe and entry.has_picture), None)
        if job is not None:
            return self.find(job)
        image = self._canvas.picture()
        return Exhibit(from_qimage(image), self._canvas.caption(), None, recipe) if image is not None else None

    def parent_of(self, one: Exhibit) -> Hashable:
        """The name of the picture that this one is a branch of, or None if it is not here."""
        start = one.recipe.start if one.recipe else None
        if not isinstance(start, FromStep):
            return None
        same = [relative for relative in self._tree.relatives() if relative.recipe == start.parent]
        best = min(same, key=lambda relative: (relative.trajectory != start.trajectory, relative.born), default=None)
        return best.key if best else None
