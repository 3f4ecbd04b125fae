"""Where what runs make of the open painting is shown: in its place over the picture, while painting goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from studio.errors import StudioError
from studio.image import Image, Mask
from studio.job.recipe import Recipe
from studio.painting.frame import Frame
from studio.ui.canvas.canvas import Canvas
from studio.ui.form_state import painted_by
from studio.ui.inpaint.desk import Desk
from studio.ui.qimage import to_qimage
from studio.ui.stage import Scenery


class Masks(Protocol):
    """Where masks are found by their ids."""

    def mask(self, pixels: str) -> Mask: ...


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished picture that was made of the painting: the part `frame` of it is shown in `image`."""

    image: Image
    recipe: Recipe
    frame: Frame


class Showing(QObject):
    """While `is_on`, takes pictures of the stage that belong to the painting; others take the canvas from it.

    `outcome` is the finished picture that is shown over the painting, None if none is; `changed()` tells when that is
    another one, or whether the painting is shown at all.
    """

    changed = Signal()

    def __init__(self, canvas: Canvas, desk: Desk, masks: Masks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas, self._desk, self._masks = canvas, desk, masks
        self._crops: dict[tuple[str, int, int, int], Frame] = {}
        self.is_on = False
        self.outcome: Outcome | None = None
        desk.opened.connect(self.clear)
        desk.shown.connect(self.clear)

    def passes_over(self, scenery: Scenery) -> bool:
        """Whether a picture would get in the way: another run goes on, and nobody asked for what it shows."""
        return scenery.live and self.is_on and self._desk.is_shown and not self.belongs(scenery.recipe)

    def take(self, scenery: Scenery) -> bool:
        """Show a picture that belongs to the painting; any other takes the canvas."""
        if not self.is_on or self._desk.painting is None:
            return False
        place = self._place(scenery)
        if place is not None:
            self._show(scenery, place)
            return True
        self._desk.hide()
        self.clear()
        return False

    def clear(self) -> None:
        """Show the painting without a result."""
        self._canvas.editor.show_result(None)
        if self._desk.is_shown and self._desk.painting is not None:
            self._canvas.set_caption(self._desk.painting.name)
            self._canvas.set_origin(None, has_recipe=False)
        self.outcome = None
        self.changed.emit()

    def belongs(self, recipe: Recipe | None) -> bool:
        """Whether a run with this recipe works on the painting."""
        painted = painted_by(recipe) if recipe is not None else None
        painting = self._desk.painting
        return painted is not None and painting is not None and painting.knows(painted)

    def _show(self, scenery: Scenery, place: Frame) -> None:
        if not self._desk.is_shown:
            self._desk.show()
        finished = scenery.size is None and scenery.recipe is not None
        self._canvas.editor.show_result(to_qimage(scenery.image), place, finished=finished)
        self._canvas.set_caption(scenery.caption)
        self._canvas.set_origin(scenery.path, has_recipe=scenery.recipe is not None)
        self.outcome = Outcome(scenery.image, scenery.recipe, place) if finished and scenery.recipe else None
        self.changed.emit()

    def _place(self, scenery: Scenery) -> Frame | None:
        """Which part of the open picture is shown there, None if it is none of it."""
        recipe, painting = scenery.recipe, self._desk.painting
        if recipe is None or painting is None or not self.belongs(recipe):
            return None
        painted = painted_by(recipe)
        frame = painting.works[painted.image] if painted else None
        crops = recipe.inpaint is not None and recipe.inpaint.mode == "crop"
        return self._crop(recipe) if crops and scenery.size is not None else frame

    def _crop(self, recipe: Recipe) -> Frame | None:
        """The part around the mask that a run works on; its steps show that part alone."""
        inpaint = recipe.inpaint
        if inpaint is None:
            return None
        key = (inpaint.mask, inpaint.padding, recipe.width, recipe.height)
        if key not in self._crops:
            try:
                mask = self._masks.mask(inpaint.mask)
            except StudioError:
                return None
            self._crops = {key: crop_frame(mask, *key[1:])}
        return self._crops[key]


def crop_frame(mask: Mask, padding: int, width: int, height: int) -> Frame:
    """The part of the picture that a run sees which works on the masked part only."""
    # No torch in there, and nothing that the first second of the window should wait for.
    from studio.generation.inpainting.crop import crop_around

    if not mask.values.any():
        return Frame.whole(mask.width, mask.height)
    crop = crop_around(mask, padding, width, height)
    return Frame(crop.left, crop.top, *crop.size)
