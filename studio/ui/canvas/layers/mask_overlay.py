"""The mask as a colour over the picture, or as a hatch for those whom colours do not help."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QTransform

from studio.painting.box import Box
from studio.painting.frame import Frame
from studio.ui.canvas.layers.mask_levels import SOFT, MaskLevels
from studio.ui.canvas.sight import Sight

OVERLAY_COLOURS = ("#56B4E9", "#F0E442", "#D55E00")
HATCH = "hatch"
OVERLAY_DEFAULT = OVERLAY_COLOURS[0]
OPACITY_DEFAULT = 0.5
SPARE = 2
STRIPE = 4


class MaskOverlay:
    """Shows `levels` in `colour`, a hex value or "hatch", with `opacity` (0 to 1) where the mask is 255.

    What of `frame` lies beyond the picture is always painted anew, so it is covered too. `rests`: nothing is covered,
    because what was painted anew is looked at.
    """

    def __init__(self) -> None:
        self.levels: MaskLevels | None = None
        self.frame: Frame | None = None
        self.shown, self.rests = True, False
        self._table: list[int] = []
        self.set_look(OVERLAY_DEFAULT, OPACITY_DEFAULT)

    def set_look(self, colour: str, opacity: float) -> None:
        """Paint in another colour. Raises `ValueError` for what is no colour."""
        if colour != HATCH and not QColor.isValidColorName(colour):
            raise ValueError(f"{colour!r} is no colour and not {HATCH!r}")
        self.colour, self.opacity = colour, min(max(opacity, 0.0), 1.0)
        plain = QColor("#FFFFFF" if colour == HATCH else colour)
        red, green, blue = plain.red(), plain.green(), plain.blue()
        alphas = (value if colour == HATCH else round(value * self.opacity) for value in range(256))
        self._table = [alpha << 24 | red << 16 | green << 8 | blue for alpha in alphas]

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if not self.shown or self.rests or self.levels is None:
            return
        if self.colour != HATCH:
            self._cover(painter, sight)
            return
        # The hatch is painted beside, and then only what the mask lets through is kept of it.
        beside = QImage(
            math.ceil(sight.exposed.width() * sight.ratio),
            math.ceil(sight.exposed.height() * sight.ratio),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        beside.setDevicePixelRatio(sight.ratio)
        beside.fill(0)
        inner = QPainter(beside)
        inner.translate(-sight.exposed.topLeft())
        self._cover(inner, sight)
        inner.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        _hatch(inner, sight, self.opacity)
        inner.end()
        painter.drawImage(sight.exposed.topLeft(), beside)

    def _cover(self, painter: QPainter, sight: Sight) -> None:
        self._cover_picture(painter, sight)
        if self.frame is not None:
            for area in beyond(self.frame, sight):
                painter.fillRect(area, QColor.fromRgba(self._table[255]))

    def _cover_picture(self, painter: QPainter, sight: Sight) -> None:
        if self.levels is None:
            return
        index = self.levels.suited(sight.view.zoom * sight.ratio, SOFT)
        values = self.levels.level(index)
        edge = 1 << index
        exposed = sight.pixels()
        seen = Box(
            exposed.left // edge - SPARE,
            exposed.top // edge - SPARE,
            -(-exposed.right // edge) + SPARE,
            -(-exposed.bottom // edge) + SPARE,
        ).intersected(Box(0, 0, values.shape[1], values.shape[0]))
        part = np.ascontiguousarray(values[seen.top : seen.bottom, seen.left : seen.right])
        if seen.is_empty or not part.any():
            return
        indexed = QImage(part.data, seen.width, seen.height, seen.width, QImage.Format.Format_Indexed8)
        indexed.setColorTable(self._table)
        image = indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not sight.sharp)
        target = sight.area(seen.left * edge, seen.top * edge, seen.right * edge, seen.bottom * edge)
        painter.save()
        # The last pixel of a half may reach beyond the picture.
        painter.setClipRect(sight.area(0, 0, *sight.picture).toAlignedRect() & sight.exposed)
        painter.drawImage(target, image, QRectF(0, 0, seen.width, seen.height))
        painter.restore()


def beyond(frame: Frame, sight: Sight) -> list[QRectF]:
    """The parts of `frame` that lie beyond the picture, in the widget: at most four, none over another."""
    width, height = int(sight.picture[0]), int(sight.picture[1])
    outer = frame.box
    inner = outer.intersected(Box(0, 0, width, height))
    if inner.is_empty:
        return [sight.area(*outer)]
    parts = (
        Box(outer.left, outer.top, outer.right, inner.top),
        Box(outer.left, inner.bottom, outer.right, outer.bottom),
        Box(outer.left, inner.top, inner.left, inner.bottom),
        Box(inner.right, inner.top, outer.right, inner.bottom),
    )
    return [sight.area(*part) for part in parts if not part.is_empty]


def _hatch(painter: QPainter, sight: Sight, opacity: float) -> None:
    """Slanting stripes, white beside black, that stand still on the picture while it is moved."""
    brush = _stripes(opacity, sight.ratio)
    corner = sight.place(0, 0)
    scale = 1 / sight.ratio
    brush.setTransform(QTransform().translate(corner.x(), corner.y()).scale(scale, scale))
    painter.fillRect(sight.exposed, brush)


def _stripes(opacity: float, ratio: float) -> QBrush:
    """A tile of the hatch, made of device pixels."""
    stripe = max(2, round(STRIPE * ratio / 2))
    across, down = np.meshgrid(np.arange(4 * stripe), np.arange(4 * stripe))
    slant = (across + down) // stripe % 4
    grey = np.where(slant == 0, 255, 0).astype(np.uint32)
    alpha = np.where(slant < 2, round(255 * opacity), 0).astype(np.uint32)
    white = grey * alpha // 255
    tile = np.ascontiguousarray(alpha << 24 | white << 16 | white << 8 | white)
    edge = 4 * stripe
    image = QImage(tile.data, edge, edge, 4 * edge, QImage.Format.Format_ARGB32_Premultiplied).copy()
    return QBrush(image)
