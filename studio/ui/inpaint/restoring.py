"""Paintings that come back into the window: at the next start, and with the recipes that were made with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from studio.errors import StudioError
from studio.image import Image, Mask, Pixels
from studio.library.sources import SourceStore
from studio.painting.box import Box
from studio.painting.draft import Draft
from studio.painting.frame import Frame
from studio.painting.selections import scaled
from studio.ui.form_values import Painted
from studio.ui.inpaint.bringing_back import BringingBack
from studio.ui.inpaint.painting import Painting, restored

if TYPE_CHECKING:
    from studio.ui.inpaint.inpaint_controller import InpaintController
    from studio.ui.main_window import MainWindow


class Restoring(QObject):
    """When the form takes over a recipe, what that was painted on is brought: now, or once pictures are painted on.

    `waits`: it is being looked for, so what the form says is painted on is not what is open.
    """

    def __init__(self, window: MainWindow, inpaint: InpaintController, sources: SourceStore) -> None:
        super().__init__(window)
        self._window, self._inpaint = window, inpaint
        self._owed = False
        self.waits = False
        self._back = BringingBack(sources, inpaint.background, self)
        self._back_before = BringingBack(sources, inpaint.background, self)
        self._back_before.draft_found.connect(self._take_before)
        self._back.draft_found.connect(self._take_draft)
        self._back.found.connect(self._take)
        self._back.missing.connect(self._miss)
        self._back.refused.connect(lambda sentence: window.controller.banner.tell("warning", sentence))
        window.form.loaded.connect(self._loaded)

    def look_for_drafts(self, path: Path, before: Path) -> None:
        """Bring the painting of the last start, if there was one, and the one that it took the place of."""
        self._back.look_for_draft(path)
        self._back_before.look_for_draft(before)

    def set_painted(self, painted: Painted | None) -> None:
        """Tell the form what is painted on; it is what is open, so nothing is brought."""
        self._window.form.set(painted=painted)

    def come_back(self) -> None:
        """Bring what the recipe was painted on that the form took over last; if it is open, its mask and frame."""
        painted, painting = self._window.form.values.painted, self._inpaint.desk.painting
        if painted is None or not self._owed:
            return
        self._owed = False
        if painting is not None and painting.knows(painted):
            self._put_mask(painting, painted)
        else:
            self.waits = True
            self._back.look_for(painted, self.tr("The picture of these settings"))

    def _loaded(self) -> None:
        self._owed = self._window.form.values.painted is not None
        if self._window.workspaces.is_inpaint:
            self.come_back()

    def _take_draft(self, draft: Draft, picture: Image) -> None:
        if self._inpaint.desk.painting is not None:
            return
        values = self._window.form.values
        name = self._inpaint.remembered_name() or self.tr("The picture of the last time")
        self._inpaint.desk.restore(restored(picture, draft, name, (values.width, values.height)))
        self._show()

    def _take_before(self, draft: Draft, picture: Image) -> None:
        values, name = self._window.form.values, self.tr("The picture before that")
        self._inpaint.desk.remember(restored(picture, draft, name, (values.width, values.height)))

    def _take(self, painted: Painted, painting: Painting) -> None:
        self.waits = False
        if self._window.form.values.painted == painted:
            self._inpaint.desk.restore(painting)
            self._show()

    def _miss(self, painted: Painted, sentence: str) -> None:
        self.waits = False
        if self._window.form.values.painted == painted:
            self.set_painted(None)
            self._window.controller.banner.tell("warning", sentence)

    def _show(self) -> None:
        window = self._window
        if not window.workspaces.is_inpaint:
            return
        self._inpaint.desk.show()
        if self._inpaint.showing.belongs(window.stage.recipe()):
            window.stage.show_again()
        self._inpaint.signs.tell()

    def _put_mask(self, painting: Painting, painted: Painted) -> None:
        """Have the mask of the recipe, as one step that can be undone, and its frame."""
        frame = painting.works[painted.image]
        try:
            mask = self._back.mask(painted)
        except StudioError as problem:
            self._window.controller.banner.tell("warning", problem.sentence)
            return
        if self._window.form.values.way != "crop":
            self._inpaint.desk.place_frame(frame)
        if mask is None:
            return

        def operation(values: Pixels) -> tuple[Box, Pixels]:
            return masked_part(values, mask, frame)

        name = self.tr("Mask of the settings")
        if self._inpaint.desk.is_shown:
            self._window.canvas.editor.run(name, operation)
        else:
            painting.document.apply(name, operation)


def masked_part(values: Pixels, mask: Mask, frame: Frame) -> tuple[Box, Pixels]:
    """What of the mask of a picture (h, w) `mask` says, which is that of the part in `frame`."""
    height, width = values.shape
    inside = frame.box.intersected(Box(0, 0, width, height))
    fitted = scaled(mask, frame.width, frame.height).values
    part = Box(inside.left - frame.x, inside.top - frame.y, inside.right - frame.x, inside.bottom - frame.y)
    return inside, np.ascontiguousarray(fitted[part.slices])
