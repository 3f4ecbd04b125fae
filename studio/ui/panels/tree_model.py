"""The pictures that are branches of each other, as rows of a graph: of this session and of the pictures folder."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.image import Image
from studio.job.difference import changed_from_parent
from studio.job.recipe import FromStep, Recipe
from studio.library.lineage import Relative, TreeRow, family_tree
from studio.ui.difference_words import summary
from studio.ui.thumbnail import thumbnail
from studio.ui.titles import run_steps, title
from studio.ui.widgets.state import plain_tooltip

LEAF = Qt.ItemDataRole.UserRole
PROMPT_SHOWN = 300
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False)
class Leaf:
    """One line of the tree: where it stands, what it says, and its small picture if there is one yet."""

    row: TreeRow
    heading: str
    detail: str
    small: Image | None


class TreeModel(QAbstractListModel):
    """Gives a `Leaf` for `LEAF`. A picture is named by its file, or by its job as long as no file holds it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._relatives: dict[Hashable, Relative] = {}
        self._small: dict[Hashable, Image] = {}
        self._leaves: list[Leaf] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._leaves)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        leaf = self._leaves[index.row()]
        if role == LEAF:
            return leaf
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._words(leaf))
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return self._words(leaf)
        return None

    def put(self, relative: Relative, *, instead_of: Hashable = None) -> None:
        """Add a picture, or know it under another name from now on."""
        if instead_of is not None and instead_of in self._relatives:
            del self._relatives[instead_of]
            if instead_of in self._small:
                self._small[relative.key] = self._small.pop(instead_of)
        self._relatives[relative.key] = relative
        self._grow()

    def put_all(self, relatives: Iterable[Relative], gone: Iterable[Hashable] = ()) -> None:
        """Add many pictures and take others away."""
        for key in gone:
            self._relatives.pop(key, None)
            self._small.pop(key, None)
        self._relatives.update({relative.key: relative for relative in relatives})
        self._grow()

    def take(self, key: Hashable) -> None:
        """Take a picture away. Its branches stay, with its recipe."""
        if self._relatives.pop(key, None) is not None:
            self._small.pop(key, None)
            self._grow()

    def set_small(self, key: Hashable, image: Image) -> None:
        """Show `image`, shrunk, for a picture."""
        if key in self._relatives:
            self._small[key] = thumbnail(image)
            self._refresh(key)

    def relatives(self) -> Mapping[Hashable, Relative]:
        """All pictures by their names, also those that have no branch."""
        return dict(self._relatives)

    def unseen(self, but: Container[Path]) -> Path | None:
        """A file in the tree whose small picture is not loaded, `but` those, or None."""
        keys = (leaf.row.key for leaf in self._leaves if leaf.small is None)
        return next((key for key in keys if isinstance(key, Path) and key not in but), None)

    def index_of(self, key: Hashable) -> QModelIndex:
        """Where a picture is; an invalid index if it is not in the tree."""
        row = next((row for row, leaf in enumerate(self._leaves) if leaf.row.key == key), None)
        return QModelIndex() if row is None or key is None else self.index(row)

    def relation(self, index: Index, *, up: bool) -> QModelIndex:
        """The parent of a picture, or its first branch; itself if there is none."""
        row = index.row()
        if up:
            found = self._leaves[row].row.parent
        else:
            found = next((number for number, leaf in enumerate(self._leaves) if leaf.row.parent == row), None)
        return self.index(row if found is None else found)

    def _grow(self) -> None:
        rows = family_tree(self._relatives.values())
        self.beginResetModel()
        self._leaves = [self._leaf(row) for row in rows]
        self.endResetModel()

    def _refresh(self, key: Hashable) -> None:
        index = self.index_of(key)
        if index.isValid():
            self._leaves[index.row()] = self._leaf(self._leaves[index.row()].row)
            self.dataChanged.emit(index, index)

    def _leaf(self, row: TreeRow) -> Leaf:
        heading, detail = self._told(row.recipe)
        if row.key is None:
            detail = self.tr("not here any more")
        return Leaf(row, heading, detail, self._small.get(row.key))

    def _told(self, recipe: Recipe) -> tuple[str, str]:
        start = recipe.start
        if not isinstance(start, FromStep):
            steps = self.tr("{steps} steps, {sampler}")
            return title(recipe), steps.format(steps=recipe.sampling.steps, sampler=recipe.sampling.sampler)
        changed = summary(changed_from_parent(recipe))
        new_noise = self.tr("new noise") if start.noise == "reseeded" else ""
        detail = ", ".join(part for part in (changed, new_noise) if part) or self.tr("nothing changed")
        whole = run_steps(start.parent)
        return self.tr("Step {step} of {steps}").format(step=start.step, steps=whole), detail

    def _words(self, leaf: Leaf) -> str:
        prompt = leaf.row.recipe.prompt
        prompt = prompt if len(prompt) <= PROMPT_SHOWN else prompt[:PROMPT_SHOWN].rstrip() + "…"
        if leaf.row.step is None:
            return self.tr("{heading}. {detail}.").format(heading=leaf.heading, detail=leaf.detail)
        text = self.tr("Branch from {heading}. {detail}. {prompt}.")
        return text.format(heading=leaf.heading.lower(), detail=leaf.detail, prompt=prompt or self.tr("No prompt"))
