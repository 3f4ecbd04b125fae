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
    """The other side of one change: the tiles as they were before it, or, once undone, as they were after it.

    `nbytes` is the memory it takes. Every pixel that the step changed lies in `box`: whole tiles, or `EMPTY`.
    """

    def __init__(self, name: str, values: Pixels) -> None:
        self.name = name
        self.nbytes = 0
        self.box = EMPTY
        self._values = values
        self._tiles: dict[tuple[int, int], bytes] = {}

    def note(self, box: Box, before: Pixels) -> None:
        """Keep those tiles of `before` that are now different. `box` begins at a tile's corner and ends with one."""
        for top in range(0, before.shape[0], TILE):
            band = before[top : top + TILE]
            now = self._values[box.top + top : box.top + top + TILE, box.left : box.right]
            starts = np.arange(0, before.shape[1], TILE)
            changed = np.logical_or.reduceat((band != now).any(axis=0), starts)
            for index in np.flatnonzero(changed).tolist():
                tile = band[:, index * TILE : (index + 1) * TILE]
                self._keep((box.top + top) // TILE, box.left // TILE + index, _packed(tile))
        self.box = self.box.intersected(Box(0, 0, self._values.shape[1], self._values.shape[0]))

    def swap(self) -> None:
        """Exchange the tiles with those of the document: undoes, and called again redoes."""
        for (row, column), packed in self._tiles.items():
            live = self._values[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
            self._keep(row, column, _packed(live))
            live[:] = packed[0] if len(packed) == 1 else _unpacked(packed, live.shape)

    def _keep(self, row: int, column: int, packed: bytes) -> None:
        old = self._tiles.get((row, column))
        if old is None:
            self.box = self.box.united(Box(column * TILE, row * TILE, (column + 1) * TILE, (row + 1) * TILE))
        self.nbytes += len(packed) - len(old) if old is not None else len(packed) + _TILE_OVERHEAD
        self._tiles[row, column] = packed


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
        step.swap()
        self.nbytes += step.nbytes
        return step.box


def bands(box: Box, whole: Box) -> Iterator[Box]:
    """The rows of tiles that a box meets, each as wide as its tiles."""
    left, right = box.left // TILE * TILE, -(-box.right // TILE) * TILE
    for top in range(box.top // TILE * TILE, box.bottom, TILE):
        yield Box(left, top, right, top + TILE).intersected(whole)


def _packed(tile: Pixels) -> bytes:
    """One byte for a tile of one value, which most are; no compressed tile is as short."""
    raw = tile.tobytes()
    return raw[:1] if raw == raw[:1] * len(raw) else zlib.compress(raw, 1)


def _unpacked(packed: bytes, shape: tuple[int, ...]) -> Pixels:
    return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(shape)
