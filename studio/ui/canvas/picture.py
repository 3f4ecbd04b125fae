"""One picture, ready to be painted at any zoom."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

SPARE = 2
"""Pixels painted beyond the visible ones, so that blending at the rim finds its neighbours."""


class Picture:
    """Keeps the pixels in the format that Qt paints fastest, and halves of them for small zooms, made when needed."""

    def __init__(self, image: QImage) -> None:
        """`image` is not null."""
        self._levels = [image.convertToFormat(QImage.Format.Format_RGB32)]

    @property
    def image(self) -> QImage:
        return self._levels[0]

    @property
    def size(self) -> QSize:
        return self._levels[0].size()

    def draw(self, painter: QPainter, box: QRectF, visible: QRectF, *, sharp: bool) -> None:
        """Fill `box` with the picture. Only pixels that touch `visible` are read: their number does not grow with zoom.

        `visible` is all of the widget and not what a paint event exposes: so a pixel falls on the same place whether
        all or a part is painted, and the painter's clip spares the work.
        """
        level = self._level(box.width() * painter.device().devicePixelRatio() / self.size.width())
        across, down = box.width() / level.width(), box.height() / level.height()
        left = max(0, math.floor((visible.left() - box.left()) / across) - SPARE)
        top = max(0, math.floor((visible.top() - box.top()) / down) - SPARE)
        right = min(level.width(), math.ceil((visible.right() - box.left()) / across) + SPARE)
        bottom = min(level.height(), math.ceil((visible.bottom() - box.top()) / down) + SPARE)
        if left >= right or top >= bottom:
            return
        source = QRectF(left, top, right - left, bottom - top)
        target = QRectF(
            box.left() + left * across, box.top() + top * down, source.width() * across, source.height() * down
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not sharp)
        painter.drawImage(target, level, source)

    def _level(self, scale: float) -> QImage:
        """Halved so often that painting shrinks it by no more than two: blending reads no further and would flicker."""
        index = 0
        while scale < 0.5 and min(self._halved(index).width(), self._halved(index).height()) > 1:
            index, scale = index + 1, scale * 2
        return self._halved(index)

    def _halved(self, index: int) -> QImage:
        while len(self._levels) <= index:
            last = self._levels[-1]
            width, height = max(1, last.width() // 2), max(1, last.height() // 2)
            mode = Qt.TransformationMode.SmoothTransformation
            self._levels.append(last.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, mode))
        return self._levels[index]
