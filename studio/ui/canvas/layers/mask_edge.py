"""The line around what is masked: white inside, black outside, so that one of both is seen on every picture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter, qRgba

from studio.painting.frame import Frame
from studio.ui.canvas.layers.mask_levels import MaskLevels
from studio.ui.canvas.sight import Sight

Inside = NDArray[np.bool_]
BLOCK = 256
TABLE = [qRgba(0, 0, 0, 0), qRgba(255, 255, 255, 255), qRgba(0, 0, 0, 255)]


class MaskEdge:
    """Runs between the pixels that may change, however little, and those that never do. `width` logical pixels each.

    It is found among the device pixels that are seen, so its cost does not grow with the picture or the mask.
    """

    def __init__(self) -> None:
        self.levels: MaskLevels | None = None
        self.frame: Frame | None = None
        self.shown = True

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if not self.shown or self.levels is None:
            return
        ratio = sight.ratio
        area = sight.exposed
        left, top = math.floor(area.left() * ratio), math.floor(area.top() * ratio)
        right = math.ceil((area.left() + area.width()) * ratio)
        bottom = math.ceil((area.top() + area.height()) * ratio)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        for row in range(top, bottom, BLOCK):
            for column in range(left, right, BLOCK):
                self._paint_block(painter, sight, column, row, min(column + BLOCK, right), min(row + BLOCK, bottom))
        painter.restore()

    def _paint_block(self, painter: QPainter, sight: Sight, left: int, top: int, right: int, bottom: int) -> None:
        reach = max(1, round(sight.ratio))
        inside = self._inside(sight, left - reach, top - reach, right + reach, bottom + reach)
        if inside is None:
            return
        lines = edge_lines(inside, reach)
        if not lines.any():
            return
        height, width = lines.shape
        image = QImage(lines.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable(TABLE)
        painter.drawImage(left, top, image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))

    def _inside(self, sight: Sight, left: int, top: int, right: int, bottom: int) -> Inside | None:
        """Which device pixels of the widget show something masked; None where all or none do."""
        if self.levels is None:
            return None
        columns, across = self._sampled(sight, left, right, 0)
        rows, down = self._sampled(sight, top, bottom, 1)
        index = self.levels.suited(sight.view.zoom * sight.ratio)
        values = self.levels.level(index)
        if not across.any() or not down.any():
            return None
        i, j = columns[across] >> index, rows[down] >> index
        seen = values[j[0] : j[-1] + 1, i[0] : i[-1] + 1] > 0
        part = seen[j - j[0]][:, i - i[0]]
        inside = np.zeros((bottom - top, right - left), np.bool_)
        inside[np.ix_(down, across)] = part
        if self.frame is not None:
            self._add_beyond(inside, columns, rows, across, down)
        return None if inside.all() or not inside.any() else inside

    def _sampled(self, sight: Sight, start: int, end: int, axis: int) -> tuple[NDArray[np.int64], Inside]:
        """The picture pixel at the middle of each device pixel along an axis, and which of them are in the picture."""
        corner = (sight.view.left, sight.view.top)[axis]
        middles = (np.arange(start, end) + 0.5) / sight.ratio
        pixels = np.floor((middles - corner) / sight.view.zoom).astype(np.int64)
        return pixels, (pixels >= 0) & (pixels < sight.picture[axis])

    def _add_beyond(
        self, inside: Inside, columns: NDArray[np.int64], rows: NDArray[np.int64], across: Inside, down: Inside
    ) -> None:
        """What of the frame lies beyond the picture is painted anew in any case."""
        frame = self.frame
        if frame is None:
            return
        wide = (columns >= frame.x) & (columns < frame.x + frame.width)
        high = (rows >= frame.y) & (rows < frame.y + frame.height)
        inside |= (high[:, None] & wide) & ~(down[:, None] & across)


def edge_lines(inside: Inside, reach: int) -> NDArray[np.uint8]:
    """1 (white) within `reach` pixels inside the border of `inside`, 2 (black) as far outside of it, 0 elsewhere.

    `inside` is `reach` pixels larger on every side than the result.
    """
    core = inside[reach:-reach, reach:-reach]
    lines = np.zeros(core.shape, np.uint8)
    lines[core & _near(~inside, reach)] = 1
    lines[~core & _near(inside, reach)] = 2
    return lines


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
