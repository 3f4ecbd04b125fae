"""Open, start, stop, close, collect: over and over, in random order. Nothing crashes, warns or stays behind.

As many cycles as wanted: `REVERIE_CYCLES=10000 pytest tests/gui/test_cycles.py --timeout=0`.
"""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from studio import paths
from studio.job.event import TERMINAL, Queued
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.plugin.home import plugin_host
from studio.sampling.registry import builtin_methods
from studio.ui.main_window import MainWindow
from studio.ui.settings_store import SettingsStore
from studio.ui.theme import Theme
from studio.worker.job_queue import JobQueue
from tests.gui.quick_engine import QuickEngine

CYCLES = int(os.environ.get("REVERIE_CYCLES", "12"))
# The first cycles fill caches of fonts, icons and modules.
WARM_CYCLES = 4
GROWTH_MAXIMUM = 0.25 * 2**20


class Cycle:
    """One window from its opening to its collection."""

    def __init__(self, theme: Theme, draw: random.Random) -> None:
        self.draw = draw
        self.events: list[object] = []
        self.store = SettingsStore(paths.settings_file())
        self.queue = JobQueue(QuickEngine)
        catalog = ModelCatalog(paths.starter_model())
        sources = SourceStore(paths.data() / "sources")
        self.window = MainWindow(self.queue, self.store, catalog, builtin_methods(), theme, sources, plugin_host())
        self.window.session.job_event.connect(self.events.append)
        self.window.show()

    def live(self) -> None:
        """A few random acts."""
        acts: tuple[Callable[[], object], ...] = (
            self.window.controller.generate,
            self.window.controller.escape,
            self.window.session.cancel,
            self.window.warm_up,
            self._resize,
            self._dress,
            self._type,
            self._dialog,
            self._look_back,
            lambda: self.window.form.set(steps=self.draw.randint(1, 40), count=self.draw.randint(1, 3)),
            lambda: QTest.qWait(self.draw.randint(0, 30)),
        )
        for _ in range(self.draw.randint(3, 20)):
            self.draw.choice(acts)()
            QApplication.processEvents()

    def end(self) -> None:
        self.window.close()
        # What the thread said last is still on its way.
        QApplication.processEvents()
        for part in (self.window, self.store, self.queue):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def check(self) -> None:
        """Every accepted job ended exactly once."""
        queued = [event.job for event in self.events if isinstance(event, Queued)]
        ended = [event.job for event in self.events if isinstance(event, TERMINAL)]
        assert sorted(queued) == sorted(ended)

    def _resize(self) -> None:
        self.window.resize(self.draw.randint(800, 1900), self.draw.randint(480, 1100))

    def _dress(self) -> None:
        self.store.change(theme=self.draw.choice(("dark", "light")), ui_scale=self.draw.choice((100, 125)))

    def _type(self) -> None:
        editor = self.window.recipe_pane.prompt.editor()
        editor.setFocus()
        QTest.keyClicks(editor, self.draw.choice(("ca", "red apple, ", "\b", "owl")))

    def _dialog(self) -> None:
        actions = self.window.actions_of_window
        self.draw.choice((actions.settings, actions.keys, actions.about)).trigger()
        if self.draw.random() < 0.8:
            for page in self.window.findChildren(QDialog):
                page.close()

    def _look_back(self) -> None:
        if jobs := self.window.history.jobs():
            self.window.history.selected.emit(self.draw.choice(jobs))
        QTest.keyClick(self.window.timeline.filmstrip, Qt.Key.Key_Left)


def run(theme: Theme, number: int) -> None:
    cycle = Cycle(theme, random.Random(number))
    cycle.live()
    cycle.end()
    cycle.check()


def test_windows_come_and_go(theme: Theme, own_home: Path) -> None:
    process = psutil.Process()
    for number in range(WARM_CYCLES):
        run(theme, number)
    gc.collect()
    threads, memory = process.num_threads(), process.memory_info().rss
    windows = len(QApplication.topLevelWidgets())
    for number in range(CYCLES):
        run(theme, number)
        if number % 10 == 9:
            gc.collect()
    gc.collect()
    assert process.num_threads() <= threads
    assert len(QApplication.topLevelWidgets()) <= windows
    grown = (process.memory_info().rss - memory) / CYCLES
    print(f"{CYCLES} cycles, {grown / 1024:.0f} KiB a cycle")
    assert CYCLES < 100 or grown < GROWTH_MAXIMUM


@pytest.mark.parametrize("moment", [0, 1, 3, 10, 30])
def test_a_window_closed_at_any_moment_of_a_run_leaves_nothing(theme: Theme, own_home: Path, moment: int) -> None:
    cycle = Cycle(theme, random.Random(moment))
    cycle.window.form.set(count=5)
    cycle.window.controller.generate()
    QTest.qWait(moment)
    cycle.end()
    cycle.check()
