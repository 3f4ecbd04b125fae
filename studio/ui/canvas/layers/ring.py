"""The ring of the brush: exactly as large as what it paints, at every zoom and on every screen."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.painting.brush import Brush
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.sight import Sight
from studio.ui.canvas.view_transform import ViewTransform

WHITE, BLACK = QColor("#FFFFFF"), QColor("#000000")
SMALL = 4.0
ARM = 5.0
REACH = 3.0


class Ring:
    """White inside, black outside; the border between both is the brush's own. `place` is its middle in the widget.

    Where it would be too small to be seen, a cross shows where it is. `soft` shows how far the brush is full.
    """

    def __init__(self) -> None:
        self.place: QPointF | None = None
        self.brush = Brush()
        self.soft = False

    def aimed(self, pointer: Pointer) -> QPointF:
        """The middle of what is painted at `pointer`: a brush of one pixel paints the pixel that is pointed at."""
        if self.brush.size > 1:
            return pointer.place
        off = QPointF(math.floor(pointer.x) + 0.5 - pointer.x, math.floor(pointer.y) + 0.5 - pointer.y)
        return pointer.place + off * pointer.zoom

    def radius(self, view: ViewTransform) -> float:
        """In logical pixels."""
        return self.brush.size / 2 * view.zoom

    def area(self, view: ViewTransform) -> QRectF:
        """What is painted of it in the widget."""
        if self.place is None:
            return QRectF()
        reach = max(self.radius(view), SMALL + ARM) + REACH
        return QRectF(self.place.x() - reach, self.place.y() - reach, 2 * reach, 2 * reach)

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if self.place is None:
            return
        radius = self.radius(sight.view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Half a pixel to either side: the two lines meet on the border itself.
        for colour, shift in ((BLACK, 0.5), (WHITE, -0.5)):
            painter.setPen(QPen(colour, 1))
            if radius + shift > 0:
                painter.drawEllipse(self.place, radius + shift, radius + shift)
        if radius < SMALL:
            self._cross(painter, radius)
        if self.soft:
            painter.setPen(QPen(WHITE, 1, Qt.PenStyle.DashLine))
            painter.drawEllipse(self.place, radius * self.brush.hardness, radius * self.brush.hardness)
        painter.restore()

    def _cross(self, painter: QPainter, radius: float) -> None:
        if self.place is None:
            return
        inner, outer = radius + 2, radius + 2 + ARM
        for colour, width in ((BLACK, 3.0), (WHITE, 1.0)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(self.place + QPointF(x, y) * inner, self.place + QPointF(x, y) * outer)
