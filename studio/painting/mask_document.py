"""A mask that is painted on, with undo."""

from __future__ import annotations

from functools import partial

import numpy as np

from studio.image import Mask, Pixels
from studio.painting.box import EMPTY, Box
from studio.painting.brush import Brush
from studio.painting.dab import DabStore
from studio.painting.history import History, UndoStep, bands
from studio.painting.operation import Operation, whole
from studio.painting.stroke import Stroke
from studio.painting.stroke_layer import StrokeLayer


class MaskDocument:
    """One mask of `width`×`height` pixels, 255 = repaint. Belongs to one thread.

    `values` (height, width) is the live array, read-only; who needs it as it is now takes a `snapshot`. `revision`
    grows with every change. A stroke that is still open is finished by whatever begins after it, and cancelled by
    `undo`.

    Raises `ValueError` if `values` is not uint8 of that size.
    """

    def __init__(self, width: int, height: int, values: Pixels | None = None) -> None:
        if width < 1 or height < 1:
            raise ValueError(f"A mask has at least one pixel, not {width}×{height}.")
        self._values = np.zeros((height, width), np.uint8)
        if values is not None:
            _check(values, (height, width))
            self._values[:] = values
        self._view = self._values.view()
        self._view.setflags(write=False)
        self.width, self.height = width, height
        self.revision = 0
        self.history = History()
        self._dabs = DabStore()
        self._stroke: Stroke | None = None

    @property
    def values(self) -> Pixels:
        return self._view

    @property
    def undo_name(self) -> str | None:
        return self.history.undo_name

    @property
    def redo_name(self) -> str | None:
        return self.history.redo_name

    def snapshot(self) -> Mask:
        """A copy that no later stroke changes."""
        values = self._values.copy()
        values.setflags(write=False)  # nobody else has it: `Mask` need not copy it again
        return Mask(values)

    def begin_stroke(self, brush: Brush, *, erase: bool = False, name: str | None = None) -> Stroke:
        """A stroke that paints towards 255, or with `erase` towards 0. `name` is that of its undo step."""
        self._settle()
        ended = partial(self._stroke_ended, name or ("Eraser" if erase else "Brush"))
        self._stroke = Stroke(self._values, brush, self._dabs, erase=erase, changed=self._has_changed, ended=ended)
        return self._stroke

    def apply(self, name: str, operation: Operation) -> Box:
        """One undo step called `name`. Returns a box with all that changed, empty (and no step) if nothing did.

        Raises `ValueError` if the operation returns values of another size; nothing has changed then.
        """
        self._settle()
        box, new = self._result(operation)
        step = UndoStep(name, self._values)
        for band in bands(box, whole(self._values)):
            before = self._values[band.slices].copy()
            part = band.intersected(box)
            self._values[part.slices] = new[part.top - box.top : part.bottom - box.top]
            step.note(band, before)
        return self._push(step).intersected(box)

    def undo(self) -> Box | None:
        """Take back the last step, or the stroke that is being painted. What changed; None if there is nothing."""
        if self._stroke is not None:
            return self._stroke.cancel()
        return self._moved(self.history.undo())

    def redo(self) -> Box | None:
        """Do again what was undone last. What changed; None if there is nothing."""
        self._settle()
        return self._moved(self.history.redo())

    def _result(self, operation: Operation) -> tuple[Box, Pixels]:
        result = operation(self._view)
        box, new = result if isinstance(result, tuple) else (whole(self._values), result)
        if box.is_empty:
            return EMPTY, new
        if box.intersected(whole(self._values)) != box:
            raise ValueError(f"{box} is not inside a mask of {self.width}×{self.height}.")
        _check(new, (box.height, box.width))
        return box, new

    def _settle(self) -> None:
        if self._stroke is not None:
            self._stroke.finish()

    def _stroke_ended(self, name: str, layer: StrokeLayer | None) -> None:
        self._stroke = None
        if layer is None:
            return
        step = UndoStep(name, self._values)
        for box, before in layer.before():
            step.note(box, before)
        if not step.box.is_empty:
            self.history.push(step)

    def _push(self, step: UndoStep) -> Box:
        if not step.box.is_empty:
            self.history.push(step)
            self._has_changed()
        return step.box

    def _moved(self, dirty: Box | None) -> Box | None:
        if dirty is not None:
            self._has_changed()
        return dirty

    def _has_changed(self) -> None:
        self.revision += 1


def _check(values: Pixels, shape: tuple[int, int]) -> None:
    if values.dtype != np.uint8 or values.shape != shape:
        raise ValueError(f"These values are {values.dtype} {values.shape}, the mask is uint8 {shape}.")
