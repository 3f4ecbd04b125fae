"""One plugin: what it is, what there is to know before it is trusted, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QTabWidget, QVBoxLayout, QWidget

from studio.plugin.files import PluginFiles
from studio.plugin.store import PluginEntry, PluginState
from studio.ui.metrics import px
from studio.ui.plugins.conformance_check import Checked
from studio.ui.plugins.plugin_foot import PluginFoot
from studio.ui.plugins.plugin_words import WARNING, adds, origin, title
from studio.ui.plugins.report_view import ReportView
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.state import set_state

FILES, REPORT, LOG = range(3)


@dataclass(frozen=True)
class PluginView:
    """All that the page shows of a plugin.

    `files` is None where they cannot be read; `changed` says that they are others than those the user agreed to;
    `source` that its author's folder is known; `agreed` that it was ever enabled; `checked` is None before a check.
    """

    entry: PluginEntry
    files: PluginFiles | None
    sentence: str = ""
    changed: bool = False
    source: bool = False
    agreed: bool = False
    checking: bool = False
    checked: Checked | None = None
    log: Sequence[str] = ()


class PluginPage(QWidget):
    """Shows one plugin. The wishes of the user come from `foot`."""

    open_folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._origin = ElidedLabel(), ElidedLabel()
        self._about, self._adds, self._state = QLabel(), QLabel(), QLabel()
        self._digest = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._folder = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._open = IconButton("folder-open", self.tr("Open the plugin's folder"))
        self._tabs = QTabWidget()
        self._files, self._log = QPlainTextEdit(), QPlainTextEdit()
        self.report = ReportView()
        self.foot = PluginFoot()
        self._shown = ""
        self._lay_out()
        self._open.clicked.connect(self.open_folder_requested)

    def show_plugin(self, view: PluginView) -> None:
        """Show it; the tab stays as long as the plugin does."""
        entry, manifest = view.entry, view.entry.manifest
        self._title.setText(title(entry))
        self._origin.setText(origin(entry))
        self._about.setText(manifest.description if manifest else "")
        self._adds.setText(adds(manifest) if manifest else "")
        self._state.setText(view.sentence or self._consent(entry))
        bad = entry.state in WARNING or view.changed
        set_state(self._state, "tone", "danger" if bad else "")
        for label in (self._about, self._adds, self._state):
            label.setVisible(bool(label.text()))
        self._digest.setText(self.tr("SHA-256 {digest}").format(digest=view.files.digest) if view.files else "")
        self._folder.setText(str(entry.folder))
        self._files.setPlainText(self._file_list(view.files))
        self._log.setPlainText("\n".join(view.log) or self.tr("Nothing was noted since the program began."))
        self._show_report(view)
        self.foot.show_plugin(view)
        if self._shown != entry.id:
            self._shown = entry.id
            self.turn_to(FILES if view.checked is None else REPORT)

    def turn_to(self, tab: int) -> None:
        """Show the files, the report or the log."""
        self._tabs.setCurrentIndex(tab)

    def said(self) -> str:
        """The sentence about its state, "" where there is none."""
        return self._state.text()

    def words(self) -> str:
        """All that is said of it, for tests and for reading aloud."""
        labels = (self._title, self._origin, self._about, self._adds, self._state, self._digest, self._folder)
        return "\n".join([*(label.text() for label in labels), self._files.toPlainText(), self._log.toPlainText()])

    def open_folder(self, folder: str) -> None:
        """Show a folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder))

    def _show_report(self, view: PluginView) -> None:
        checked = view.checked
        if view.checking:
            self.report.say(self.tr("It is being tried, in a process of its own."))
        elif checked is None:
            self.report.say(self.tr("It was not tried yet. Nothing of a plugin is run before it is enabled."))
        else:
            self.report.show_reports(checked.reports, checked.sentence)

    def _consent(self, entry: PluginEntry) -> str:
        return self.tr("It is not used before you enable it.") if entry.state is PluginState.FOUND else ""

    def _file_list(self, files: PluginFiles | None) -> str:
        if files is None:
            return self.tr("The files cannot be read.")
        return "\n".join(f"{name}  {size:,} bytes" for name, size in files.files)

    def _lay_out(self) -> None:
        self._title.setProperty("role", "heading")
        for label in (self._origin, self._digest, self._folder, self._about, self._adds):
            label.setProperty("role", "secondary")
        for label in (self._about, self._adds, self._state):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        for text, name in ((self._files, self.tr("Files")), (self._log, self.tr("Log"))):
            text.setReadOnly(True)
            text.setAccessibleName(name)
            text.setTabChangesFocus(True)
            text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._tabs.addTab(self._files, self.tr("Files"))
        self._tabs.addTab(self.report, self.tr("Report"))
        self._tabs.addTab(self._log, self.tr("Log"))
        place = QHBoxLayout()
        place.setSpacing(px(4))
        place.addWidget(self._folder, 1)
        place.addWidget(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(12), px(12))
        column.setSpacing(px(4))
        for widget in (self._title, self._origin, self._about, self._adds, self._state, self._digest):
            column.addWidget(widget)
        column.addLayout(place)
        column.addWidget(self._tabs, 1)
        column.addWidget(self.foot)
