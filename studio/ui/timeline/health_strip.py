"""Two rows of bars under the cells' places: how large x is after each step, and how much the step changed it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.timeline.film import Film
from studio.ui.timeline.run_curves import health_sentence
from studio.ui.timeline.strip_layout import StripLayout
from studio.ui.tokens import TYPE_CAPTION

ROW, NAME, BAR = 16, 16, 6


class HealthStrip(QWidget):
    """Reads the facts of a film; its accessible description is one sentence about them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._film = Film(1)
        self._layout = StripLayout(1, 1, 1, 0)
        self._left = 0
        self.setAccessibleName(self.tr("Size and change of the states"))
        self.setFixedHeight(2 * (px(ROW) + px(NAME)))

    def show_film(self, film: Film, layout: StripLayout, left: int) -> None:
        """Show `film` with its bars at the places of the cells, which begin `left` from the edge."""
        self._film, self._layout, self._left = film, layout, left
        self.setFixedHeight(2 * (px(ROW) + px(NAME)))
        self.setAccessibleDescription(health_sentence(film.facts, film.failed) if film.facts else "")
        self.setToolTip(self.accessibleDescription())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(200), 2 * (px(ROW) + px(NAME)))

    def paintEvent(self, event: QPaintEvent) -> None:
        facts = self._film.facts
        painter = QPainter(self)
        font = QFont(painter.font())
        font.setPixelSize(px(TYPE_CAPTION))
        painter.setFont(font)
        if facts is not None:
            lanes = current_tokens().lanes
            self._row(painter, 0, facts.norms, lanes[0], self.tr("size of x"))
            self._row(painter, px(ROW) + px(NAME), facts.changes, lanes[1], self.tr("change"))
        painter.end()

    def _row(self, painter: QPainter, top: int, numbers: Mapping[int, float], colour: str, name: str) -> None:
        finite = [number for number in numbers.values() if math.isfinite(number)]
        largest = max(finite, default=0.0) or 1.0
        width = max(1.0, min(float(px(BAR)), self._layout.pitch / max(1, self._layout.tick_stride())))
        self._name(painter, top, self.tr("{name}, up to {largest}").format(name=name, largest=f"{largest:.2f}"))
        top += px(NAME)
        for step, number in numbers.items():
            if step < 1:
                continue
            middle = self._left + self._layout.place(step)
            if math.isfinite(number):
                height = max(1.0, px(ROW) * number / largest)
                painter.fillRect(QRectF(middle - width / 2, top + px(ROW) - height, width, height), QColor(colour))
            else:
                self._cross(painter, middle, top)
        if self._film.failed:
            self._cross(painter, self._left + self._layout.place(self._film.failed), top)

    def _cross(self, painter: QPainter, middle: float, top: int) -> None:
        painter.setPen(QColor(current_tokens().danger))
        box = QRectF(middle - px(8), top, px(16), px(ROW))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "×")

    def _name(self, painter: QPainter, top: int, name: str) -> None:
        painter.setPen(QColor(current_tokens().text2))
        box = QRectF(self._left, top, self.width() - 2 * self._left, px(NAME))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
