"""One lane of a race: its picture, its letter and line, and where it is or why it is not."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.job.race import lane_letter
from studio.ui.canvas.picture import Picture
from studio.ui.colours import current_tokens
from studio.ui.icons import pixmap
from studio.ui.metrics import px
from studio.ui.race.lane_marks import lane_pen
from studio.ui.tokens import ICON_ROW, TYPE_CAPTION, TYPE_SECONDARY
from studio.ui.widgets.state import plain_tooltip

EDGE, LINE, MARK = 6, 18, 24
"""Around the picture; the height of a line below it; the length of the sample of the lane's line."""


class LaneCell(QAbstractButton):
    """Pressed to look at the lane in the main window. `show_look` says what it shows."""

    def __init__(self, number: int, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self._label = label
        self._picture: Picture | None = None
        self._status = ""
        self._problem = ""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("focusInside", True)
        self.setAccessibleName(f"{lane_letter(number)}, {label}")

    def show_look(self, picture: QImage | None, status: str, problem: str = "") -> None:
        """Show a picture and a line below it, or the sentence of a lane that failed."""
        self._picture = Picture(picture) if picture is not None else None
        self._status, self._problem = status, problem
        self.setAccessibleDescription(problem or status)
        tip = problem or self._label
        self.setToolTip(plain_tooltip(tip))
        self.update()

    def status(self) -> str:
        """The line below the picture, or the sentence in its place."""
        return self._problem or self._status

    def picture(self) -> QImage | None:
        return self._picture.image if self._picture else None

    def set_size(self, width: int, height: int) -> None:
        """Make room for a picture of that size, in logical pixels."""
        self.setFixedSize(QSize(width + 2 * px(EDGE), height + 2 * px(EDGE) + 2 * px(LINE)))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(QColor(tokens.accent if self.isChecked() else tokens.line))
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(6), px(6))
        box = self.rect().adjusted(px(EDGE), px(EDGE), -px(EDGE), -px(EDGE) - 2 * px(LINE))
        if self._problem:
            self._paint_problem(painter, box)
        elif self._picture is not None:
            self._paint_picture(painter, box, self._picture)
        else:
            painter.fillRect(box, QColor(tokens.surround))
        self._paint_words(painter, box.bottom() + 1)
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRect, picture: Picture) -> None:
        size = picture.size.scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(
            box.left() + (box.width() - size.width()) / 2, box.top() + (box.height() - size.height()) / 2,
            size.width(), size.height(),
        )  # fmt: skip
        picture.draw(painter, place, QRectF(self.rect()), sharp=False)

    def _paint_problem(self, painter: QPainter, box: QRect) -> None:
        tokens = current_tokens()
        painter.fillRect(box, QColor(tokens.surround))
        icon = px(ICON_ROW)
        painter.drawPixmap(
            box.left() + px(8), box.top() + px(8),
            pixmap("alert-triangle", QColor(tokens.danger), icon, self.devicePixelRatioF()),
        )  # fmt: skip
        painter.setFont(self._font(TYPE_SECONDARY))
        painter.setPen(QColor(tokens.text))
        room = box.adjusted(px(8), px(8) + icon + px(4), -px(8), -px(8))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), self._problem)

    def _paint_words(self, painter: QPainter, top: int) -> None:
        """Letter, the lane's line and its label; below them where it is."""
        tokens = current_tokens()
        left, right = px(EDGE), self.width() - px(EDGE)
        bold = self._font(TYPE_SECONDARY)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        line = QRect(left, top + px(2), right - left, px(LINE))
        letter = lane_letter(self.number)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), letter)
        left += QFontMetrics(bold).horizontalAdvance(letter) + px(6)
        painter.setPen(lane_pen(self.number, px(3)))
        middle = line.center().y() + 1
        painter.drawLine(left, middle, left + px(MARK), middle)
        left += px(MARK) + px(6)
        painter.setPen(QColor(tokens.text))
        self._line(painter, QRect(left, line.top(), right - left, line.height()), self._label)
        painter.setFont(self._font(TYPE_CAPTION))
        painter.setPen(QColor(tokens.text2))
        below = QRect(px(EDGE), line.bottom(), right - px(EDGE), px(LINE))
        self._line(painter, below, "" if self._problem else self._status)

    def _line(self, painter: QPainter, room: QRect, text: str) -> None:
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)

    def _font(self, size: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(px(size))
        return font
