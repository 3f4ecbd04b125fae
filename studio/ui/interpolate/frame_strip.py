"""The strip of the walk: small pictures of its frames, from which one is chosen to be looked at."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.colours import current_tokens
from studio.ui.interpolate.walk_frames import WalkFrames
from studio.ui.interpolate.walk_runner import spread
from studio.ui.metrics import px
from studio.ui.thumbnail import thumbnail_pixmap
from studio.ui.tokens import GUTTER, TYPE_CAPTION

CELL, GAP, NUMBER = 64, 4, 16


class FrameStrip(QWidget):
    """Shows as many frames as fit, evenly chosen. `chosen(number)` counts from 0 among the frames shown to it;
    `menu_wanted(number, place)` asks for the menu of one."""

    chosen = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames: WalkFrames | None = None
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Frames of the walk"))
        self.setFixedHeight(px(CELL) + px(NUMBER) + px(8))

    def show_frames(self, frames: WalkFrames | None) -> None:
        """Show these frames, or that there are none yet."""
        if frames is not self._frames:
            self._current = 0
        self._frames = frames
        self._describe()
        self.update()

    def set_current(self, number: int) -> None:
        """Mark the frame that is looked at."""
        self._current = number
        self._describe()
        self.update()

    def current(self) -> int:
        """The frame that is looked at."""
        return self._current

    def cells(self) -> tuple[int, ...]:
        """The numbers of the frames that have a cell."""
        room = max(2, (self.width() - 2 * px(GUTTER) + px(GAP)) // (px(CELL) + px(GAP)))
        return spread(len(self._frames), room) if self._frames is not None else ()

    def sizeHint(self) -> QSize:
        return QSize(px(320), self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        number = self._number_at(event.pos().x())
        if number is not None:
            self.menu_wanted.emit(number, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**6), Qt.Key.Key_End: 10**6}
        way = ways.get(Qt.Key(event.key()))
        if way is None or self._frames is None:
            super().keyPressEvent(event)
        else:
            self.chosen.emit(min(max(self._current + way, 0), len(self._frames) - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        font = QFont(painter.font())
        font.setPixelSize(px(TYPE_CAPTION))
        painter.setFont(font)
        frames, cells = self._frames, self.cells()
        nearest = min(cells, key=lambda number: abs(number - self._current), default=-1)
        for place, number in enumerate(cells):
            box = self._box(place)
            painter.fillRect(box, QColor(tokens.surround))
            small = frames.small(number) if frames is not None else None
            if small is not None:
                drawn = thumbnail_pixmap(small, box.size().toSize(), self.devicePixelRatioF())
                size = drawn.deviceIndependentSize()
                corner = box.center() - QRectF(0, 0, size.width(), size.height()).center()
                painter.drawPixmap(corner, drawn)
            marked = number == nearest
            painter.setPen(QPen(QColor(tokens.accent if marked else tokens.line), 2 if marked else 1))
            painter.drawRect(box)
            painter.setPen(QColor(tokens.text if marked else tokens.text2))
            below = QRectF(box.left(), box.bottom() + 2, box.width(), px(NUMBER))
            told = str(frames.numbers[number] + 1) if frames is not None else ""
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, told)
        painter.end()

    def _box(self, place: int) -> QRectF:
        return QRectF(px(GUTTER) + place * (px(CELL) + px(GAP)), px(4), px(CELL), px(CELL))

    def _number_at(self, x: float) -> int | None:
        cells = self.cells()
        place = int((x - px(GUTTER)) // (px(CELL) + px(GAP)))
        return cells[place] if 0 <= place < len(cells) else None

    def _go_to(self, x: float) -> None:
        number = self._number_at(x)
        if number is not None:
            self.chosen.emit(number)

    def _describe(self) -> None:
        if self._frames is None or not len(self._frames):
            self.setAccessibleDescription(self.tr("No frames yet."))
            return
        text = self.tr("Frame {frame}; {done} of {count} are there.")
        frame = self._frames.numbers[min(self._current, len(self._frames) - 1)] + 1
        self.setAccessibleDescription(text.format(frame=frame, done=self._frames.done, count=len(self._frames)))
