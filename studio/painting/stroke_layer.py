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

    def cover(self, dab: Dab) -> None:
        """Take in the part of a dab that lies on this page; some does."""
        height, width = dab.coverage.shape
        left, top = max(dab.left, self.box.left), max(dab.top, self.box.top)
        right, bottom = min(dab.left + width, self.box.right), min(dab.top + height, self.box.bottom)
        box = self.box
        covered = self.coverage[top - box.top : bottom - box.top, left - box.left : right - box.left]
        new = dab.coverage[top - dab.top : bottom - dab.top, left - dab.left : right - dab.left]
        np.maximum(covered, new, out=covered)
        self.pending = self.pending.united(Box(left, top, right, bottom))

    def flush(self, values: Pixels, *, erase: bool) -> Box:
        """Paint what is pending, and say where."""
        box, self.pending = self.pending, EMPTY
        self.touched = self.touched.united(box)
        left, top = self.box.left, self.box.top
        inner = slice(box.top - top, box.bottom - top), slice(box.left - left, box.right - left)
        values[box.slices] = painted(self.base[inner], self.coverage[inner], erase=erase)
        return box


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
        for row in range(box.top // PAGE, -(-box.bottom // PAGE)):
            for column in range(box.left // PAGE, -(-box.right // PAGE)):
                self._pending.add((row, column))
                self._page(row, column).cover(dab)

    def flush(self) -> Box:
        """Paint what was added since the last time. The box holds every pixel that changed."""
        dirty = EMPTY
        for key in self._pending:
            dirty = dirty.united(self._pages[key].flush(self._values, erase=self._erase))
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

    def _page(self, row: int, column: int) -> _Page:
        page = self._pages.get((row, column))
        if page is None:
            place = Box(column * PAGE, row * PAGE, (column + 1) * PAGE, (row + 1) * PAGE).intersected(self._whole)
            page = self._pages[row, column] = _Page(place, self._values)
        return page
