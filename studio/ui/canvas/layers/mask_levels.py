"""A mask at its own size and halved again and again, for small zooms. Only what changed is halved anew. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from studio.painting.box import Box

Values = NDArray[np.uint8]
SOFT = math.sqrt(0.5)
"""Device pixels that one pixel of a level takes at least, where levels are blended."""
WHOLE = 1 - 1e-9
"""The same where no pixel may be missed."""


class MaskLevels:
    """A pixel of level k stands for 2^k × 2^k of the mask: their mean, rounded up, so that nothing painted is lost.

    `values` gives the mask as it is now; level 0 is that very array and no copy.
    """

    def __init__(self, values: Callable[[], Values]) -> None:
        self._values = values
        self._halves: list[Values] = []

    def level(self, index: int) -> Values:
        """Level `index`, made when it is first asked for. Levels end where one side has a single pixel."""
        while len(self._halves) < index:
            above = self.level(len(self._halves))
            height, width = above.shape
            half = np.empty(((height + 1) // 2, (width + 1) // 2), np.uint8)
            self._halves.append(half)
            _halve(above, half, Box(0, 0, half.shape[1], half.shape[0]))
        return self._halves[index - 1] if index else self._values()

    def suited(self, scale: float, least: float = WHOLE) -> int:
        """The level to look at where a pixel of the mask takes `scale` device pixels: the first one whose own pixels
        take at least `least`."""
        height, width = self._values().shape
        index = 0
        while scale * 2**index < least and min(height, width) >> (index + 1) > 0:
            index += 1
        return index

    def refresh(self, box: Box) -> None:
        """The mask has changed in `box`."""
        above = self._values()
        for half in self._halves:
            box = Box(box.left // 2, box.top // 2, (box.right + 1) // 2, (box.bottom + 1) // 2)
            _halve(above, half, box)
            above = half


def _halve(source: Values, half: Values, box: Box) -> None:
    """Write the means of 2 × 2 pixels of `source` into `box` of `half`. The last row or column may stand alone."""
    part = source[2 * box.top : 2 * box.bottom, 2 * box.left : 2 * box.right]
    odd = (part.shape[0] % 2, part.shape[1] % 2)
    if any(odd):
        part = np.pad(part, ((0, odd[0]), (0, odd[1])), mode="edge")
    sums = part[0::2, 0::2].astype(np.uint16)
    for rows, columns in ((0, 1), (1, 0), (1, 1)):
        sums += part[rows::2, columns::2]
    sums += 3
    sums >>= 2
    half[box.top : box.bottom, box.left : box.right] = sums
