"""The outline of a shape while it is drawn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from studio.ui.canvas.sight import Sight

WHITE, BLACK = QColor("#FFFFFF"), QColor("#000000")
DASH = (4.0, 4.0)
KNOB = 3.0


class Outline:
    """A path in picture pixels, white with black dashes, and small discs where its corners are."""

    def __init__(self) -> None:
        self._path = QPainterPath()
        self._corners: list[QPointF] = []

    def is_empty(self) -> bool:
        return self._path.isEmpty()

    def area(self) -> QRectF:
        """What the path covers, in picture pixels."""
        return self._path.controlPointRect()

    def trace(self, path: QPainterPath, corners: list[QPointF] | None = None) -> None:
        """Show `path` from now on."""
        self._path, self._corners = path, corners or []

    def clear(self) -> None:
        """Show nothing."""
        self.trace(QPainterPath())

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if self.is_empty():
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        shown = _in_widget(self._path, sight)
        painter.setPen(QPen(WHITE, 1))
        painter.drawPath(shown)
        dashed = QPen(BLACK, 1)
        dashed.setDashPattern(DASH)
        painter.setPen(dashed)
        painter.drawPath(shown)
        painter.setPen(QPen(BLACK, 1))
        painter.setBrush(WHITE)
        for corner in self._corners:
            painter.drawEllipse(sight.place(corner.x(), corner.y()), KNOB, KNOB)
        painter.restore()


def _in_widget(path: QPainterPath, sight: Sight) -> QPainterPath:
    corner = sight.place(0, 0)
    return QTransform(sight.view.zoom, 0, 0, sight.view.zoom, corner.x(), corner.y()).map(path)
