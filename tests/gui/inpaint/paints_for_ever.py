"""A studio that paints a dot every few milliseconds and writes down when and where, until it is killed."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from studio import paths
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.plugin.home import plugin_host
from studio.sampling.registry import builtin_methods
from studio.ui.main_window import MainWindow
from studio.ui.settings_store import SettingsStore
from studio.ui.theme import Theme
from studio.worker.job_queue import JobQueue
from tests.gui.inpaint.paint_kit import PaintingEngine


def main(picture: Path, report: Path) -> None:
    application = QApplication([])
    sources = SourceStore(paths.data() / "sources")
    window = MainWindow(
        JobQueue(lambda: PaintingEngine(sources)),
        SettingsStore(paths.settings_file()),
        ModelCatalog(paths.starter_model()),
        builtin_methods(),
        Theme(application, paths.resources()),
        sources,
        plugin_host(),
    )
    window.show()
    window.workspaces.show("inpaint")
    window.inpaint.opening.open(picture)
    dots = iter((4 + 8 * (n % 15), 4 + 8 * (n // 15 % 15)) for n in range(10**6))

    def paint() -> None:
        painting = window.inpaint.desk.painting
        if painting is None:
            return
        x, y = next(dots)
        stroke = painting.document.begin_stroke(window.canvas.editor.brush)
        stroke.to(x + 0.5, y + 0.5)
        stroke.finish()
        window.canvas.editor.painted.emit()
        with report.open("a") as file:
            file.write(f"{time.monotonic():.3f} {x} {y}\n")

    timer = QTimer()
    timer.timeout.connect(paint)
    timer.start(80)
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
