"""Masks from elsewhere: what was clear in the file, the brightness of a picture, a file; and the mask as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from studio.errors import StudioError
from studio.export.mask_file import as_mask, write_mask
from studio.export.picture_file import read_picture
from studio.image import Image, Mask
from studio.painting.selections import brightness, from_values, scaled
from studio.ui.background import Background
from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.inpaint.desk import Desk
from studio.ui.inpaint.painting import Painting
from studio.ui.picture_actions import allow
from studio.ui.picture_files import PICTURE_FILTER


class MaskSources(QObject):
    """The actions `from_transparency`, `from_file` and `save`. Every mask that is taken is one undo step.

    `done(sentence)` and `refused(sentence)` tell what became of a wish; `scaling_offered(sentence, act)` that the mask
    has another size, and how to take it all the same.
    """

    done = Signal(str)
    refused = Signal(str)
    scaling_offered = Signal(str, object)

    def __init__(self, window: QWidget, editor: MaskEditor, desk: Desk, background: Background) -> None:
        super().__init__(window)
        self._window, self._editor, self._desk, self._background = window, editor, desk, background
        self.from_transparency = QAction(self.tr("From what is transparent"), self)
        self.from_file = QAction(self.tr("From a file…"), self)
        self.save = QAction(self.tr("Save the mask…"), self)
        self.from_transparency.triggered.connect(self._take_transparency)
        self.from_file.triggered.connect(self._ask_and_take)
        self.save.triggered.connect(self._ask_and_save)
        desk.opened.connect(self.offer)
        desk.shown.connect(self.offer)
        self.offer()

    def add_to(self, menu: QMenu, before: QAction | None = None) -> None:
        """Put the actions into a menu, each time it opens as they can be used then."""
        actions = [self.from_transparency, self.from_file, self.save]
        menu.insertActions(before, actions) if before is not None else menu.addActions(actions)
        menu.aboutToShow.connect(self.offer)

    def offer(self) -> None:
        """Say what can be done now."""
        painting = self._painting()
        nothing = "" if painting else self.tr("No picture is being painted on.")
        opaque = self.tr("Nothing was transparent in the file of this picture.")
        clear = painting is not None and painting.transparent is not None
        allow(self.from_transparency, nothing or ("" if clear else opaque))
        for action in (self.from_file, self.save):
            allow(action, nothing)

    def take_brightness(self, picture: Image) -> None:
        """White is repainted, black is kept."""
        self._take(brightness(picture), self.tr("Mask from a picture"))

    def open(self, path: Path) -> None:
        """Take the mask in a file."""
        name = self.tr("Mask from {name}").format(name=path.name)
        self._background.run(lambda: _read(path), lambda mask: self._take(mask, name), self.refused.emit)

    def save_as(self, path: Path) -> None:
        """Keep the mask as a grey PNG."""
        painting = self._painting()
        if painting is None:
            return
        try:
            write_mask(path, painting.document.snapshot())
        except StudioError as problem:
            self.refused.emit(problem.sentence)
        else:
            self.done.emit(self.tr("The mask is saved as {name}.").format(name=path.name))

    def _painting(self) -> Painting | None:
        return self._desk.painting if self._desk.is_shown else None

    def _take_transparency(self) -> None:
        painting = self._painting()
        if painting is not None and painting.transparent is not None:
            self._take(painting.transparent, self.tr("Mask from what is transparent"))

    def _take(self, mask: Mask, name: str) -> None:
        painting = self._painting()
        if painting is None:
            self.refused.emit(self.tr("No picture is being painted on. Open one first."))
            return
        width, height = painting.size
        if (mask.width, mask.height) == (width, height):
            self._put(mask, name)
            return
        sentence = self.tr("The mask is {mask} pixels, the picture {picture}.").format(
            mask=f"{mask.width} × {mask.height}", picture=f"{width} × {height}"
        )
        self.scaling_offered.emit(sentence, lambda: self._put(scaled(mask, width, height), name))

    def _put(self, mask: Mask, name: str) -> None:
        painting = self._painting()
        if painting is None or (mask.width, mask.height) != painting.size:
            self.refused.emit(self.tr("Another picture was opened meanwhile, so the mask was not taken."))
            return
        before = painting.document.revision
        self._editor.run(name, from_values(np.asarray(mask.values)))
        if painting.document.revision == before:
            self.done.emit(self.tr("The mask is the same as before."))

    def _ask_and_take(self) -> None:
        patterns = self.tr("Pictures ({patterns})").format(patterns=PICTURE_FILTER)
        chosen, _ = QFileDialog.getOpenFileName(self._window, self.tr("Take a mask from a file"), "", patterns)
        if chosen:
            self.open(Path(chosen))

    def _ask_and_save(self) -> None:
        patterns = self.tr("PNG picture ({patterns})").format(patterns="*.png")
        chosen, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save the mask"), "mask.png", patterns)
        if chosen:
            self.save_as(Path(chosen).with_suffix(".png"))


def _read(path: Path) -> Mask:
    return as_mask(read_picture(path))
