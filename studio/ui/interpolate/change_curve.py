"""The curve under the track: how much the picture changes from frame to frame."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.colours import current_tokens
from studio.ui.interpolate.track_view import TrackView
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER, TYPE_CAPTION

HEIGHT, NAME = 48, 16
Stretch = tuple[float, float, float]


class ChangeCurve(QWidget):
    """Shows stretches (from frame, to frame, change a frame) at the places of the track above it."""

    def __init__(self, track: TrackView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._track = track
        self._stretches: tuple[Stretch, ...] = ()
        self._of = ""
        self.setFixedHeight(px(HEIGHT))
        self.setAccessibleName(self.tr("Change per frame"))

    def show_stretches(self, stretches: Sequence[Stretch], of: str = "") -> None:
        """Show these; nothing shows that there are none yet. `of` is put behind the name of the curve."""
        self._stretches, self._of = tuple(stretches), of
        self.setAccessibleDescription(self.words())
        self.setToolTip(self.words())
        self.update()

    def words(self) -> str:
        """One sentence about the curve."""
        if not self._stretches:
            return self.tr("The change from frame to frame is shown when the walk was looked over.")
        values = [value for *_, value in self._stretches]
        start, _, most = max(self._stretches, key=lambda stretch: stretch[2])
        text = self.tr("From {least} to {most} % a frame; most of it near frame {frame}.")
        return text.format(least=f"{100 * min(values):.1f}", most=f"{100 * most:.1f}", frame=round(start) + 1)

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        font.setPixelSize(px(TYPE_CAPTION))
        painter.setFont(font)
        painter.setPen(QColor(tokens.text2))
        room = QRectF(px(GUTTER), 0, self.width() - 2 * px(GUTTER), px(NAME))
        name = self.tr("change per frame")
        if self._stretches:
            largest = 100 * max(value for *_, value in self._stretches)
            name = self.tr("{name}, up to {largest} %").format(name=name, largest=f"{largest:.1f}") + self._of
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        floor = self.height() - px(4)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(self._track.place_of(0), floor), QPointF(self.width(), floor))
        if self._stretches:
            self._paint_curve(painter, floor, tokens.lanes[0])
        painter.end()

    def _paint_curve(self, painter: QPainter, floor: float, colour: str) -> None:
        largest = max(value for *_, value in self._stretches) or 1.0
        tall = floor - px(NAME)
        path = QPainterPath()
        for start, end, value in self._stretches:
            left, right = self._track.place_of(start), self._track.place_of(end)
            height = floor - tall * value / largest
            points = (QPointF(left, height), QPointF(right, height))
            path.lineTo(points[0]) if path.elementCount() else path.moveTo(points[0])
            path.lineTo(points[1])
        painter.setPen(QPen(QColor(colour), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
