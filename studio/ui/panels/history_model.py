"""The jobs of this session, newest first, with small pictures; large ones stay in their files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.image import Image
from studio.job.event import JobId
from studio.job.recipe import Recipe
from studio.ui.picture_mime import picture_mime
from studio.ui.qimage import to_qimage
from studio.ui.thumbnail import thumbnail
from studio.ui.titles import beginning, capital
from studio.ui.widgets.state import plain_tooltip

ENTRY = Qt.ItemDataRole.UserRole
PROMPT_SHOWN = 300
Index = QModelIndex | QPersistentModelIndex


class JobState(Enum):
    """Where a job is in its life."""

    QUEUED = auto()
    RUNNING = auto()
    PAUSED = auto()
    FINISHED = auto()
    CANCELLED = auto()
    FAILED = auto()


@dataclass
class Entry:
    """One job. `unsaved` is its picture as long as no file holds it; `detail` is a sentence about its state."""

    job: JobId
    recipe: Recipe
    state: JobState = JobState.QUEUED
    detail: str = ""
    small: Image | None = None
    unsaved: Image | None = None
    path: Path | None = None

    @property
    def has_picture(self) -> bool:
        """Whether there is a finished picture, in a file or not."""
        return self.path is not None or self.unsaved is not None


class HistoryModel(QAbstractListModel):
    """Gives an `Entry` for `ENTRY`, and texts for tooltips and screen readers. Unknown jobs are passed over."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._words(entry))
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return self._words(entry)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        entry = self.data(index, ENTRY)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if entry and entry.has_picture else flags

    def mimeData(self, indexes: Any) -> QMimeData:
        entry = self.data(indexes[0], ENTRY)
        image = entry.unsaved or entry.small
        return picture_mime(to_qimage(image) if image else None, entry.path)

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def add(self, entry: Entry) -> None:
        """Put a new job on top."""
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._entries.insert(0, entry)
        self.endInsertRows()

    def remove(self, job: JobId) -> None:
        """Take a job away."""
        index = self.index_of(job)
        if index.isValid():
            self.beginRemoveRows(QModelIndex(), index.row(), index.row())
            del self._entries[index.row()]
            self.endRemoveRows()

    def index_of(self, job: JobId) -> QModelIndex:
        """Where `job` is; an invalid index if it is not here."""
        row = next((row for row, entry in enumerate(self._entries) if entry.job == job), None)
        return QModelIndex() if row is None else self.index(row)

    def entry(self, job: JobId) -> Entry | None:
        return next((entry for entry in self._entries if entry.job == job), None)

    def set_state(self, job: JobId, state: JobState, detail: str) -> None:
        if entry := self.entry(job):
            entry.state, entry.detail = state, detail
            self._changed(job)

    def set_small(self, job: JobId, image: Image) -> None:
        """Show `image`, shrunk to a thumbnail."""
        if entry := self.entry(job):
            entry.small = thumbnail(image)
            self._changed(job)

    def set_recipe(self, job: JobId, recipe: Recipe) -> None:
        """How the picture was made: from the code that an inversion found, for example."""
        if entry := self.entry(job):
            entry.recipe = recipe

    def set_picture(self, job: JobId, image: Image | None, path: Path | None) -> None:
        """The finished picture: as a file, or as pixels as long as no file holds them."""
        if entry := self.entry(job):
            entry.path = path
            entry.unsaved = image if path is None else None
            self._changed(job)

    def _changed(self, job: JobId) -> None:
        index = self.index_of(job)
        self.dataChanged.emit(index, index)

    def _words(self, entry: Entry) -> str:
        prompt = entry.recipe.prompt
        if len(prompt) > PROMPT_SHOWN:
            prompt = prompt[:PROMPT_SHOWN].rstrip() + "…"
        text = self.tr("{prompt}. {beginning}. {state}.").format(
            prompt=prompt or self.tr("No prompt"),
            beginning=capital(beginning(entry.recipe)),
            state=state_word(self, entry.state),
        )
        return f"{text} {entry.detail}".rstrip()


def state_word(teller: QObject, state: JobState) -> str:
    """The word for `state`, in the user's language."""
    words = {
        JobState.QUEUED: teller.tr("Queued"),
        JobState.RUNNING: teller.tr("Running"),
        JobState.PAUSED: teller.tr("Paused"),
        JobState.FINISHED: teller.tr("Done"),
        JobState.CANCELLED: teller.tr("Cancelled"),
        JobState.FAILED: teller.tr("Failed"),
    }
    return words[state]
