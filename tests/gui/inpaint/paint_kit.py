"""An engine that paints what a recipe says in a millisecond, and a driver that paints as a user does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio import paths
from studio.export.picture_file import write_new_picture
from studio.generation.inpainting.paste import pasted
from studio.image import Image, Mask, Pixels
from studio.job.cancel import CancelToken
from studio.job.event import Finished, GeneratedImage, ImageReady, JobEvent, JobId
from studio.job.recipe import Recipe
from studio.library.pictures import PictureFolder
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.plugin.home import plugin_host
from studio.sampling.registry import builtin_methods
from studio.ui.form_state import painted_by
from studio.ui.main_window import MainWindow
from studio.ui.settings_store import SettingsStore
from studio.ui.theme import Theme
from studio.worker.job_queue import JobQueue
from tests.gui.quick_engine import QuickEngine, picture
from tests.gui.studio_driver import CONTROL, Driver


class PaintingEngine(QuickEngine):
    """Fills the mask with the colour of the seed, puts it back as every run does, and saves the file."""

    def __init__(self, sources: SourceStore) -> None:
        self._sources = sources

    def run(self, job: JobId, recipe: Recipe, cancel: CancelToken) -> Iterator[JobEvent]:
        self._sources.secure(recipe.pixels)
        for event in super().run(job, recipe, cancel):
            if isinstance(event, ImageReady):
                made = GeneratedImage(self._made(recipe), recipe, 1.0, "hash", "cpu", "float32")
                path = PictureFolder(paths.pictures(), write_new_picture).save(made)
                yield ImageReady(job, made)
            elif isinstance(event, Finished):
                yield Finished(job, path, 1.0)
            else:
                yield event

    def _made(self, recipe: Recipe) -> Image:
        painted, plain = painted_by(recipe), picture(recipe)
        if painted is None:
            return plain
        source = self._sources.image(painted.image)
        new = Image(np.broadcast_to(plain.pixels[0, 0], source.pixels.shape).copy())
        if painted.mask is None or recipe.inpaint is None:
            return new
        return pasted(source, new, self._sources.mask(painted.mask), recipe.inpaint.feather)


class Painter(Driver):
    """Paints with the mouse in pixels of the picture."""

    def __init__(self, qtbot: QtBot, window: MainWindow, sources: SourceStore) -> None:
        super().__init__(qtbot, window)
        self.sources = sources

    @property
    def painting(self):
        return self.window.inpaint.desk.painting

    @property
    def editor(self):
        return self.window.canvas.editor

    @property
    def mask(self) -> Pixels:
        return self.painting.document.values

    def inpaint(self) -> None:
        self.press(Qt.Key.Key_F6)

    def opened(self, path: Path) -> None:
        """Drop a file and wait until it is open."""
        before = self.painting
        self.drop(path)
        self.until(lambda: self.painting is not None and self.painting is not before)

    def place(self, x: float, y: float) -> QPoint:
        """Where a pixel of the picture is on the canvas."""
        area = self.window.canvas.view.sight().area(x, y, x, y)
        return QPointF(area.x(), area.y()).toPoint()

    def stroke(self, *points: tuple[float, float]) -> None:
        """Draw with the left button."""
        view, left, plain = self.window.canvas.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mousePress(view, left, plain, self.place(*points[0]))
        for point in points[1:]:
            QTest.mouseMove(view, self.place(*point))
        QTest.mouseRelease(view, left, plain, self.place(*points[-1]))

    def paste(self, mime: QMimeData) -> None:
        QGuiApplication.clipboard().setMimeData(mime)
        self.window.canvas.view.setFocus()
        self.press(Qt.Key.Key_V, CONTROL)

    def sign(self) -> str:
        return self.window.inpaint.signs.easel.text()


def build(qtbot: QtBot, theme: Theme, make_engine=PaintingEngine) -> Painter:
    """A window on what is kept in the home of the test."""
    sources = SourceStore(paths.data() / "sources")
    store = SettingsStore(paths.settings_file())
    queue = JobQueue(lambda: make_engine(sources))
    window = MainWindow(
        queue, store, ModelCatalog(paths.starter_model()), builtin_methods(), theme, sources, plugin_host()
    )
    qtbot.addWidget(window)
    return Painter(qtbot, window, sources)


def speckled(width: int, height: int, seed: int = 0) -> Pixels:
    """Every pixel has its own random colour."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def kept_as(path: Path, pixels: Pixels | PIL.Image.Image, **options: object) -> Path:
    """Save a picture file."""
    image = pixels if isinstance(pixels, PIL.Image.Image) else PIL.Image.fromarray(pixels)
    image.save(path, **options)
    return path


def file_mime(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def read(path: Path) -> Pixels:
    return np.asarray(PIL.Image.open(io.BytesIO(path.read_bytes())).convert("RGB"))


def recipe_mask(painter: Painter, recipe: Recipe) -> Mask:
    assert recipe.inpaint is not None
    return painter.sources.mask(recipe.inpaint.mask)
