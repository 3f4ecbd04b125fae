"""Grow, shrink and feather. Imports OpenCV: to be imported where it is used, not when the window starts."""

from __future__ import annotations

import math

import cv2
import numpy as np

from studio.image import Pixels
from studio.painting.box import EMPTY, Box
from studio.painting.operation import Operation, whole

RADIUS_MAXIMUM = 512
_CELLS_IN_SIGMA = 4


def grow(pixels: int) -> Operation:
    """Each pixel gets the largest value within so many pixels (0 to 512) around it, in a circle."""
    _check(pixels)

    def operation(values: Pixels) -> tuple[Box, Pixels]:
        box = _occupied(values).grown(pixels).intersected(whole(values))
        return (EMPTY, values[:0, :0]) if box.is_empty else (box, _dilated(values[box.slices], pixels))

    return operation


def shrink(pixels: int) -> Operation:
    """Each pixel gets the smallest value within so many pixels (0 to 512) around it. The mask's border is no edge."""
    _check(pixels)

    def operation(values: Pixels) -> tuple[Box, Pixels]:
        box = _occupied(values)
        seen = box.grown(pixels).intersected(whole(values))
        if box.is_empty:
            return EMPTY, values[:0, :0]
        smaller = np.invert(_dilated(np.invert(values[seen.slices]), pixels))
        return seen, smaller

    return operation


def feather(pixels: int) -> Operation:
    """A soft edge that reaches about so many pixels (0 to 512) to both sides: a Gaussian of half that as its sigma."""
    _check(pixels)

    def operation(values: Pixels) -> tuple[Box, Pixels]:
        reach = 2 * pixels
        box = _occupied(values).grown(reach).intersected(whole(values))
        if box.is_empty or pixels == 0:
            return EMPTY, values[:0, :0]
        seen = box.grown(reach).intersected(whole(values))
        soft = _blurred(values[seen.slices], pixels / 2)
        return box, soft[box.top - seen.top : box.bottom - seen.top, box.left - seen.left : box.right - seen.left]

    return operation


def _blurred(values: Pixels, sigma: float) -> Pixels:
    """A Gaussian; a wide one by way of a smaller copy, so that it costs much the same at every width.

    The means of the cells and the way back blur too, together by a variance of a quarter of a cell's side squared.
    """
    cell = int(sigma / _CELLS_IN_SIGMA)
    if cell < 2:
        blurred = cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(blurred, np.uint8)
    height, width = values.shape
    padded = cv2.copyMakeBorder(values, 0, -height % cell, 0, -width % cell, cv2.BORDER_REPLICATE)
    cells = padded.shape[1] // cell, padded.shape[0] // cell
    small = cv2.resize(padded, cells, interpolation=cv2.INTER_AREA).astype(np.float32)
    rest = math.sqrt(sigma**2 - cell**2 / 4) / cell
    soft = cv2.GaussianBlur(small, (0, 0), rest, borderType=cv2.BORDER_REPLICATE)
    large = cv2.resize(soft, padded.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.rint(large[:height, :width]).astype(np.uint8)


def _dilated(values: Pixels, radius: int) -> Pixels:
    """The maximum over a disc, row by row of the disc: from its ends to its middle the rows only get wider.

    So each row's maximum comes from the last one, and the cost is a few passes for each pixel of the radius.
    """
    found = np.zeros_like(values)
    height = values.shape[0]
    row, reach = values.copy(), 0
    for away in range(radius, -1, -1):
        wanted = math.isqrt(radius**2 - away**2)
        if wanted > reach:
            row = _widened(row, wanted - reach)
            reach = wanted
        if away < height:
            np.maximum(found[away:], row[: height - away], out=found[away:])
            np.maximum(found[: height - away], row[away:], out=found[: height - away])
    return found


def _widened(values: Pixels, pixels: int) -> Pixels:
    kernel = np.ones((1, 2 * pixels + 1), np.uint8)
    return np.asarray(cv2.dilate(values, kernel), np.uint8)


def _occupied(values: Pixels) -> Box:
    """The smallest box that holds all that is not 0."""
    rows = np.flatnonzero(values.any(axis=1))
    if rows.size == 0:
        return EMPTY
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(values[top:bottom].any(axis=0))
    return Box(int(columns[0]), top, int(columns[-1]) + 1, bottom)


def _check(pixels: int) -> None:
    if not 0 <= pixels <= RADIUS_MAXIMUM:
        raise ValueError(f"Use 0 to {RADIUS_MAXIMUM} pixels, not {pixels}.")
