"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.errors import RefusedFile
from studio.image import Image
from studio.job.event import GeneratedImage
from studio.job.recipe import recipe
from studio.ui.panels.history_model import JobState
from studio.ui.panels.history_panel import HistoryPanel


class Disk:
    """Picture files by their path, and which of them were read."""

    def __init__(self) -> None:
        self.files: dict[Path, Image] = {}
        self.read: list[Path] = []

    def load(self, path: Path) -> Image:
        self.read.append(path)
        if path not in self.files:
            raise RefusedFile(f"{path.name} is no longer there.")
        return self.files[path]


def finish(panel: HistoryPanel, job: int, image: Image, path: Path | None = None) -> None:
    made = recipe(prompt=f"apple {job}", seed=job)
    panel.add_job(job, made)
    panel.set_image(job, GeneratedImage(image, made, 2.0, "hash", "cpu", "float32"), path)
    panel.set_state(job, JobState.FINISHED)


def card(panel: HistoryPanel, job: int) -> QRect:
    QApplication.processEvents()
    return panel._list.visualRect(panel._model.index_of(job))


def click(panel: HistoryPanel, job: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    QTest.mouseClick(panel._list.viewport(), button, pos=card(panel, job).center())


def choose(panel: HistoryPanel, job: int) -> None:
    panel._list.setCurrentIndex(panel._model.index_of(job))
