"""Lines between the pixels of the picture, where they are large enough to be painted one by one."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from studio.painting.box import Box
from studio.ui.canvas.sight import Sight
from studio.ui.canvas.view_transform import SHARP_FROM, TINY

LINE = QColor(128, 128, 128, 110)


class PixelGrid:
    """One device pixel wide, in a grey that leaves the colours of the pixels alone."""

    def __init__(self) -> None:
        self.shown = True

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if not self.shown or sight.view.zoom < SHARP_FROM - TINY:
            return
        whole = Box(0, 0, int(sight.picture[0]), int(sight.picture[1]))
        seen = sight.pixels(1).intersected(whole)
        if seen.is_empty:
            return
        area, thin = sight.area(*seen), 1 / sight.ratio
        for column in range(seen.left + 1, seen.right):
            painter.fillRect(
                QRectF(_on_device(sight.place(column, 0).x(), sight), area.top(), thin, area.height()), LINE
            )
        for row in range(seen.top + 1, seen.bottom):
            painter.fillRect(QRectF(area.left(), _on_device(sight.place(0, row).y(), sight), area.width(), thin), LINE)


def _on_device(place: float, sight: Sight) -> float:
    """The edge of the device pixel at `place`: a line is then sharp."""
    return round(place * sight.ratio) / sight.ratio
