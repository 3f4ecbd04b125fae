"""What the wishes about the process do: views of steps, pause and go on, noise it; joined to the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QObject

from studio.job.event import PreviewKind
from studio.job.recording import RecordSettings
from studio.job.shelf import UsageRequest
from studio.models.catalog import ModelCatalog
from studio.models.latent_shape import latent_shape
from studio.ui.pausing import Pausing
from studio.ui.run_status import Phase, RunStatus
from studio.ui.settings_store import SettingsStore
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

PREVIEW_KINDS = get_args(PreviewKind)


class ProcessController(QObject):
    """Connects timeline, stage and run foot with the queue. `pausing` is told which jobs the form gave."""

    def __init__(self, window: MainWindow, queue: JobQueue, catalog: ModelCatalog, store: SettingsStore) -> None:
        super().__init__(window)
        self._window = window
        self._queue = queue
        self._catalog = catalog
        self._store = store
        self.pausing = Pausing(window.form, window.session, self)
        self.pausing.prepare, self.pausing.check = window.inpaint.repaint.prepare, window.inpaint.check
        self._connect_views(queue)
        window.timeline.noise_wanted.connect(window.stage.noise_it)
        self._connect_pause()
        self._connect_settings()

    def _connect_views(self, queue: JobQueue) -> None:
        projector = self._window.timeline.projector
        projector.view_wanted.connect(queue.request_view)
        projector.facts_wanted.connect(queue.request_facts)
        queue.view_ready.connect(projector.views.take)
        queue.facts_ready.connect(self._window.stage.learn)

    def _connect_pause(self) -> None:
        window, pausing, foot = self._window, self.pausing, self._window.recipe_pane.foot
        foot.pause.connect(pausing.toggle)
        foot.resume.connect(self._resume)
        window.actions_of_window.pause.triggered.connect(pausing.toggle)
        window.session.status_changed.connect(self._offer_pause)
        pausing.went_on.connect(lambda: window.timeline.set_live(True))
        pausing.told.connect(lambda sentence: window.controller.toast.tell(sentence))
        pausing.refused.connect(self._refuse)
        self._offer_pause(window.session.status)

    def _connect_settings(self) -> None:
        timeline, store = self._window.timeline, self._store
        timeline.hints.seen = store.current.hints_seen
        timeline.hints.seen_changed.connect(lambda seen: store.change(hints_seen=seen))
        timeline.kind_changed.connect(lambda kind: store.change(preview_kind=kind) if kind in PREVIEW_KINDS else None)

    def open_settings(self) -> None:
        """Open the settings, and have the space counted that steps take."""
        from studio.ui.dialogs.settings_dialog import SettingsDialog  # not needed to open the window

        dialog = SettingsDialog(self._store, self._bytes_of, self._window)
        self._queue.answered.connect(dialog.recording.take)
        self._queue.ask(UsageRequest())
        dialog.open()

    def _bytes_of(self, settings: RecordSettings) -> int:
        """About how much the steps of a picture would take, made as the form says."""
        values = self._window.form.values
        folder = self._catalog.get(values.model).folder
        latent = latent_shape(folder, values.width, values.height)
        stochastic = self._window.form.draws_noise()
        half = self._store.current.precision in ("float16", "bfloat16")
        return settings.bytes_for(values.steps, latent, 2 if half else 4, stochastic=stochastic)

    def _resume(self) -> None:
        """Submit the recipe of a cancelled run again: it goes on after its last kept step."""
        recipe = self._window.session.status.resumable
        if recipe is not None:
            self._window.timeline.set_live(True)
            self._window.session.submit([recipe])

    def _refuse(self, field: str, sentence: str) -> None:
        window = self._window
        if not (field and window.recipe_pane.mark(field, sentence, focus=True)):
            window.controller.banner.tell("warning", sentence)

    def _offer_pause(self, status: RunStatus) -> None:
        self._window.actions_of_window.allow_pause(
            paused=status.phase is Phase.PAUSED, can=status.phase in (Phase.PAUSED, Phase.SAMPLING)
        )
