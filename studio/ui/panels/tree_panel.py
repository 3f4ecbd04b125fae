"""The tree: which picture is a branch of which, at which step, with what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QListView, QStackedLayout, QWidget

from studio.errors import StudioError
from studio.image import Image
from studio.job.event import Cancelled, Failed, Finished, ImageReady, JobEvent, PreviewReady, Queued
from studio.library.lineage import Relative
from studio.ui.branching import id_of
from studio.ui.panels.folder_scan import FolderScan
from studio.ui.panels.tree_delegate import TreeDelegate
from studio.ui.panels.tree_model import LEAF, Leaf, TreeModel
from studio.ui.picture_actions import PictureActions, allow


class TreeView(QListView):
    """Left goes to the parent of a picture, Right to its first branch."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}
        model = self.model()
        if event.key() in ways and isinstance(model, TreeModel) and self.currentIndex().isValid():
            self.setCurrentIndex(model.relation(self.currentIndex(), up=ways[Qt.Key(event.key())]))
        else:
            super().keyPressEvent(event)


class TreePanel(QWidget):
    """Follows the jobs of this session, and rebuilds the rest from the files of the pictures folder.

    The signals carry the name of a picture: its path, or its job as long as no file holds it. `selected` asks to show
    it; `branch_requested` to branch from it; `compare_requested(one, other)` to compare two, the other one None for
    the picture shown.
    """

    selected = Signal(object)
    branch_requested = Signal(object)
    compare_requested = Signal(object, object)
    use_settings_requested = Signal(object)

    def __init__(
        self, load: Callable[[Path], Image], folder: Callable[[], Path], parent: QWidget | None = None
    ) -> None:
        """`load` reads a picture file and raises a `StudioError`; `folder` tells the pictures folder of the moment."""
        super().__init__(parent)
        self._load, self._folder = load, folder
        self._shown: Hashable = None
        self._letters: dict[Hashable, str] = {}
        self._unreadable: set[Path] = set()
        self._model = TreeModel(self)
        self._scan = FolderScan(self)
        self._list = TreeView()
        self._empty = QLabel(self.tr("Branch from a step and the tree grows here."))
        self._pages = QStackedLayout(self)
        self._thumbnails = QTimer(self)
        self._thumbnails.setInterval(0)
        self._lay_out()
        self._make_actions()
        self._connect()

    def follow(self, event: JobEvent) -> None:
        """Take in what a job tells."""
        if isinstance(event, Queued):
            self._model.put(Relative(event.job, event.recipe, born=time.time()))
        elif isinstance(event, ImageReady):
            self._finish(event.job, event)
        elif isinstance(event, Finished) and event.path is not None:
            self._name(event.job, event.path)
        elif isinstance(event, (Cancelled, Failed)):
            self._model.take(event.job)

    def preview(self, preview: PreviewReady) -> None:
        """Show how a picture comes along."""
        self._model.set_small(preview.job, preview.image)

    def show_mark(self, shown: Hashable) -> None:
        """Mark the picture that is on the canvas."""
        self._shown = shown
        self._list.viewport().update()

    def show_letters(self, letters: dict[Hashable, str]) -> None:
        """Mark pictures that are compared with "A" and "B"."""
        self._letters = letters
        self._list.viewport().update()

    def refresh(self) -> None:
        """Look through the pictures folder again."""
        self._scan.begin(self._folder())

    def stop(self) -> None:
        """The window closes: look for nothing more."""
        self._scan.stop()
        self._thumbnails.stop()

    def leaf(self, key: Hashable) -> Leaf | None:
        """The line of a picture, or None if it is not in the tree."""
        return self._model.index_of(key).data(LEAF)

    def relative(self, key: Hashable) -> Relative | None:
        """What is known of a picture, whether it is in the tree or not."""
        return self._model.relatives().get(key)

    def relatives(self) -> list[Relative]:
        """All pictures that are known, in no order."""
        return list(self._model.relatives().values())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _lay_out(self) -> None:
        self._list.setModel(self._model)
        self._list.setItemDelegate(TreeDelegate(lambda key: (self._letters.get(key, ""), self._is_shown(key)), self))
        self._list.setAccessibleName(self.tr("Tree"))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.setProperty("focusInside", True)
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setMargin(16)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._list)
        self.setFocusProxy(self._list)

    def _make_actions(self) -> None:
        self._actions = PictureActions(self._list)
        self._branch = self._actions.add(self.tr("Branch from this picture"), "git-branch")
        self._compare = self._actions.add(self.tr("Compare with the picture shown"), "git-compare")

    def _connect(self) -> None:
        self._scan.found.connect(self._found)
        self._thumbnails.timeout.connect(self._load_one)
        self._list.clicked.connect(self._clicked)
        self._list.activated.connect(self._show)
        self._list.customContextMenuRequested.connect(self._open_menu)
        self._list.selectionModel().selectionChanged.connect(lambda: self._offer())
        self._model.modelAboutToBeReset.connect(self._keep_place)
        self._model.modelReset.connect(self._grown)
        self._branch.triggered.connect(lambda: self._ask(self.branch_requested.emit))
        self._actions.use_settings.triggered.connect(lambda: self._ask(self.use_settings_requested.emit))
        self._compare.triggered.connect(self._ask_to_compare)

    def _finish(self, job: int, event: ImageReady) -> None:
        made = event.generated
        if job in self._model.relatives():
            self._model.put(Relative(job, made.recipe, id_of(made), self._model.relatives()[job].born))
        self._model.set_small(job, made.image)

    def _name(self, job: int, path: Path) -> None:
        known = self._model.relatives().get(job)
        if known is not None:
            self._model.put(Relative(path, known.recipe, known.trajectory, known.born), instead_of=job)
            if self._shown == job:
                self.show_mark(path)

    def _found(self, new: dict[Path, Relative], gone: set[Path]) -> None:
        self._model.put_all(new.values(), gone)

    def _is_shown(self, key: Hashable) -> bool:
        return key is not None and key == self._shown

    def _keep_place(self) -> None:
        leaf = self._list.currentIndex().data(LEAF)
        self._current = leaf.row.key if leaf else None
        self._place = self._list.verticalScrollBar().value()

    def _grown(self) -> None:
        self._pages.setCurrentWidget(self._list if self._model.rowCount() else self._empty)
        index = self._model.index_of(self._current)
        if index.isValid():
            self._list.setCurrentIndex(index)
        self._list.verticalScrollBar().setValue(self._place)
        self._thumbnails.start()
        self._offer()

    def _load_one(self) -> None:
        """Read the small picture of one file; one a turn, so that the window answers meanwhile."""
        path = self._model.unseen(self._unreadable)
        if path is None:
            self._thumbnails.stop()
            return
        try:
            self._model.set_small(path, self._load(path))
        except StudioError:
            self._unreadable.add(path)

    def _clicked(self, index: QModelIndex) -> None:
        if len(self._list.selectedIndexes()) == 1:
            self._show(index)

    def _show(self, index: QModelIndex) -> None:
        leaf: Leaf | None = index.data(LEAF)
        if leaf is not None and leaf.row.key is not None:
            self.selected.emit(leaf.row.key)

    def _keys(self) -> list[Hashable]:
        """The chosen pictures that are here, as they stand in the tree."""
        rows = sorted(self._list.selectedIndexes(), key=QModelIndex.row)
        return [key for index in rows if (key := index.data(LEAF).row.key) is not None]

    def _ask(self, wish: Callable[[Hashable], object]) -> None:
        for key in self._keys()[:1]:
            wish(key)

    def _ask_to_compare(self) -> None:
        keys = self._keys()
        if keys:
            self.compare_requested.emit(keys[0], keys[1] if len(keys) == 2 else None)

    def _offer(self) -> None:
        keys = self._keys()
        one = "" if len(keys) == 1 else self.tr("Choose one picture.")
        allow(self._branch, one)
        allow(self._actions.use_settings, one)
        self._compare.setText(self.tr("Compare") if len(keys) == 2 else self.tr("Compare with the picture shown"))
        few = self.tr("Choose one picture, or two with Ctrl.")
        allow(self._compare, "" if len(keys) in (1, 2) else few)

    def _open_menu(self, place: QPoint) -> None:
        if self._list.indexAt(place).isValid():
            self._offer()
            menu = self._actions.menu([(self._branch, self._compare), (self._actions.use_settings,)])
            menu.popup(self._list.viewport().mapToGlobal(place))
