"""How coverage meets what is already on the mask. Coverage is uint8: 255 = all of the pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.image import Pixels

_PIECE = 1 << 16  # pixels that are computed at a time: their products stay in the processor's cache


def painted(base: Pixels, coverage: Pixels, *, erase: bool) -> Pixels:
    """A new array: `base` painted towards 255, or erased towards 0, as far as `coverage` says.

    Painting takes `coverage` of the way that is left, as paint on paper: 50 % twice is 75 %. Erasing subtracts, so that
    what a stroke painted is gone after the same stroke with the eraser, its soft rim too.
    """
    new = np.empty_like(base)
    rows = max(1, _PIECE // max(1, base.shape[1]))
    for top in range(0, base.shape[0], rows):
        part = slice(top, top + rows)
        if erase:
            np.subtract(base[part], np.minimum(base[part], coverage[part]), out=new[part])
        else:
            np.invert(times(np.invert(base[part]), np.invert(coverage[part])), out=new[part])
    return new


def times(a: Pixels, b: Pixels | int) -> Pixels:
    """a · b / 255, rounded to the nearest."""
    product: NDArray[np.uint16] = np.multiply(a, b, dtype=np.uint16)
    product += 128
    product += product >> 8
    product >>= 8
    return product.astype(np.uint8)


def level(opacity: float) -> int:
    """The coverage of an opacity from 0 to 1. Raises `ValueError` beyond."""
    if not 0.0 <= opacity <= 1.0:
        raise ValueError(f"Opacity is 0 to 1, not {opacity:g}.")
    return round(255 * opacity)
