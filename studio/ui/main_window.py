"""The main window: puts the panes together and connects them. What they do is theirs."""

from __future__ import annotations

import base64
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from studio import paths
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.plugin.host import PluginHost
from studio.sampling.registry import Methods
from studio.settings import Settings
from studio.ui.actions import WindowActions
from studio.ui.appearance import Appearance
from studio.ui.branch_controller import BranchController
from studio.ui.canvas.canvas import Canvas
from studio.ui.codes.codes_controller import CodesController
from studio.ui.codes.codes_panel import CodesPanel
from studio.ui.codes.shelf import Shelf
from studio.ui.controller import Controller
from studio.ui.export_controller import ExportController
from studio.ui.focus_ring import FocusRing
from studio.ui.form_state import FormState
from studio.ui.form_values import FormValues
from studio.ui.greeting import Greeting
from studio.ui.header import Header
from studio.ui.inpaint.inpaint_controller import InpaintController
from studio.ui.inpaint.paint_tools import PaintTools
from studio.ui.inpaint.workspaces import Workspaces
from studio.ui.interpolate.bench import Bench
from studio.ui.interpolate.interpolate_controller import InterpolateController
from studio.ui.interpolate.key_panel import KeyPanel
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.interpolate.track_state import TrackState
from studio.ui.kept_steps import KeptSteps
from studio.ui.panels.history_panel import HistoryPanel
from studio.ui.panels.recipe_pane import RecipePane
from studio.ui.panels.side_pane import SidePane
from studio.ui.panels.tree_panel import TreePanel
from studio.ui.picture_files import load_image
from studio.ui.plugins.plugins_controller import PluginsController
from studio.ui.process_controller import ProcessController
from studio.ui.race.race_controller import RaceController
from studio.ui.recovery import Recovery
from studio.ui.run_session import RunSession
from studio.ui.run_status import RunStatus
from studio.ui.settings_store import SettingsStore
from studio.ui.stage import Stage
from studio.ui.theme import Theme
from studio.ui.timeline.timeline import Timeline
from studio.ui.workspace import Workspace
from studio.worker.job_queue import JobQueue
from studio.worker.plugin_watch import PluginWatch

FIRST_SIZE = QSize(1280, 800)
SMALLEST_SIZE = QSize(800, 480)


class MainWindow(QMainWindow):
    """Owns the panes and the objects behind them. Closing it saves the settings and ends the worker thread."""

    def __init__(
        self,
        queue: JobQueue,
        store: SettingsStore,
        catalog: ModelCatalog,
        methods: Methods,
        theme: Theme,
        sources: SourceStore,
        host: PluginHost,
    ) -> None:
        # First of all: until Qt's loop runs, no widget hears of a font that comes after it.
        self._appearance = Appearance(theme, store)
        super().__init__()
        self._appearance.setParent(self)
        self._queue, self._store = queue, store
        self.form = FormState(methods, _values_of(store.current), self)
        self.session = RunSession(queue, self)
        self.shelf = Shelf(queue, self)
        self._make_panes(methods, catalog, store)
        self._lay_out()
        self._make_controllers(methods, catalog, store, sources)
        self.plugins = PluginsController(self, host, methods, PluginWatch(queue, host, self))
        self._connect()
        self._begin(store.current)

    def _make_panes(self, methods: Methods, catalog: ModelCatalog, store: SettingsStore) -> None:
        queue = self._queue
        self.recipe_pane = RecipePane(self.form, methods, catalog)
        self.canvas = Canvas()
        self.paint_tools = PaintTools(self.canvas)
        self.timeline = Timeline()
        self.track_state = TrackState(TrackPlan.of_data(store.current.track), self)
        self.bench = Bench(self.track_state, self.shelf.name)
        self.key_panel = KeyPanel(self.track_state, self.shelf)
        self.recipe_pane.add_keys(self.key_panel)
        self.history = HistoryPanel(load_image)
        self.tree = TreePanel(load_image, lambda: Path(store.current.pictures_folder or paths.pictures()))
        self.codes_panel = CodesPanel(self.shelf)
        self.side = SidePane(self.history, self.tree, self.codes_panel)
        self.header = Header()
        self.stage = Stage(self.canvas, self.timeline, self.history, store.record, self)
        self.greeting = Greeting(self.canvas, self.form, queue, self)

    def _make_controllers(
        self, methods: Methods, catalog: ModelCatalog, store: SettingsStore, sources: SourceStore
    ) -> None:
        queue = self._queue
        self.actions_of_window = WindowActions(self, self.canvas)
        self.workspaces = Workspaces(self, store)
        self.controller = Controller(self, catalog, store)
        self.inpaint = InpaintController(self, queue, catalog, store, sources)
        self.process = ProcessController(self, queue, catalog, store)
        self.branches = BranchController(self, queue)
        self.races = RaceController(self, methods, store)
        self.exports = ExportController(self, queue, store)
        self.kept_steps = KeptSteps(self, queue)
        self.codes = CodesController(self, queue, methods.samplers, catalog, sources)
        self.interpolating = InterpolateController(self, self.track_state, store)
        self.recovery = Recovery(queue, self.session, self.form, self.controller.banner, self)

    def _begin(self, settings: Settings) -> None:
        """Look as at the end of the last start. The style sheet goes on last, when all widgets are made."""
        self._restore(settings)
        self.inpaint.start()
        self._ring = FocusRing(self)
        self._appearance.dress()

    def warm_up(self) -> None:
        """Have the model ready before the first press of Generate, and know which codes there are."""
        self.session.warm_up(self.form.values.model)
        self.shelf.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember()
        # Out of sight first: ending the threads may take as long as one network call.
        self.hide()
        self.inpaint.shut_down()
        self.interpolating.shut_down()
        self._store.save()
        self.tree.stop()
        self.exports.shut_down()
        self.plugins.shut_down()
        self._queue.shut_down(self.plugins.watch.give_up)
        super().closeEvent(event)

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("Reverie"))
        self.setMinimumSize(SMALLEST_SIZE)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.paint_tools, 1)
        column.addWidget(self.timeline)
        column.addWidget(self.bench)
        self.bench.hide()
        for pane in (middle, self.side, self.history, self.tree, self.codes_panel):
            pane.setProperty("surface", "panel")
            pane.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.workspace = Workspace(self.recipe_pane, middle, self.side)
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
        self.session.status_changed.connect(self._show_progress)
        self.timeline.take_keys_of(self.canvas.view)
        self.canvas.take_drops_of(self)
        self.form.changed.connect(lambda names: self._expect_steps() if names & {"steps", "timesteps"} else None)

    def _expect_steps(self) -> None:
        self.timeline.expect(self.form.expected_steps())

    def _show_progress(self, status: RunStatus) -> None:
        """Tell in the title how far the run is: it is read while the window is hidden."""
        if status.running and status.fraction is not None:
            title = self.tr("{percent} % - Reverie").format(percent=int(status.fraction * 100))
        else:
            title = self.tr("Reverie")
        self.setWindowTitle(title)

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


def _values_of(settings: Settings) -> FormValues:
    return FormValues.from_data(settings.form) if settings.form else FormValues()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(QByteArray(text.encode()))
