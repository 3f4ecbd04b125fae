"""What a run has made or is making, in its frame over the picture it is made of."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from studio.painting.frame import Frame
from studio.ui.canvas.layers.mask_overlay import beyond
from studio.ui.canvas.picture import Picture
from studio.ui.canvas.sight import Sight
from studio.ui.colours import current_tokens


class Result:
    """`border` is where the result begins, as x of the widget, if it is split against the picture; else None.

    `place` is where the result lies, None for in the frame.
    """

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.place: Frame | None = None
        self.border: float | None = None
        self._picture: Picture | None = None

    @property
    def is_there(self) -> bool:
        return self._picture is not None

    @property
    def image(self) -> QImage | None:
        """The result as it was given."""
        return self._picture.image if self._picture else None

    @property
    def area(self) -> Frame | None:
        """Which part of the picture the result shows."""
        return self.place or self.frame

    def set_image(self, image: QImage | None, place: Frame | None = None) -> None:
        """Show `image` in the frame or at `place`, or nothing."""
        self._picture = None if image is None or image.isNull() else Picture(image)
        self.place = place

    def paint(self, painter: QPainter, sight: Sight) -> None:
        if self.frame is None:
            return
        for area in beyond(self.frame, sight):
            painter.fillRect(area, QColor(current_tokens().raised))
        shown = self.area
        if self._picture is None or shown is None:
            return
        box = framed(shown, sight)
        seen = QRectF(sight.room)
        if self.border is not None:
            seen.setLeft(max(seen.left(), self.border))
        painter.save()
        painter.setClipRect(seen & QRectF(sight.exposed))
        size = self._picture.size
        own = (size.width(), size.height()) == (shown.width, shown.height)
        self._picture.draw(painter, box, sight.room, sharp=sight.sharp and own)
        painter.restore()


def framed(frame: Frame, sight: Sight) -> QRectF:
    """Where `frame` lies in the widget."""
    return sight.area(*frame.box)
