"""From press to release: one stroke of a brush."""

from __future__ import annotations

from collections.abc import Callable

from studio.image import Pixels
from studio.painting.box import EMPTY, Box
from studio.painting.brush import Brush
from studio.painting.brush_path import BrushPath, Touch
from studio.painting.compositing import level, times
from studio.painting.dab import Dab, DabStore
from studio.painting.stroke_layer import StrokeLayer


class Stroke:
    """Paints on the document at once. `MaskDocument.begin_stroke` makes it; after its end every call does nothing.

    Dabs of one stroke add up by their maximum: the stroke nowhere exceeds the opacity of its brush.
    """

    def __init__(
        self,
        values: Pixels,
        brush: Brush,
        dabs: DabStore,
        *,
        erase: bool,
        changed: Callable[[], None],
        ended: Callable[[StrokeLayer | None], None],
    ) -> None:
        self._brush = brush
        self._dabs = dabs
        self._path = BrushPath(brush, values.shape[1], values.shape[0])
        self._layer = StrokeLayer(values, erase=erase)
        self._changed = changed
        self._ended = ended
        self.is_open = True

    def to(self, x: float, y: float, pressure: float = 1.0) -> Box:
        """Paint up to (x, y), in pixels of the document; `pressure` is 0 to 1. The box holds all that changed."""
        return self._paint(self._path.to(x, y, pressure)) if self.is_open else EMPTY

    def finish(self) -> Box:
        """Catch up with the pointer and make one undo step of it all. The box holds what changed by catching up."""
        if not self.is_open:
            return EMPTY
        dirty = self._paint(self._path.end())
        self.is_open = False
        self._ended(self._layer)
        return dirty

    def cancel(self) -> Box:
        """As if it had not been begun. The box holds all that changed back."""
        if not self.is_open:
            return EMPTY
        self.is_open = False
        dirty = self._layer.restore()
        if not dirty.is_empty:
            self._changed()
        self._ended(None)
        return dirty

    def _paint(self, touches: list[Touch]) -> Box:
        for touch in touches:
            opacity = level(self._brush.opacity * (touch.pressure if self._brush.pressure_opacity else 1.0))
            dab = self._dabs.dab(touch.x, touch.y, self._path.size(touch.pressure), self._brush.hardness)
            self._layer.add(dab if opacity == 255 else Dab(dab.left, dab.top, times(dab.coverage, opacity)))
        dirty = self._layer.flush()
        if not dirty.is_empty:
            self._changed()
        return dirty
