"""What a stroke that is being painted covers, in pages that are made where it goes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.image import Pixels
from studio.painting.box import EMPTY, Box
from studio.painting.compositing import painted
from studio.painting.dab import Dab

PAGE = 256  # pixels; a multiple of the tiles of the history


class _Page:
    """A square of the document: what was there, what the stroke covers of it, and where that is not yet painted."""

    def __init__(self, box: Box, values: Pixels) -> None:
        self.box = box
        self.base = values[box.slices].copy()
        self.coverage = np.zeros_like(self.base)
        self.pending = EMPTY
        self.touched = EMPTY


class StrokeLayer:
    """Collects dabs by their maximum and paints them on `values`. Costs what is touched, not the size of the mask."""

    def __init__(self, values: Pixels, *, erase: bool) -> None:
        self._values = values
        self._erase = erase
        self._whole = Box(0, 0, values.shape[1], values.shape[0])
        self._pages: dict[tuple[int, int], _Page] = {}
        self._pending: set[tuple[int, int]] = set()

    def add(self, dab: Dab) -> None:
        """Take a dab in; what lies beyond the document is left away."""
        height, width = dab.coverage.shape
        box = Box(dab.left, dab.top, dab.left + width, dab.top + height).intersected(self._whole)
        if box.is_empty:
            return
        for row in range(box.top // PAGE, (box.bottom - 1) // PAGE + 1):
            for column in range(box.left // PAGE, (box.right - 1) // PAGE + 1):
                self._add(row, column, box, dab)

    def flush(self) -> Box:
        """Paint what was added since the last time. The box holds every pixel that changed."""
        dirty = EMPTY
        for key in self._pending:
            page = self._pages[key]
            box, page.pending = page.pending, EMPTY
            inner = _relative(box, page.box.left, page.box.top).slices
            self._values[box.slices] = painted(page.base[inner], page.coverage[inner], erase=self._erase)
            page.touched = page.touched.united(box)
            dirty = dirty.united(box)
        self._pending.clear()
        return dirty

    def restore(self) -> Box:
        """Everything as it was before the stroke."""
        dirty = EMPTY
        for page in self._pages.values():
            self._values[page.box.slices] = page.base
            dirty = dirty.united(page.touched)
        self._pages.clear()
        self._pending.clear()
        return dirty

    def before(self) -> Iterator[tuple[Box, Pixels]]:
        """The parts that may have changed, with what was there."""
        for page in self._pages.values():
            yield page.box, page.base

    def _add(self, row: int, column: int, box: Box, dab: Dab) -> None:
        page = self._pages.get((row, column))
        if page is None:
            place = Box(column * PAGE, row * PAGE, (column + 1) * PAGE, (row + 1) * PAGE).intersected(self._whole)
            page = self._pages[row, column] = _Page(place, self._values)
        part = box.intersected(page.box)
        covered = page.coverage[_relative(part, page.box.left, page.box.top).slices]
        np.maximum(covered, dab.coverage[_relative(part, dab.left, dab.top).slices], out=covered)
        page.pending = page.pending.united(part)
        self._pending.add((row, column))


def _relative(box: Box, left: int, top: int) -> Box:
    return Box(box.left - left, box.top - top, box.right - left, box.bottom - top)
