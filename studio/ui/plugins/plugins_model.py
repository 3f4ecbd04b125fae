"""The plugins as a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.plugin.store import PluginEntry
from studio.ui.plugins.plugin_words import row_text, state_word, title
from studio.ui.widgets.state import plain_tooltip

ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class PluginsModel(QAbstractListModel):
    """Shows the entries whose name, id, author or methods hold what is searched for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[PluginEntry, ...] = ()
        self._shown: list[PluginEntry] = []
        self._words: list[str] = []

    def show(self, entries: Sequence[PluginEntry]) -> None:
        """Show these instead."""
        self._all = tuple(entries)
        self._filter()

    def search(self, text: str) -> None:
        """Show only those that hold every word of `text`."""
        self._words = text.casefold().split()
        self._filter()

    def index_of(self, plugin: str) -> QModelIndex:
        """Where a plugin stands; an invalid index where it is not shown."""
        for row, entry in enumerate(self._shown):
            if entry.id == plugin:
                return self.index(row)
        return QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._shown[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{title(entry)}, {state_word(entry)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(row_text(entry))
        return None

    def _filter(self) -> None:
        self.beginResetModel()
        self._shown = [entry for entry in self._all if all(word in _searched(entry) for word in self._words)]
        self.endResetModel()


def _searched(entry: PluginEntry) -> str:
    manifest = entry.manifest
    parts = [entry.id, entry.name, state_word(entry)]
    if manifest is not None:
        parts += [*manifest.authors, manifest.description]
        parts += [text for part in manifest.contributions for text in (part.name, part.title)]
    return " ".join(parts).casefold()
