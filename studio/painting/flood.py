"""Fill by colour. Imports OpenCV: to be imported where it is used, not when the window starts."""

from __future__ import annotations

import cv2
import numpy as np

from studio.image import Image, Pixels
from studio.painting.box import EMPTY, Box
from studio.painting.compositing import level, painted, times
from studio.painting.operation import Operation


def fill(x: int, y: int, picture: Image, tolerance: int, *, opacity: float = 1.0, erase: bool = False) -> Operation:
    """Paint (or erase) the pixels around (x, y) that hang together and have nearly its colour in `picture`.

    `tolerance` (0 to 255): how much each of red, green and blue may differ from the pixel at (x, y). A place outside
    the picture changes nothing. Raises `ValueError` when it is applied to a mask of another size than the picture.
    """
    value = level(opacity)
    if not 0 <= tolerance <= 255:
        raise ValueError(f"The tolerance is 0 to 255, not {tolerance}.")

    def operation(values: Pixels) -> tuple[Box, Pixels]:
        if values.shape != (picture.height, picture.width):
            raise ValueError(f"The picture is {picture.width}×{picture.height}, the mask {values.shape[::-1]}.")
        if not (0 <= x < picture.width and 0 <= y < picture.height):
            return EMPTY, values[:0, :0]
        box, coverage = _connected(picture, x, y, tolerance)
        return box, painted(values[box.slices], times(coverage, value), erase=erase)

    return operation


def _connected(picture: Image, x: int, y: int, tolerance: int) -> tuple[Box, Pixels]:
    found = np.zeros((picture.height + 2, picture.width + 2), np.uint8)
    allowed = (tolerance, tolerance, tolerance)
    flags = 4 | 255 << 8 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    # OpenCV wants to be able to write, though it only reads.
    *_, (left, top, width, height) = cv2.floodFill(
        picture.pixels.copy(), found, (x, y), (0, 0, 0), allowed, allowed, flags
    )
    box = Box(left, top, left + width, top + height)
    return box, found[1:-1, 1:-1][box.slices]
