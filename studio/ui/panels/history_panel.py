"""The history of this session: every job as a card, newest first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QLabel, QMessageBox, QStackedLayout, QWidget

from studio.image import Image
from studio.job.event import GeneratedImage, JobId
from studio.job.recipe import Recipe
from studio.ui.panels.card_list import CardList
from studio.ui.panels.history_model import ENTRY, Entry, HistoryModel, JobState
from studio.ui.picture_actions import PictureActions, allow
from studio.ui.picture_mime import picture_mime
from studio.ui.qimage import to_qimage


class HistoryPanel(QWidget):
    """Shows jobs and their pictures; what the user wants with one is told by signals that carry its id.

    `selected` asks to show a picture; it is emitted by a click, a double click or Return, and only for a job that has
    one. `branch_requested` asks to branch from it, `paint_requested` to paint on it, `mask_requested` to take its
    brightness as the mask, `compare_requested(job, other)` to compare two, None being the picture shown.
    `delete_requested` comes after the user agreed; the owner deletes the file and calls `remove`.
    """

    selected = Signal(int)
    copy_requested = Signal(int)
    show_in_folder_requested = Signal(int)
    use_settings_requested = Signal(int)
    branch_requested = Signal(int)
    paint_requested = Signal(int)
    mask_requested = Signal(int)
    compare_requested = Signal(object, object)
    delete_requested = Signal(int)

    def __init__(self, load: Callable[[Path], Image], parent: QWidget | None = None) -> None:
        """`load` reads a picture file and raises a `StudioError` if it can't."""
        super().__init__(parent)
        self._load = load
        self._model = HistoryModel(self)
        self._list = CardList()
        self._list.setModel(self._model)
        self._list.setAccessibleName(self.tr("History"))
        self._empty = QLabel(self.tr("Pictures appear here, newest first."))
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._list)
        self.setFocusProxy(self._list)
        self._list.setSelectionMode(CardList.SelectionMode.ExtendedSelection)
        self._actions = PictureActions(self._list)
        self._branch = self._actions.add(self.tr("Branch from this picture"), "git-branch")
        self._paint = self._actions.add(self.tr("Paint on this"), "brush")
        self._mask = self._actions.add(self.tr("Use its brightness as the mask"), "contrast")
        self._compare = self._actions.add(self.tr("Compare with the picture shown"), "git-compare")
        self._delete = self._actions.add(self.tr("Delete file…"), "trash", "Delete")
        self._delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._connect()

    def add_job(self, job: JobId, recipe: Recipe) -> None:
        """Put a queued job on top."""
        self._model.add(Entry(job, recipe))
        self._pages.setCurrentWidget(self._list)

    def set_preview(self, job: JobId, image: Image) -> None:
        """Show how the job's picture comes along."""
        self._model.set_small(job, image)

    def set_image(self, job: JobId, generated: GeneratedImage, path: Path | None = None) -> None:
        """The job's finished picture. It is kept whole only as long as no file, `path`, holds it."""
        self._model.set_small(job, generated.image)
        self._model.set_recipe(job, generated.recipe)
        self._model.set_picture(job, generated.image, path)

    def set_path(self, job: JobId, path: Path) -> None:
        """The job's picture is in a file now."""
        self._model.set_picture(job, None, path)

    def set_state(self, job: JobId, state: JobState, detail: str = "") -> None:
        """Show where the job is; `detail` is a sentence for the tooltip, for example why it failed."""
        self._model.set_state(job, state, detail)

    def remove(self, job: JobId) -> None:
        """Take a job out of the history."""
        self._model.remove(job)
        if not self._model.rowCount():
            self._pages.setCurrentWidget(self._empty)

    def jobs(self) -> list[JobId]:
        """All jobs, newest first."""
        return [self._model.index(row).data(ENTRY).job for row in range(self._model.rowCount())]

    def newest(self) -> JobId | None:
        """The newest job that has a picture."""
        return next((job for job in self.jobs() if (entry := self._model.entry(job)) and entry.has_picture), None)

    def entry(self, job: JobId) -> Entry | None:
        """What is known of a job, or None."""
        return self._model.entry(job)

    def picture(self, job: JobId) -> Image | None:
        """The finished picture in full size, or None if there is none yet. Raises what `load` raises."""
        entry = self._model.entry(job)
        if entry is None or entry.path is None:
            return entry.unsaved if entry else None
        return self._load(entry.path)

    def mime(self, job: JobId) -> QMimeData:
        """The picture for the clipboard. Raises what `load` raises."""
        image, entry = self.picture(job), self._model.entry(job)
        return picture_mime(to_qimage(image) if image else None, entry.path if entry else None)

    def _connect(self) -> None:
        self._list.clicked.connect(self._clicked)
        self._list.activated.connect(self._show)
        self._list.customContextMenuRequested.connect(self._open_menu)
        self._list.selectionModel().currentChanged.connect(self._offer)
        self._list.selectionModel().selectionChanged.connect(self._offer)
        self._model.dataChanged.connect(self._offer)
        actions = self._actions
        actions.copy.triggered.connect(lambda: self._ask_for(self.copy_requested))
        actions.show_in_folder.triggered.connect(lambda: self._ask_for(self.show_in_folder_requested))
        actions.use_settings.triggered.connect(lambda: self._ask_for(self.use_settings_requested))
        self._branch.triggered.connect(lambda: self._ask_for(self.branch_requested))
        self._paint.triggered.connect(lambda: self._ask_for(self.paint_requested))
        self._mask.triggered.connect(lambda: self._ask_for(self.mask_requested))
        self._compare.triggered.connect(self._ask_to_compare)
        self._delete.triggered.connect(self._ask_before_deleting)
        self._offer()

    def _current(self) -> Entry | None:
        return self._list.currentIndex().data(ENTRY)

    def _clicked(self, index: QModelIndex) -> None:
        if len(self._list.selectedIndexes()) <= 1:
            self._show(index)

    def _show(self, index: QModelIndex) -> None:
        entry: Entry = index.data(ENTRY)
        if entry.has_picture:
            self.selected.emit(entry.job)

    def _ask_for(self, wish: SignalInstance) -> None:
        if entry := self._current():
            wish.emit(entry.job)

    def _ask_to_compare(self) -> None:
        jobs = self.chosen()
        if jobs:
            self.compare_requested.emit(jobs[0], jobs[1] if len(jobs) == 2 else None)

    def select_all(self) -> None:
        """Choose every picture."""
        self._list.selectAll()

    def chosen(self) -> list[JobId]:
        """The chosen jobs that have a picture, oldest first."""
        rows = sorted(self._list.selectedIndexes(), key=QModelIndex.row, reverse=True)
        return [entry.job for index in rows if (entry := index.data(ENTRY)).has_picture]

    def _offer_to_compare(self, entry: Entry | None) -> None:
        jobs = self.chosen()
        self._compare.setText(self.tr("Compare") if len(jobs) == 2 else self.tr("Compare with the picture shown"))
        allow(self._compare, "" if len(jobs) in (1, 2) else self.tr("Choose one picture, or two with Ctrl."))
        for action in (self._branch, self._paint, self._mask):
            allow(action, "" if entry and entry.has_picture else self.tr("There is no picture yet."))

    def _offer(self) -> None:
        entry = self._current()
        saved = entry is not None and entry.path is not None
        self._actions.offer(shown=entry is not None and entry.has_picture, saved=saved, has_recipe=entry is not None)
        self._offer_to_compare(entry)
        allow(self._delete, "" if saved else self.tr("This picture is not saved as a file."))

    def _open_menu(self, place: QPoint) -> None:
        if not self._list.indexAt(place).isValid():
            return
        actions = self._actions
        own = (actions.use_settings, self._branch, self._compare)
        painting = (self._paint, self._mask)
        menu = actions.menu([(actions.copy, actions.show_in_folder), own, painting, (self._delete,)])
        menu.popup(self._list.viewport().mapToGlobal(place))

    def _ask_before_deleting(self) -> None:
        entry = self._current()
        if entry is None or entry.path is None:
            return
        box = QMessageBox(QMessageBox.Icon.NoIcon, self.tr("Delete file"), "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Delete {name}?").format(name=entry.path.name))
        box.setInformativeText(self.tr("The picture and the recipe in it are removed from the disk."))
        delete = box.addButton(self.tr("Delete file"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        delete.clicked.connect(lambda: self.delete_requested.emit(entry.job))
        box.open()
