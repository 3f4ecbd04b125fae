"""The plugins window: the list at the left, one plugin at the right. A zip that is dropped on it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.plugin.store import PluginEntry
from studio.ui.metrics import px
from studio.ui.plugins.plugin_delegate import PluginDelegate
from studio.ui.plugins.plugin_page import PluginPage, PluginView
from studio.ui.plugins.plugins_model import ENTRY, PluginsModel
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.state import plain_tooltip

WIDTH, HEIGHT, LIST = 880, 560, 312


class PluginsWindow(QWidget):
    """`chosen(id)` tells which plugin is looked at, `install_requested(Path)` what was dropped, `install_file` and
    `install_folder` that one is to be asked for."""

    chosen = Signal(str)
    install_requested = Signal(object)
    install_file = Signal()
    install_folder = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Plugins"))
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.model = PluginsModel(self)
        self.list = QListView()
        self.search = QLineEdit()
        self.page = PluginPage()
        self._install = QPushButton(self.tr("Install"))
        self._none, self._hint = QLabel(), QLabel()
        self._pages = QStackedWidget()
        self._lay_out()
        self.banner = Banner(self.page)
        self._connect()
        self.resize(px(WIDTH), px(HEIGHT))

    def show_entries(self, entries: Sequence[PluginEntry]) -> None:
        """Bring the list up to date; who was chosen stays chosen."""
        before = self.current()
        self.model.show(entries)
        self.choose(before)

    def current(self) -> str:
        """The id of the plugin that is looked at, "" if none is."""
        entry = self.list.currentIndex().data(ENTRY)
        return entry.id if entry else ""

    def choose(self, plugin: str) -> None:
        """Look at a plugin, or at the first one where it is not shown."""
        index = self.model.index_of(plugin)
        if not index.isValid() and self.model.rowCount():
            index = self.model.index(0)
        self.list.setCurrentIndex(index)
        self._turn()

    def show_plugin(self, view: PluginView) -> None:
        """Show what is known of the chosen plugin."""
        self.page.show_plugin(view)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.install_requested.emit(path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.banner.isVisible():
            self.banner.dismiss()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        menu = QMenu(self._install)
        menu.addAction(self.tr("From a zip file…")).triggered.connect(self.install_file)
        menu.addAction(self.tr("From a folder…")).triggered.connect(self.install_folder)
        self._install.setMenu(menu)
        self.search.textChanged.connect(self._searched)
        self.list.clicked.connect(lambda _: self.banner.dismiss())
        self.list.selectionModel().currentChanged.connect(lambda *_: self._tell())
        find = QShortcut(QKeySequence("Ctrl+F"), self)
        find.activated.connect(lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason))

    def _searched(self, text: str) -> None:
        before = self.current()
        self.model.search(text)
        self._none.setText(self.tr("No plugin is found with '{text}'.").format(text=text))
        self.choose(before)
        self._tell()

    def _tell(self) -> None:
        if self.current():
            self.chosen.emit(self.current())

    def _turn(self) -> None:
        self._pages.setCurrentIndex(0 if self.model.rowCount() else 1)
        self.page.setVisible(bool(self.model.rowCount()))

    def _lay_out(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(PluginDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Plugins"))
        self.search.setPlaceholderText(self.tr("Find"))
        self.search.setAccessibleName(self.tr("Find plugins"))
        self.search.setToolTip(plain_tooltip(self.tr("Name, author, state and methods are searched."), "Ctrl+F"))
        self.search.setAcceptDrops(False)
        self._hint.setText(self.tr("Drop a zip or a folder here to install it."))
        for label in (self._none, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", "secondary")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setMargin(px(12))
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self._left())
        parts.addWidget(self.page)
        parts.setStretchFactor(1, 1)
        parts.setChildrenCollapsible(False)
        parts.setSizes([px(LIST), px(WIDTH - LIST)])
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(parts)

    def _left(self) -> QWidget:
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._none)
        head = QHBoxLayout()
        head.setContentsMargins(px(12), px(12), px(12), px(8))
        head.setSpacing(px(8))
        head.addWidget(self._install)
        head.addWidget(self.search, 1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        column.addWidget(self._hint)
        return left


def _dropped(event: QDropEvent) -> Path | None:
    """The one local file or folder that is dropped."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
