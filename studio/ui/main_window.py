"""The main window: puts the panes together and connects them. What they do is theirs."""

from __future__ import annotations

import base64
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication, QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from studio import paths
from studio.models.catalog import ModelCatalog
from studio.sampling.registry import SamplerRegistry
from studio.settings import Settings
from studio.ui.actions import WindowActions
from studio.ui.canvas.canvas import Canvas
from studio.ui.controller import Controller
from studio.ui.focus_ring import FocusRing
from studio.ui.form_state import FormState, FormValues
from studio.ui.header import Header
from studio.ui.metrics import REDUCE_MOTION
from studio.ui.panels.history_panel import HistoryPanel
from studio.ui.panels.recipe_pane import RecipePane
from studio.ui.picture_files import load_image
from studio.ui.run_session import RunSession
from studio.ui.settings_store import SettingsStore
from studio.ui.stage import Stage
from studio.ui.theme import Theme
from studio.ui.timeline.timeline import Timeline
from studio.ui.tokens import ThemeName
from studio.ui.workspace import Workspace
from studio.worker.job_queue import JobQueue

FIRST_SIZE = QSize(1280, 800)
SMALLEST_SIZE = QSize(800, 480)


class MainWindow(QMainWindow):
    """Owns the panes and the objects behind them. Closing it saves the settings and ends the worker thread."""

    def __init__(
        self, queue: JobQueue, store: SettingsStore, catalog: ModelCatalog, samplers: SamplerRegistry, theme: Theme
    ) -> None:
        super().__init__()
        self._queue, self._store, self._theme = queue, store, theme
        self._apply_look(store.current)
        self.form = FormState(samplers, _values_of(store.current), self)
        self.session = RunSession(queue, self)
        self.recipe_pane = RecipePane(self.form, samplers, catalog)
        self.canvas = Canvas()
        self.timeline = Timeline()
        self.history = HistoryPanel(load_image)
        self.header = Header()
        self.stage = Stage(self.canvas, self.timeline, self.history, self)
        self._lay_out()
        self.actions_of_window = WindowActions(self, self.canvas.commands)
        self.controller = Controller(self, catalog, store)
        self._connect()
        self._restore(store.current)
        self._ring = FocusRing(self)

    def warm_up(self) -> None:
        """Have the model ready before the first press of Generate."""
        self.session.warm_up(self.form.values.model)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember()
        self._store.save()
        # Out of sight first: ending the thread may take as long as one network call.
        self.hide()
        self._queue.shut_down()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        self.setWindowTitle("Reverie")
        self.setMinimumSize(SMALLEST_SIZE)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.timeline)
        for pane in (middle, self.history):
            pane.setProperty("surface", "panel")
            pane.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.workspace = Workspace(self.recipe_pane, middle, self.history)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.header)
        rows.addWidget(self.workspace, 1)
        self.setCentralWidget(whole)
        self.workspace.cell_edge_changed.connect(self.timeline.set_cell_edge)

    def _connect(self) -> None:
        self._queue.job_event.connect(self.stage.follow)
        self._queue.preview.connect(self.stage.preview)
        self.session.status_changed.connect(self.recipe_pane.foot.show_status)
        self._store.changed.connect(self._apply_look)
        self.timeline.take_keys_of(self.canvas.view)
        self.timeline.kind_changed.connect(lambda kind: self._store.change(preview_kind=kind))
        self.form.changed.connect(lambda names: self._expect_steps() if names & {"steps", "timesteps"} else None)

    def _expect_steps(self) -> None:
        self.timeline.expect(self.form.values.steps)

    def _apply_look(self, settings: Settings) -> None:
        """Theme, scale and motion; only what changed is done again, because a new style sheet costs a moment."""
        application = QApplication.instance()
        if application is not None:
            application.setProperty(REDUCE_MOTION, settings.reduced_motion)
        wanted = (_theme_name(settings.theme), settings.ui_scale / 100)
        if (self._theme.tokens.name, self._theme.scale) != wanted or not QCoreApplication.instance().styleSheet():
            self._theme.apply(*wanted)

    def _restore(self, settings: Settings) -> None:
        self.timeline.set_kind(settings.preview_kind)
        self._expect_steps()
        if not settings.window_geometry or not self.restoreGeometry(_bytes(settings.window_geometry)):
            available = self.screen().availableSize()
            self.resize(FIRST_SIZE.boundedTo(available))
        self.workspace.restore_sizes(tuple(settings.splitters.get("workspace", ())))

    def _remember(self) -> None:
        splitters = dict(self._store.current.splitters)
        splitters["workspace"] = self.workspace.splitter_sizes()
        self._store.change(
            window_geometry=base64.b64encode(self.saveGeometry().data()).decode(),
            splitters=splitters,
            form=self.form.values.as_data(),
        )


def pictures_folder(settings: Settings) -> Path:
    """Where pictures are saved."""
    return Path(settings.pictures_folder or paths.pictures())


def _theme_name(wanted: str) -> ThemeName:
    if wanted == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return "light" if scheme == Qt.ColorScheme.Light else "dark"
    return "light" if wanted == "light" else "dark"


def _values_of(settings: Settings) -> FormValues:
    return FormValues.from_data(settings.form) if settings.form else FormValues()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(QByteArray(text.encode()))
