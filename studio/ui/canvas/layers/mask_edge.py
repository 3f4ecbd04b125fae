"""The line around what is masked: white inside, black outside, so that one of both is seen on every picture."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter, qRgba

from studio.painting.frame import Frame
from studio.ui.canvas.layers.mask_levels import MaskLevels, Values
from studio.ui.canvas.sight import Sight

Inside = NDArray[np.bool_]
BLOCK = 256
TABLE = [qRgba(0, 0, 0, 0), qRgba(255, 255, 255, 255), qRgba(0, 0, 0, 255)]


class Samples(NamedTuple):
    """Along one axis: the picture pixel at the middle of each device pixel, from device pixel `start` on.

    Those with index `first` ≤ i < `last` lie in the picture.
    """

    start: int
    pixels: NDArray[np.int64]
    first: int
    last: int


class MaskEdge:
    """Runs between the pixels that may change, however little, and those that never do. One logical pixel each.

    It is found among the device pixels that are seen, so its cost does not grow with the picture or the mask.
    """

    def __init__(self) -> None:
        self.levels: MaskLevels | None = None
        self.frame: Frame | None = None
        self.shown = True

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if not self.shown or self.levels is None:
            return
        reach = max(1, round(sight.ratio))
        area = sight.exposed
        columns = _samples(sight, 0, area.left(), area.left() + area.width(), reach)
        rows = _samples(sight, 1, area.top(), area.top() + area.height(), reach)
        index = self.levels.suited(sight.view.zoom * sight.ratio)
        painter.save()
        painter.scale(1 / sight.ratio, 1 / sight.ratio)
        for down in _pieces(rows, reach):
            for across in _pieces(columns, reach):
                lines = self._lines(index, across, down, reach)
                if lines is not None:
                    _draw(painter, across.start + reach, down.start + reach, lines)
        painter.restore()

    def _lines(self, index: int, across: Samples, down: Samples, reach: int) -> NDArray[np.uint8] | None:
        """The lines of one piece; None where all of it is masked, or nothing."""
        if self.levels is None:
            return None
        inside = np.zeros((len(down.pixels), len(across.pixels)), np.bool_)
        beyond = self._add_beyond(inside, across, down)
        if across.first < across.last and down.first < down.last:
            part = _seen(self.levels.level(index), index, across, down)
            inner = inside[down.first : down.last, across.first : across.last]
            if isinstance(part, np.ndarray):
                inner[:] = part
            elif not beyond and (not part or inner.size == inside.size):
                return None
            else:
                inner[:] = part
        return edge_lines(inside, reach) if inside.any() else None

    def _add_beyond(self, inside: Inside, across: Samples, down: Samples) -> bool:
        """What of the frame lies beyond the picture is painted anew in any case. Whether there is any of it here."""
        frame = self.frame
        whole = (down.last - down.first) * (across.last - across.first) == inside.size
        if frame is None or whole:
            return False
        wide = (across.pixels >= frame.x) & (across.pixels < frame.x + frame.width)
        high = (down.pixels >= frame.y) & (down.pixels < frame.y + frame.height)
        np.logical_and(high[:, None], wide, out=inside)
        inside[down.first : down.last, across.first : across.last] = False
        return bool(inside.any())


def edge_lines(inside: Inside, reach: int) -> NDArray[np.uint8]:
    """1 (white) within `reach` pixels inside the border of `inside`, 2 (black) as far outside of it, 0 elsewhere.

    `inside` is `reach` pixels larger on every side than the result.
    """
    core = inside[reach:-reach, reach:-reach]
    lines = (_near(inside, reach) ^ core).view(np.uint8)
    lines <<= 1
    lines |= (_near(~inside, reach) & core).view(np.uint8)
    return lines


def _seen(values: Values, index: int, across: Samples, down: Samples) -> Inside | bool:
    """Which device pixels show something masked; one bool where that is the same for all."""
    i = across.pixels[across.first : across.last] >> index
    j = down.pixels[down.first : down.last] >> index
    part = values[j[0] : j[-1] + 1, i[0] : i[-1] + 1]
    if part.max() == 0:
        return False
    if part.min() > 0:
        return True
    return (part > 0).take(j - j[0], axis=0).take(i - i[0], axis=1)


def _samples(sight: Sight, axis: int, start: int, end: int, reach: int) -> Samples:
    first, last = math.floor(start * sight.ratio) - reach, math.ceil(end * sight.ratio) + reach
    corner = (sight.view.left, sight.view.top)[axis]
    middles = (np.arange(first, last) + 0.5) / sight.ratio
    pixels = np.floor((middles - corner) / sight.view.zoom).astype(np.int64)
    begin, stop = np.searchsorted(pixels, (0, sight.picture[axis])).tolist()
    return Samples(first, pixels, begin, stop)


def _pieces(samples: Samples, reach: int) -> list[Samples]:
    """The same in pieces, which overlap by what the lines need to see beyond their own."""
    found = []
    for begin in range(0, len(samples.pixels) - 2 * reach, BLOCK):
        pixels = samples.pixels[begin : begin + BLOCK + 2 * reach]
        first, last = (min(max(place - begin, 0), len(pixels)) for place in (samples.first, samples.last))
        found.append(Samples(samples.start + begin, pixels, first, last))
    return found


def _draw(painter: QPainter, left: int, top: int, lines: NDArray[np.uint8]) -> None:
    height, width = lines.shape
    image = QImage(lines.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(TABLE)
    painter.drawImage(left, top, image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))


def _near(inside: Inside, reach: int) -> Inside:
    """Whether one of the pixels in the square of `reach` around each is inside."""
    height, width = inside.shape
    wide = inside[:, : width - 2 * reach].copy()
    for shift in range(1, 2 * reach + 1):
        wide |= inside[:, shift : width - 2 * reach + shift]
    near = wide[: height - 2 * reach].copy()
    for shift in range(1, 2 * reach + 1):
        near |= wide[shift : height - 2 * reach + shift]
    return near
