"""The preview of an export: plays the clip as it will be, or shows the contact sheet."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.export.order import ExportOrder
from studio.ui.canvas.picture import Picture
from studio.ui.colours import current_tokens
from studio.ui.dialogs.clip_frames import ClipFrames
from studio.ui.metrics import motion_ms, px
from studio.ui.tokens import SPACES
from studio.ui.widgets.icon_button import IconButton

MARGIN = SPACES[3]
THOUSANDTHS = 1000


class ClipPreview(QWidget):
    """Plays the frames of an order in their time. Playing stops and goes on with the button, or a click."""

    def __init__(self, frames: ClipFrames, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames = frames
        self._order: ExportOrder | None = None
        self._delays: tuple[int, ...] = ()
        self._number = 0
        self._playing = motion_ms() > 0
        self._screen = ClipScreen()
        self._play = IconButton("player-play", "")
        self._text = QLabel()
        self._text.setProperty("role", "secondary")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._advance)
        self._play.clicked.connect(self.toggle)
        self._screen.clicked.connect(self.toggle)
        frames.changed.connect(self._refresh)
        self._lay_out()
        self._show_playing()

    @property
    def playing(self) -> bool:
        """Whether it moves."""
        return self._playing

    def number(self) -> int:
        """The frame that is shown, counted from 0."""
        return self._number

    def text(self) -> str:
        """What is said below the picture."""
        return self._text.text()

    def image(self) -> QImage | None:
        """What is shown, or None as long as nothing has come."""
        return self._screen.image()

    def show_order(self, order: ExportOrder) -> None:
        """Show the clip of this order; it goes on at the frame it had reached."""
        self._order = order
        self._delays = order.plan.delays(THOUSANDTHS)
        self._number = min(self._number, len(self._delays) - 1)
        self._frames.show_order(order)
        self._play.setEnabled(order.kind.moves)
        self._show_frame()

    def toggle(self) -> None:
        """Play, or stop at this frame."""
        if self._order is not None and self._order.kind.moves:
            self._playing = not self._playing
            self._timer.stop()
            self._show_playing()
            self._show_frame()

    def stop(self) -> None:
        """Play no more."""
        self._playing = False
        self._timer.stop()
        self._show_playing()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_frame()

    def _advance(self) -> None:
        last = len(self._delays) - 1
        if self._number < last:
            self._number += 1
        elif self._order is not None and not self._order.pace.loop:
            self._number = 0
            self.stop()
        else:
            self._number = 0
        self._show_frame()

    def _show_frame(self) -> None:
        order = self._order
        if order is None:
            return
        if not order.kind.moves:
            self._screen.show_image(self._frames.sheet())
            self._text.setText(self.tr("All steps on one page"))
            return
        step = order.plan.frames[self._number].step
        self._screen.show_image(self._frames.frame(step))
        text = self.tr("Frame {number} of {count}, step {step}")
        self._text.setText(text.format(number=self._number + 1, count=len(self._delays), step=step))
        if self._playing and self.isVisible():
            self._timer.start(self._delays[self._number])

    def _refresh(self, step: int) -> None:
        """A view has come: what is shown may look better now."""
        if self._order is None:
            return
        if not self._order.kind.moves:
            self._screen.show_image(self._frames.sheet())
        elif step == self._order.plan.frames[self._number].step:
            self._screen.show_image(self._frames.frame(step))

    def _show_playing(self) -> None:
        self._play.set_icon("player-pause" if self._playing else "player-play")
        self._play.rename(self.tr("Stop the preview") if self._playing else self.tr("Play the preview"))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(px(MARGIN), px(4), px(MARGIN), px(4))
        row.setSpacing(px(8))
        row.addWidget(self._play)
        row.addWidget(self._text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._screen, 1)
        column.addLayout(row)


class ClipScreen(QWidget):
    """Paints one picture as large as it fits, whole pixels as squares where they are large enough to be seen."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Preview of the export"))

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(160), px(160))

    def image(self) -> QImage | None:
        """What is shown."""
        return self._picture.image if self._picture else None

    def show_image(self, image: QImage | None) -> None:
        """Show a picture; None leaves what is there until something better has come."""
        if image is not None and image is not self.image():
            self._picture = Picture(image)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(current_tokens().surround))
        if self._picture is not None:
            box = self._box(self._picture.size)
            self._picture.draw(painter, box, QRectF(self.rect()), sharp=box.width() >= self._picture.size.width())
        painter.end()

    def _box(self, size: QSize) -> QRectF:
        """As large as fits; at a whole multiple of device pixels if it is enlarged."""
        ratio = self.devicePixelRatioF()
        room = QSize(max(1, self.width() - 2 * px(MARGIN)), max(1, self.height() - 2 * px(MARGIN)))
        scale = min(room.width() / size.width(), room.height() / size.height())
        if scale * ratio >= 1:
            scale = int(scale * ratio) / ratio
        width, height = size.width() * scale, size.height() * scale
        left, top = (self.width() - width) / 2, (self.height() - height) / 2
        return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height)
