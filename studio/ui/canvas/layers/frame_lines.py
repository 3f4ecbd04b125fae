"""The frame: what is worked on. The rest of the picture is dimmed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath

from studio.painting.frame import Frame
from studio.ui.canvas.layers.result import framed
from studio.ui.canvas.sight import Sight
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.tokens import TYPE_CAPTION

DIM = 0.6
KNOB = 8
WHITE, BLACK = QColor("#FFFFFF"), QColor("#000000")


class FrameLines:
    """`grips` shows what the edges are dragged by; `telling` the size of the frame above it."""

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.grips = False
        self.telling = False

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if self.frame is None:
            return
        box = framed(self.frame, sight)
        self._dim(painter, sight, box)
        painter.save()
        outer = _on_device(box, sight.ratio)
        for colour, reach in ((WHITE, 0.0), (BLACK, 1.0)):
            _line(painter, outer.adjusted(-reach, -reach, reach, reach), colour)
        if self.grips:
            for place in knobs(box):
                _knob(painter, place)
        if self.telling:
            self._tell(painter, sight, box)
        painter.restore()

    def reach(self) -> int:
        """How far beyond the frame something is painted, in logical pixels."""
        return px(KNOB) + 4 * px(TYPE_CAPTION)

    def _dim(self, painter: QPainter, sight: Sight, box: QRectF) -> None:
        rest = QPainterPath()
        rest.addRect(sight.area(0, 0, *sight.picture))
        inner = QPainterPath()
        inner.addRect(box)
        shade = QColor(current_tokens().surround)
        shade.setAlphaF(DIM)
        painter.fillPath(rest - inner, shade)

    def _tell(self, painter: QPainter, sight: Sight, box: QRectF) -> None:
        if self.frame is None:
            return
        text = f"{self.frame.width} × {self.frame.height}"
        font = QFont(painter.font())
        font.setPixelSize(px(TYPE_CAPTION))
        painter.setFont(font)
        wide = QFontMetricsF(font).horizontalAdvance(text) + px(12)
        high = px(TYPE_CAPTION) + px(8)
        seen = box & sight.room
        top = seen.top() - high - px(8)
        tag = QRectF(seen.left(), top if top >= sight.room.top() else seen.top() + px(8), wide, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_tokens().raised))
        painter.drawRoundedRect(tag, px(4), px(4))
        painter.setPen(QColor(current_tokens().text))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)


def knobs(box: QRectF) -> list[QPointF]:
    """The middles of the eight grips: corners and middles of the edges."""
    columns = (box.left(), box.center().x(), box.right())
    rows = (box.top(), box.center().y(), box.bottom())
    return [QPointF(x, y) for y in rows for x in columns if (x, y) != (columns[1], rows[1])]


def _line(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A line of one logical pixel just outside of `box`."""
    painter.fillRect(QRectF(box.left() - 1, box.top() - 1, box.width() + 2, 1), colour)
    painter.fillRect(QRectF(box.left() - 1, box.bottom(), box.width() + 2, 1), colour)
    painter.fillRect(QRectF(box.left() - 1, box.top(), 1, box.height()), colour)
    painter.fillRect(QRectF(box.right(), box.top(), 1, box.height()), colour)


def _knob(painter: QPainter, place: QPointF) -> None:
    edge = px(KNOB)
    square = QRectF(round(place.x() - edge / 2), round(place.y() - edge / 2), edge, edge)
    painter.fillRect(square.adjusted(-1, -1, 1, 1), BLACK)
    painter.fillRect(square, WHITE)


def _on_device(box: QRectF, ratio: float) -> QRectF:
    left, top = round(box.left() * ratio) / ratio, round(box.top() * ratio) / ratio
    right, bottom = round(box.right() * ratio) / ratio, round(box.bottom() * ratio) / ratio
    return QRectF(left, top, right - left, bottom - top)
