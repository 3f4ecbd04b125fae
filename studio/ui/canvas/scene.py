"""What lies over the picture of a view, kept as painted, so that a moving pointer costs a copy and not a painting."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.sight import Layer, Sight
from studio.ui.colours import current_tokens

Draw = Callable[[QPainter, QRect], None]


class Scene:
    """`layers` are painted over the picture and kept with it; `marks` over both, whenever the widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self.layers: tuple[Layer, ...] = ()
        self.marks: tuple[Layer, ...] = ()
        self._kept = QImage()
        self._stale = QRegion()
        self._key: object = None

    def put(self, layers: Sequence[Layer], marks: Sequence[Layer] = ()) -> None:
        """Paint these from now on, in this order; nothing is kept while there are none."""
        self.layers, self.marks = tuple(layers), tuple(marks)
        self.forget()
        self._widget.update()

    def forget(self) -> None:
        """What is kept is no longer true anywhere."""
        self._key = None
        self._kept = QImage()

    def changed(self, area: QRect) -> None:
        """The picture or a layer looks different in `area` of the widget."""
        self._stale += area
        self._widget.update(area)

    def paint(self, painter: QPainter, exposed: QRegion, sight: Sight, draw: Draw) -> None:
        """Paint `exposed` of the widget. `draw(painter, area)` paints what is under the layers."""
        self._renew(sight, draw)
        painter.save()
        painter.setClipRegion(exposed)
        # At the scale of the device the copy is one of whole pixels, whatever the ratio is.
        painter.scale(1 / sight.ratio, 1 / sight.ratio)
        painter.drawImage(0, 0, self._kept)
        painter.restore()
        for mark in self.marks:
            mark.paint(painter, sight)

    def _renew(self, sight: Sight, draw: Draw) -> None:
        """Paint again what is not true any more: all of it where the view has moved or looks different."""
        key = (sight.view, sight.picture, sight.room.size(), sight.ratio, current_tokens().name)
        whole = sight.room.toAlignedRect()
        if key != self._key or self._kept.isNull():
            self._key = key
            size = (math.ceil(whole.width() * sight.ratio), math.ceil(whole.height() * sight.ratio))
            if (self._kept.width(), self._kept.height()) != size:
                self._kept = QImage(*size, QImage.Format.Format_RGB32)
            self._stale = QRegion(whole)
        area, self._stale = self._stale.boundingRect() & whole, QRegion()
        if area.isEmpty():
            return
        self._kept.setDevicePixelRatio(sight.ratio)
        inner = QPainter(self._kept)
        inner.setClipRect(area)
        draw(inner, area)
        for layer in self.layers:
            layer.paint(inner, replace(sight, exposed=area))
        inner.end()
        self._kept.setDevicePixelRatio(1)


def around(area: QRectF, reach: float) -> QRect:
    """The whole logical pixels that `area` and a line of `reach` around it touch."""
    return area.adjusted(-reach, -reach, reach, reach).toAlignedRect()
