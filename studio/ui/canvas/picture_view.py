"""The widget that paints one picture through a `ViewTransform`."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.picture import Picture
from studio.ui.canvas.scene import Scene
from studio.ui.canvas.sight import Sight
from studio.ui.canvas.view_transform import Pair, ViewTransform
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.tokens import SPACES

MARGIN = SPACES[4]


class PictureView(QWidget):
    """Shows a picture in a frame: the frame has the size of the final picture, whatever size a preview has.

    A fitted view stays fitted while the widget is resized; a zoomed or moved one keeps its middle. `scene` holds what
    is painted over the picture.
    """

    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._frame = QSize()
        self._extent: QRectF | None = None
        self._view = ViewTransform()
        self._snapped = (self._view, 0.0, self._view)
        self.scene = Scene(self)
        self._fitted = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_picture(self, image: QImage, frame: QSize) -> None:
        """Show `image` in a frame of `frame` picture pixels. The view moves only if the size of the frame changes."""
        self._picture = Picture(image)
        if frame != self._frame:
            self._frame, self._extent = QSize(frame), None
            self.fit()
        self._repaint()

    def clear(self) -> None:
        """Show no picture."""
        self._picture, self._frame, self._extent = None, QSize(), None
        self._repaint()

    def image(self) -> QImage | None:
        """The picture as it was given, or None."""
        return self._picture.image if self._picture else None

    def frame(self) -> QSize:
        """Width and height of the frame in picture pixels; empty without a picture."""
        return QSize(self._frame)

    def transform(self) -> ViewTransform:
        """What painting and pointing use: its corner lies on a device pixel."""
        ratio = self.devicePixelRatioF()
        before, at, snapped = self._snapped
        # Asked for a dozen times for every move of the mouse.
        if before is not self._view or at != ratio:
            snapped = self._view.snapped(ratio)
            self._snapped = (self._view, ratio, snapped)
        return snapped

    def box(self) -> QRectF:
        """Where the frame lies in the widget."""
        return QRectF(*self.transform().box(self._size()))

    def set_extent(self, extent: QRectF | None) -> None:
        """Fit and keep in reach `extent`, in picture pixels, instead of the picture, from the next move on."""
        self._extent = extent

    def sight(self, exposed: QRect | None = None) -> Sight:
        """What is seen of `exposed`, by default of the whole widget."""
        area = self.rect() if exposed is None else exposed
        view, ratio = self.transform(), self.devicePixelRatioF()
        return Sight(view, self._size(), QRectF(self.rect()), area, ratio, view.is_sharp(ratio))

    def pixel_at(self, place: QPointF) -> tuple[int, int] | None:
        """The picture pixel under `place`, or None beside the picture."""
        return self.transform().pixel_at(place.x(), place.y(), self._size()) if self._picture else None

    def fit(self) -> None:
        """All of the picture or its extent: at the largest whole zoom that fits, or smaller than 100 %."""
        if not self._frame.isEmpty():
            self._fitted = True
            extent = self._reach()
            view = ViewTransform.fit((extent.width(), extent.height()), self._room(), px(MARGIN))
            self._show(view.panned(-extent.left() * view.zoom, -extent.top() * view.zoom))

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Show at `zoom` (1.0 = 100 %); `anchor` stays where it is, by default the middle of the widget."""
        self._move(self._view.zoomed(zoom, self._anchor(anchor)))

    def zoom_by(self, steps: int, anchor: QPointF | None = None) -> None:
        """Go up or down the ladder of zooms."""
        self._move(self._view.stepped(steps, self._anchor(anchor)))

    def pan(self, by: QPointF) -> None:
        """Move the picture by logical pixels. A strip of it always stays in the widget."""
        self._move(self._view.panned(by.x(), by.y()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.scene.layers and self._picture is not None:
            self.scene.paint(painter, event.region(), self.sight(event.rect()), self._draw_base)
        else:
            self._draw_base(painter, event.rect())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._frame.isEmpty():
            self.view_changed.emit()
        elif self._fitted or not event.oldSize().isValid():
            self.fit()
        else:
            before, after = event.oldSize(), event.size()
            self._show(self._view.resized((before.width(), before.height()), (after.width(), after.height())))

    def _draw_base(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(area, QColor(current_tokens().surround))
        if self._picture is not None:
            self._draw(painter, self._picture)

    def _draw(self, painter: QPainter, picture: Picture) -> None:
        # A preview of another size than the frame has no pixels of its own to show: it is always blended.
        sharp = picture.size == self._frame and self.transform().is_sharp(self.devicePixelRatioF())
        picture.draw(painter, self.box(), QRectF(self.rect()), sharp=sharp)

    def _move(self, view: ViewTransform) -> None:
        if not self._frame.isEmpty():
            self._fitted = False
            self._show(view)

    def _show(self, view: ViewTransform) -> None:
        extent = self._reach()
        across, down = extent.left() * view.zoom, extent.top() * view.zoom
        kept = view.panned(across, down).kept_in((extent.width(), extent.height()), self._room())
        self._view = kept.panned(-across, -down)
        self.update()
        self.view_changed.emit()

    def _repaint(self) -> None:
        self.scene.forget()
        self.update()

    def _reach(self) -> QRectF:
        return self._extent or QRectF(0, 0, *self._size())

    def _anchor(self, place: QPointF | None) -> Pair:
        chosen = place if place is not None else QRectF(self.rect()).center()
        return chosen.x(), chosen.y()

    def _size(self) -> Pair:
        return float(self._frame.width()), float(self._frame.height())

    def _room(self) -> Pair:
        return float(max(1, self.width())), float(max(1, self.height()))
