"""How much of each pixel lies inside an outline: exact areas, no samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from studio.image import Pixels
from studio.painting.box import Box

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def area(points: Floats, box: Box) -> Pixels:
    """The coverage (255 = all) of the pixels of `box` by the closed polygon through `points` (n, 2), each (x, y).

    What is wound around in one direction, once or more often, is inside. Each edge is cut where it enters another
    pixel; a piece adds the area between itself and the right border of its pixel, and its height to all pixels to the
    right of it. The running sum along a row is then the area, and between two pieces it stays what it is.
    """
    corner = np.array([box.left, box.top], np.float64)
    row, column, height, part = _pieces(points - corner, box.width, box.height)
    stride = box.width + 1  # one place more in a row, for what is right of the box: each row then ends at 0 again
    cell = row * stride + column
    places, index = np.unique(np.concatenate([cell, cell + 1]), return_inverse=True)
    winding = np.cumsum(np.bincount(index, np.concatenate([height * (1 - part), height * part])))
    values = np.concatenate([[0], np.rint(255 * np.minimum(np.abs(winding), 1.0))]).astype(np.uint8)
    count = box.height * stride
    runs = np.diff(np.minimum(np.concatenate([[0], places, [count]]), count))
    return np.ascontiguousarray(np.repeat(values, runs).reshape(box.height, stride)[:, :-1])


def _pieces(points: Floats, width: int, height: int) -> tuple[Whole, Whole, Floats, Floats]:
    """Row, column, signed height and place in the pixel (0 to 1) of every piece of the edges inside of the rows.

    What is left or right of the box counts as its border on that side.
    """
    ends = np.roll(points, -1, axis=0)
    edge, at = _cuts(points, ends, (width, height))
    same = edge[1:] == edge[:-1]
    edge, begin, end = edge[:-1][same], at[:-1][same], at[1:][same]
    middle = points[edge] + (ends - points)[edge] * ((begin + end) / 2)[:, None]
    rises = (end - begin) * (ends - points)[edge, 1]
    row, x = np.floor(middle[:, 1]), np.clip(middle[:, 0], 0.0, width)
    counted = (row >= 0) & (row < height) & (rises != 0)
    row, x = row[counted], x[counted]
    column = np.floor(x)
    return row.astype(np.int64), column.astype(np.int64), rises[counted], x - column


def _cuts(starts: Floats, ends: Floats, size: tuple[int, int]) -> tuple[Whole, Floats]:
    """Where along its way (0 to 1) each edge crosses a border between pixels, with its ends; by edge, then by way."""
    count = len(starts)
    edges, ways = [np.arange(count), np.arange(count)], [np.zeros(count), np.ones(count)]
    for edge, way in _crossings(starts, ends, size):
        edges.append(edge)
        ways.append(way)
    edge, way = np.concatenate(edges), np.clip(np.concatenate(ways), 0.0, 1.0)
    order = np.lexsort((way, edge))
    return edge[order], way[order]


def _crossings(starts: Floats, ends: Floats, size: tuple[int, int]) -> Iterator[tuple[Whole, Floats]]:
    for axis, limit in enumerate(size):
        a, b = starts[:, axis], ends[:, axis]
        first = np.ceil(np.clip(np.minimum(a, b), 0, limit)).astype(np.int64)
        last = np.floor(np.clip(np.maximum(a, b), 0, limit)).astype(np.int64)
        number = np.where(a == b, 0, last - first + 1).clip(min=0)
        edge = np.repeat(np.arange(len(a)), number)
        index = np.arange(len(edge)) - np.repeat(np.cumsum(number) - number, number)
        yield edge, (first[edge] + index - a[edge]) / (b - a)[edge]
