"""The codes on the shelf as a list: all of them, or those that are searched for, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from studio.job.code import CodeFacts
from studio.job.codes import CodeCard
from studio.ui.codes.code_mime import code_mime
from studio.ui.codes.code_words import all_words, matches, name_of
from studio.ui.widgets.state import plain_tooltip

CARD = Qt.ItemDataRole.UserRole
WHY_NOT = Qt.ItemDataRole.UserRole + 1
"""Why a code does not fit the model that is chosen, or ""."""

Index = QModelIndex | QPersistentModelIndex


class CodesModel(QAbstractListModel):
    """Gives a `CodeCard` for `CARD`. `renamed(code, name)` asks for another name.

    Codes stand in the order in which they were made: one that is renamed stays where it is.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[CodeCard] = []
        self._cards: list[CodeCard] = []
        self._search = ""
        self.why_not: Callable[[CodeFacts], str] = lambda facts: ""

    def show(self, cards: Sequence[CodeCard]) -> None:
        """Show these."""
        self._all = sorted(cards, key=lambda card: (-_born(card), card.code))
        self._arrange()

    def search(self, text: str) -> None:
        """Show only those in which each word of `text` is found."""
        self._search = text
        self._arrange()

    def judge_again(self) -> None:
        """Other codes may fit now."""
        if self._cards:
            self.dataChanged.emit(self.index(0), self.index(len(self._cards) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role == CARD:
            return card
        if role == WHY_NOT:
            return self.why_not(card.facts) if card.facts is not None else card.sentence
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._words(card))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return name_of(card)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(card).replace("\n", ". ")
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        card, name = self.data(index, CARD), str(value).strip()
        if role != Qt.ItemDataRole.EditRole or card is None or not name or name == name_of(card):
            return False
        self.renamed.emit(card.code, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        card = self.data(index, CARD)
        usable = Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
        return super().flags(index) | usable if card and card.facts is not None else super().flags(index)

    def mimeData(self, indexes: Any) -> QMimeData:
        return code_mime(self.data(index, CARD).code for index in indexes)

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def index_of(self, code: str) -> QModelIndex:
        """Where a code is; an invalid index if it is not shown."""
        row = next((row for row, card in enumerate(self._cards) if card.code == code), None)
        return QModelIndex() if row is None else self.index(row)

    def is_empty(self) -> bool:
        """Whether there are no codes at all, searched for or not."""
        return not self._all

    def _arrange(self) -> None:
        shown = [card for card in self._all if matches(card, self._search)]
        if [card.code for card in shown] == [card.code for card in self._cards]:
            self._cards = shown
            self.judge_again()
            return
        self.beginResetModel()
        self._cards = shown
        self.endResetModel()

    def _words(self, card: CodeCard) -> str:
        return all_words(card, self.why_not(card.facts) if card.facts is not None else "")


def _born(card: CodeCard) -> float:
    """When a code was made, in seconds since 1970; where it does not say so, when it was kept."""
    try:
        return datetime.fromisoformat(card.facts.created).timestamp() if card.facts else card.when
    except ValueError:
        return card.when
