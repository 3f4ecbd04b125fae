"""The composition root of the desktop program: builds the objects and connects them.

The window is painted before torch is imported; the worker thread imports it afterwards.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSocketNotifier
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from studio import __version__, paths
from studio.export.picture_file import read_picture, write_new_picture
from studio.job.cancel import CancelToken
from studio.job.codes import CodeQuestion
from studio.job.event import GeneratedImage, JobEvent, JobId, ModelStatus
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.preview import FirstNoise
from studio.job.recipe import Recipe
from studio.job.shelf import Answer, Question
from studio.job.view import AnyView, ForwardRequest, ViewReady
from studio.job.work import Work
from studio.library.pictures import PictureFolder
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.plugin.home import known_methods, plugin_host
from studio.sampling.registry import Methods
from studio.ui.first_paint import FirstPaint
from studio.ui.main_window import MainWindow
from studio.ui.settings_store import SettingsStore
from studio.ui.theme import Theme
from studio.worker import left_threads
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.generation.services import Services
    from studio.trajectory.code_store import CodeStore

log = logging.getLogger(__name__)


class StudioEngine:
    """Runs jobs with the real models. Built in the worker thread, because its imports load torch."""

    def __init__(self, store: SettingsStore, catalog: ModelCatalog, methods: Methods, sources: SourceStore) -> None:
        from studio.generation.code_desk import CodeDesk
        from studio.generation.facts import FactsBook
        from studio.generation.forward import Forward
        from studio.models.device import choose_placement
        from studio.models.loader import ModelCache
        from studio.trajectory.code_store import CodeStore
        from studio.trajectory.store import TrajectoryStore

        self._store, self._sources = store, sources
        self._models = ModelCache(catalog, lambda: choose_placement(store.current.device, store.current.precision))
        self._trajectories = TrajectoryStore(paths.data() / "trajectories", self._pictures, store.record)
        store_of_codes = CodeStore(paths.codes())
        self._services = self._make_services(methods, store_of_codes)
        self._codes = CodeDesk(store_of_codes, self._services)
        self._facts, self._forward = FactsBook(self._services), Forward(self._services)
        self._running = False

    def _make_services(self, methods: Methods, codes: CodeStore) -> Services:
        from studio.generation.services import Services

        return Services(
            self._models,
            methods,
            self._store.preview,
            self._save,
            self._trajectories,
            lambda path: read_picture(path).image,
            self._sources,
            codes,
        )

    def run(self, job: JobId, work: Work, cancel: CancelToken) -> Iterator[JobEvent]:
        from studio.worker.working import events_of

        return self._told(events_of(job, work, self._services, cancel, self._pictures))

    def warm_up(self, model: str) -> ModelStatus:
        loaded = self._models.get(model)
        return ModelStatus(model, str(loaded.device), str(loaded.dtype).removeprefix("torch."))

    def first_noise(self, recipe: Recipe) -> FirstNoise:
        from studio.generation.first_noise import first_noise

        return first_noise(recipe, self._services)

    def view(self, request: AnyView) -> ViewReady:
        from studio.generation.views import view

        # A run keeps its model; there may be no memory for another one beside it.
        if isinstance(request, ForwardRequest):
            return self._forward.view(request, may_load=not self._running)
        return view(request, self._services, may_load=not self._running)

    def facts(self, request: FactsRequest) -> TrajectoryFacts:
        return self._facts.facts(request)

    def answer(self, question: Question) -> Answer:
        from studio.generation.answers import answer

        if isinstance(question, CodeQuestion):
            return self._codes.answer(question)
        return answer(question, self._services)

    def sync(self) -> None:
        self._trajectories.sync()

    def _told(self, events: Iterator[JobEvent]) -> Iterator[JobEvent]:
        """The events of a job, knowing that it runs."""
        self._running = True
        try:
            yield from events
        finally:
            self._running = False

    def _pictures(self) -> Path:
        return Path(self._store.current.pictures_folder or paths.pictures())

    def _save(self, generated: GeneratedImage) -> Path:
        return PictureFolder(self._pictures(), write_new_picture).save(generated)


def build(application: QApplication) -> MainWindow:
    """Build the window and everything behind it."""
    theme = Theme(application, paths.resources())
    store = SettingsStore(paths.settings_file(), application)
    catalog = ModelCatalog(paths.starter_model(), [Path(folder) for folder in store.current.model_folders])
    methods = known_methods()
    sources = SourceStore(paths.data() / "sources")
    queue = JobQueue(lambda: StudioEngine(store, catalog, methods, sources))
    try:
        window = MainWindow(queue, store, catalog, methods, theme, sources, plugin_host())
    except BaseException:
        queue.shut_down()
        raise
    # However the program ends: a thread that still runs would abort it.
    application.aboutToQuit.connect(lambda: queue.shut_down(window.plugins.watch.give_up))
    return window


def open_studio(arguments: Sequence[str] = ()) -> tuple[QApplication, MainWindow]:
    """The application with its window shown, ready for the event loop. Both must be kept as long as it runs."""
    application = QApplication([sys.argv[0], *arguments])
    QCoreApplication.setApplicationName("Reverie")
    QCoreApplication.setApplicationVersion(__version__)
    application.setWindowIcon(QIcon(str(paths.resources() / "icons" / "reverie.svg")))
    application.setDesktopFileName("reverie")
    window = build(application)
    FirstPaint(window).painted.connect(_look_for_garbage)
    # Importing torch takes the processor for seconds, so it waits until there is something to see.
    FirstPaint(window).painted.connect(window.warm_up)
    window.show()
    return application, window


def _look_for_garbage() -> None:
    """From now on, and only among what is made from now on: the window stays as long as the program."""
    gc.freeze()
    gc.enable()


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the studio; returns the exit code when its window is closed."""
    application, window = open_studio(arguments or ())
    with closing_on_signals(window):
        return end(application.exec())


def end(code: int) -> int:
    """What the program ends with. It ends here where a plugin's thread comes to no end and would abort it."""
    if left_threads.any_left():  # the window is closed, so all that was to be saved is saved
        logging.shutdown()
        os._exit(code)
    return code


@contextmanager
def closing_on_signals(window: MainWindow) -> Iterator[None]:
    """Let Ctrl+C in a terminal and the end of a session close the window as the user would.

    Qt's loop gives Python no chance to notice a signal, so Python writes a byte to a socket that Qt watches.
    """
    reading, writing = socket.socketpair()
    with reading, writing:
        writing.setblocking(False)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(lambda: (reading.recv(64), window.close()))
        handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            notifier.setEnabled(False)
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
