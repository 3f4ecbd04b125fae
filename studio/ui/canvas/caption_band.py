"""The line below the picture: what is shown, how large, and the pixel under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import ROW_HEIGHT
from studio.ui.widgets.elided_label import ElidedLabel


class CaptionBand(QWidget):
    """Beside the picture and not on it: nothing covers a pixel, and the text is legible over every picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = ElidedLabel()
        self._zoom = QLabel()
        self._pixel = QLabel()
        self._line = QHBoxLayout(self)
        self._line.addWidget(self._caption, 1)
        for label in (self._zoom, self._pixel):
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._line.addWidget(label)
        for part in (self._caption, self._zoom, self._pixel):
            part.setProperty("role", "secondary")
        self._pixel.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._frame = QSize()
        self.setProperty("surface", "surround")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._measure()

    def set_caption(self, text: str) -> None:
        self._caption.setText(text)

    def caption(self) -> str:
        return self._caption.text()

    def set_zoom(self, zoom: float | None) -> None:
        """Show `zoom` (1.0 = 100 %), or nothing."""
        self._zoom.setText("" if zoom is None else self.tr("{percent} %").format(percent=round(zoom * 100)))

    def set_pixel(self, pixel: tuple[int, int] | None) -> None:
        """Show column and row of a pixel, counted from 0 at the top left, or else the size of the picture."""
        self._pixel.setText(self._size_text() if pixel is None else f"{pixel[0]},{pixel[1]}")

    def set_frame(self, size: QSize) -> None:
        """The size of the picture, empty for none. Room is kept for it, so that the zoom beside it stands still."""
        self._frame = QSize(size)
        self._measure()

    def zoom_text(self) -> str:
        return self._zoom.text()

    def pixel_text(self) -> str:
        return self._pixel.text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._measure()

    def _measure(self) -> None:
        self._line.setContentsMargins(px(12), 0, px(12), 0)
        self._line.setSpacing(px(12))
        self.setFixedHeight(px(ROW_HEIGHT))
        self._pixel.ensurePolished()
        self._pixel.setFixedWidth(self._pixel.fontMetrics().horizontalAdvance(self._size_text()) + px(2))

    def _size_text(self) -> str:
        return "" if self._frame.isEmpty() else f"{self._frame.width()} × {self._frame.height()}"
