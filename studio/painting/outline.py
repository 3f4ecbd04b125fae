"""How much of each pixel lies inside an outline: exact areas, no samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from studio.image import Pixels
from studio.painting.box import Box

Floats = NDArray[np.float64]
_BAND = 256  # rows that are computed at a time, so that large shapes need little memory


def area(points: Floats, box: Box) -> Pixels:
    """The coverage (255 = all) of the pixels of `box` by the closed polygon through `points` (n, 2), each (x, y).

    What is wound around in one direction, once or more often, is inside. Each edge is cut where it enters another
    pixel; a piece adds the area between itself and the right border of its pixel, and its height to all pixels to the
    right of it. The running sum along a row is then the area.
    """
    corner = np.array([box.left, box.top], np.float64)
    row, column, height, part = _pieces(points - corner, box.width, box.height)
    found = np.empty((box.height, box.width), np.uint8)
    stride = box.width + 1
    for top in range(0, box.height, _BAND):
        rows = min(_BAND, box.height - top)
        first, last = np.searchsorted(row, [top, top + rows])
        here = slice(int(first), int(last))
        cell = (row[here] - top) * stride + column[here]
        sums = np.bincount(cell, height[here] * (1 - part[here]), rows * stride + 1)
        sums += np.bincount(cell + 1, height[here] * part[here], rows * stride + 1)
        winding = np.abs(np.cumsum(sums[:-1].reshape(rows, stride), axis=1)[:, :-1])
        found[top : top + rows] = np.rint(255 * np.minimum(winding, 1.0))
    return found


def _pieces(points: Floats, width: int, height: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Row, column, signed height and place in the pixel (0 to 1) of every piece of the edges, ordered by row.

    What is left of the box counts as its left border; what is above, below or right of it is nothing.
    """
    ends = np.roll(points, -1, axis=0)
    edge, at = _cuts(points, ends, (width, height))
    same = edge[1:] == edge[:-1]
    edge, begin, end = edge[:-1][same], at[:-1][same], at[1:][same]
    middle = points[edge] + (ends - points)[edge] * ((begin + end) / 2)[:, None]
    rises = (end - begin) * (ends - points)[edge, 1]
    row = np.floor(middle[:, 1])
    x = np.maximum(middle[:, 0], 0.0)
    counted = (row >= 0) & (row < height) & (x < width) & (rises != 0)
    order = np.argsort(row[counted], kind="stable")
    row, x, rises = row[counted][order], x[counted][order], rises[counted][order]
    column = np.floor(x)
    return row.astype(np.int64), column.astype(np.int64), rises, x - column


def _cuts(starts: Floats, ends: Floats, size: tuple[int, int]) -> tuple[NDArray[np.int64], Floats]:
    """Where along its way (0 to 1) each edge crosses a border between pixels, with its ends; by edge, then by way."""
    count = len(starts)
    edges, ways = [np.arange(count), np.arange(count)], [np.zeros(count), np.ones(count)]
    for edge, way in _crossings(starts, ends, size):
        edges.append(edge)
        ways.append(way)
    edge, way = np.concatenate(edges), np.clip(np.concatenate(ways), 0.0, 1.0)
    order = np.lexsort((way, edge))
    return edge[order], way[order]


def _crossings(starts: Floats, ends: Floats, size: tuple[int, int]) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    for axis, limit in enumerate(size):
        a, b = starts[:, axis], ends[:, axis]
        first = np.ceil(np.clip(np.minimum(a, b), 0, limit)).astype(np.int64)
        last = np.floor(np.clip(np.maximum(a, b), 0, limit)).astype(np.int64)
        number = np.where(a == b, 0, np.maximum(last - first + 1, 0))
        edge = np.repeat(np.arange(len(a)), number)
        index = np.arange(len(edge)) - np.repeat(np.cumsum(number) - number, number)
        yield edge, (first[edge] + index - a[edge]) / (b - a)[edge]
