"""Undo and redo by the tiles that a step changed, compressed."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator

import numpy as np

from studio.image import Pixels
from studio.painting.box import EMPTY, Box

TILE = 64  # pixels
STEPS_KEPT = 200
LIMIT_BYTES = 128 << 20
_TILE_OVERHEAD = 200  # bytes that Python needs to know a tile, about


class UndoStep:
    """The other side of one change: the tiles as they were before it, or, once undone, as they were after it."""

    def __init__(self, name: str, values: Pixels) -> None:
        self.name = name
        self._values = values
        self._tiles: dict[tuple[int, int], bytes] = {}

    @property
    def nbytes(self) -> int:
        return sum(len(packed) + _TILE_OVERHEAD for packed in self._tiles.values())

    @property
    def box(self) -> Box:
        """Every pixel that the step changed lies inside; whole tiles. Empty if nothing changed."""
        found = EMPTY
        for row, column in self._tiles:
            found = found.united(_tile(row, column, self._values))
        return found

    def note(self, box: Box, before: Pixels) -> None:
        """Keep those tiles of `before` that are now different. `box` begins at a tile's corner and ends with one."""
        for top in range(0, before.shape[0], TILE):
            band = before[top : top + TILE]
            now = self._values[box.top + top : box.top + top + TILE, box.left : box.right]
            columns = (band != now).any(axis=0)
            starts = np.arange(0, before.shape[1], TILE)
            for index in np.flatnonzero(np.logical_or.reduceat(columns, starts)).tolist():
                tile = band[:, index * TILE : (index + 1) * TILE]
                self._tiles[(box.top + top) // TILE, box.left // TILE + index] = _packed(tile)

    def swap(self) -> Box:
        """Exchange the tiles with those of the document: undoes, and called again redoes."""
        for (row, column), packed in self._tiles.items():
            live = self._values[_tile(row, column, self._values).slices]
            self._tiles[row, column] = _packed(live)
            live[:] = _unpacked(packed, live.shape)
        return self.box


class History:
    """The steps that can be undone and redone.

    The newest 200 are kept whatever they need: at most the size of the mask each, and far less for what is painted by
    hand. Older ones are kept as long as all together stay within `limit` bytes; then the oldest go.
    """

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._done: deque[UndoStep] = deque()
        self._undone: list[UndoStep] = []
        self.nbytes = 0

    @property
    def undo_name(self) -> str | None:
        return self._done[-1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        return self._undone[-1].name if self._undone else None

    def __len__(self) -> int:
        """How many steps can be undone."""
        return len(self._done)

    def push(self, step: UndoStep) -> None:
        """A new step; what was undone before it can no longer be redone."""
        self.nbytes += step.nbytes - sum(undone.nbytes for undone in self._undone)
        self._undone.clear()
        self._done.append(step)
        while self.nbytes > self._limit and len(self._done) > STEPS_KEPT:
            self.nbytes -= self._done.popleft().nbytes

    def undo(self) -> Box | None:
        """Take the last step back. What changed; None if there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._swap(self._undone[-1])

    def redo(self) -> Box | None:
        """Do the step again that was undone last. What changed; None if there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._swap(self._done[-1])

    def _swap(self, step: UndoStep) -> Box:
        self.nbytes -= step.nbytes
        dirty = step.swap()
        self.nbytes += step.nbytes
        return dirty


def bands(box: Box, whole: Box) -> Iterator[Box]:
    """The rows of tiles that a box meets, each as wide as its tiles."""
    left, right = box.left // TILE * TILE, -(-box.right // TILE) * TILE
    for top in range(box.top // TILE * TILE, box.bottom, TILE):
        yield Box(left, top, right, top + TILE).intersected(whole)


def _tile(row: int, column: int, values: Pixels) -> Box:
    whole = Box(0, 0, values.shape[1], values.shape[0])
    return Box(column * TILE, row * TILE, (column + 1) * TILE, (row + 1) * TILE).intersected(whole)


def _packed(tile: Pixels) -> bytes:
    """One byte for a tile of one value, which most are; no compressed tile is as short."""
    first = int(tile[0, 0])
    if (tile == first).all():
        return bytes([first])
    return zlib.compress(tile.tobytes(), 1)


def _unpacked(packed: bytes, shape: tuple[int, ...]) -> Pixels:
    if len(packed) == 1:
        return np.full(shape, packed[0], np.uint8)
    return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(shape)
