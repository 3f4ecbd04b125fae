"""One touch of a round brush as coverage, and a store for those that come again."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.image import Pixels

STORE_BYTES = 32 << 20
# Places between two pixels at which a dab can lie: the larger it is, the less they are seen and the more they cost.
_FINE, _FINE_UNTIL = 4, 128.0
_HALF, _HALF_UNTIL = 2, 512.0
# Values of the falloff that are computed per pixel of the rim.
_FALLOFF_STEPS = 64
# Below this size so many samples are taken in each direction of a pixel.
_SAMPLES, _SAMPLED_UNTIL = 4, 16.0
_ROWS = 64  # that are computed at a time, so that a large dab needs no memory besides its own


class Dab(NamedTuple):
    """`coverage` lies with its first pixel at (`left`, `top`). Read-only: it is shared."""

    left: int
    top: int
    coverage: Pixels


class DabStore:
    """Makes dabs, and keeps the last used ones within `limit` bytes."""

    def __init__(self, limit: int = STORE_BYTES) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[float, float, float, float], Pixels] = OrderedDict()
        self.nbytes = 0

    def dab(self, x: float, y: float, size: float, hardness: float) -> Dab:
        """The dab around (x, y), to the nearest quarter of a pixel (half from 128 on, whole from 512 on).

        Up to a size of 1 it is the one pixel in which (x, y) lies.
        """
        if size <= 1.0:
            return Dab(math.floor(x), math.floor(y), self._shape(1.0, 1.0, 0.5, 0.5))
        parts = _FINE if size < _FINE_UNTIL else _HALF if size < _HALF_UNTIL else 1
        x, y = round(x * parts) / parts, round(y * parts) / parts
        column, row = math.floor(x), math.floor(y)
        shape = self._shape(size, hardness, x - column, y - row)
        reach = shape.shape[0] // 2
        return Dab(column - reach, row - reach, shape)

    def _shape(self, size: float, hardness: float, x: float, y: float) -> Pixels:
        key = (size, hardness, x, y)
        shape = self._kept.pop(key, None)
        if shape is None:
            shape = _coverage(size, hardness, x, y) if size > 1.0 else np.full((1, 1), 255, np.uint8)
            shape.setflags(write=False)
            self.nbytes += shape.nbytes
        self._kept[key] = shape
        while self.nbytes > self._limit and len(self._kept) > 1:
            self.nbytes -= self._kept.popitem(last=False)[1].nbytes
        return shape


def _coverage(size: float, hardness: float, x: float, y: float) -> Pixels:
    """A square with an odd side; the centre of the dab lies at (x, y) of its middle pixel, 0 to 1.

    A small dab is sampled several times in each pixel. The falloff is looked up by the squared distance: no root and
    no formula for each sample.
    """
    samples = _SAMPLES if size < _SAMPLED_UNTIL else 1
    radius, rim = size / 2, 1 / samples
    width = radius * (1 - hardness)
    outer = radius + max(0.0, rim - width) / 2  # the rim of a hard dab is a sample wide, half of it outside
    reach = math.ceil(outer - rim / 2)  # the next sample lies beyond
    side = (2 * reach + 1) * samples
    places = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(samples) - np.float32(reach)
    entries = max(256, math.ceil(_FALLOFF_STEPS * outer * samples / 2))
    falloff = _falloff(np.sqrt(np.arange(entries) / (entries - 1)) * outer, outer, max(width, rim), rim)
    scale = np.float32((entries - 1) / outer**2)
    across = (places - np.float32(x)) ** 2 * scale + np.float32(0.5)
    down = (places - np.float32(y)) ** 2 * scale
    made = np.empty((side, side), np.uint8)
    for top in range(0, side, _ROWS):
        squared = np.minimum(np.add.outer(down[top : top + _ROWS], across), np.float32(entries - 1))
        made[top : top + _ROWS] = falloff[squared.astype(np.int32)]
    if samples == 1:
        return made
    pixels = side // samples
    mean: NDArray[np.float64] = made.reshape(pixels, samples, pixels, samples).mean(axis=(1, 3))
    return np.rint(mean).astype(np.uint8)


def _falloff(distance: NDArray[np.float64], outer: float, width: float, rim: float) -> Pixels:
    """255 until `width` before `outer`, then down to 0: evenly for a width of no more than the rim, smoothly for more.

    The smooth fall, 6t⁵ - 15t⁴ + 10t³, begins so flat that dabs at a tenth of their size make no string of beads.
    """
    t = np.clip((outer - distance) / width, 0.0, 1.0)
    smooth = t**3 * (t * (6 * t - 15) + 10)
    return np.rint(255 * (t + (smooth - t) * (1 - rim / width))).astype(np.uint8)
