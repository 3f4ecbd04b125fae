"""How far each lane is from the first, over the level. Needs pyqtgraph, so it is imported when the window opens."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QWidget

from studio.job.race import lane_letter
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.race.lane_marks import lane_colour, lane_pen
from studio.ui.race.race_board import END, RaceBoard
from studio.ui.tokens import TYPE_CAPTION

AXIS, NAMES = 44, 28
HIGHEST_MINIMUM = 0.05


class DistancePlot(pyqtgraph.PlotWidget):
    """A line a lane, named at its end. `level_chosen(log_snr)` tells where the pointer presses or drags."""

    level_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, enableMenu=False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._board: RaceBoard | None = None
        self._names: list[tuple[Any, float, float]] = []
        self._lines: dict[int, Any] = {}
        self._cursor = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self.getAxis("left").setWidth(px(AXIS))
        self.getPlotItem().setContentsMargins(0, px(4), px(4), 0)
        self._dress()

    def show_board(self, board: RaceBoard) -> None:
        """Draw the lines of a race as far as they go."""
        if board is not self._board:
            self._board = board
            self.clear()
            self._lines = {}
            self.addItem(self._cursor)
        self._dress()
        for number, track in enumerate(board.tracks):
            points = [(x, y) for x, y in zip(track.levels, track.distances, strict=True) if math.isfinite(y)]
            if number not in self._lines:
                self._lines[number] = self.plot([], [])
            self._lines[number].setData([x for x, _ in points], [y for _, y in points], pen=lane_pen(number, 2))
        self._name(board)
        self._fit(board)
        self.setAccessibleDescription(self._words(board))

    def set_level(self, level: float) -> None:
        """Put the cursor at a level; with `END` there is none."""
        self._cursor.setVisible(level != END)
        if level != END:
            self._cursor.setValue(level)

    def mousePressEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def mouseMoveEvent(self, event: Any) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def mouseReleaseEvent(self, event: Any) -> None:
        event.accept()

    def wheelEvent(self, event: Any) -> None:
        event.ignore()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        # PlotWidget is resized once before its parts are there.
        board: RaceBoard | None = getattr(self, "_board", None)
        if board is not None:
            self._fit(board)

    def _dress(self) -> None:
        tokens = current_tokens()
        font = self._font()
        self.setBackground(QColor(tokens.panel))
        for side, label in (("left", self.tr("distance to A")), ("bottom", self.tr("log-SNR, noise falling"))):
            axis = self.getAxis(side)
            axis.setPen(_pen(tokens.outline))
            axis.setTextPen(_pen(tokens.text2))
            axis.setStyle(tickFont=font, maxTickLevel=0)
            axis.label.setFont(font)
            # Without ranges for prefixes: a distance of 0.6 is written so, and not as 600 thousandths.
            style = {"color": tokens.text2, "font-size": f"{px(TYPE_CAPTION)}px"}
            axis.setLabel(label, siPrefixEnableRanges=(), **style)
        self._cursor.setPen(_pen(tokens.accent, 2))

    def _name(self, board: RaceBoard) -> None:
        for item, _, _ in self._names:
            self.removeItem(item)
        self._names = []
        for number, track in enumerate(board.tracks):
            if track.levels and math.isfinite(track.distances[-1]):
                item = pyqtgraph.TextItem(lane_letter(number), color=lane_colour(number), anchor=(0.0, 0.5))
                item.setFont(self._font())
                self.addItem(item)
                self._names.append((item, track.levels[-1], track.distances[-1]))

    def _fit(self, board: RaceBoard) -> None:
        """All of the lines, with room at the right for their names, which are kept from lying on each other."""
        levels = [level for track in board.tracks for level in track.levels] or [-5.0, 5.0]
        highest = max(
            (d for track in board.tracks for d in track.distances if math.isfinite(d)), default=HIGHEST_MINIMUM
        )
        top = max(highest, HIGHEST_MINIMUM) * 1.1
        low, high = min(levels), max(levels)
        width = max(high - low, 1e-3)
        names = width * px(NAMES) / max(1, self.width() - px(AXIS) - px(NAMES))
        self.setXRange(low, high + names, padding=0)
        self.setYRange(-top * 0.02, top, padding=0)
        self._spread(top, names)

    def _spread(self, top: float, width: float) -> None:
        """Move names apart that end within `width` of each other."""
        beside: list[list[tuple[Any, float, float]]] = []
        for name in sorted(self._names, key=lambda name: name[1]):
            if beside and name[1] - beside[-1][-1][1] < width:
                beside[-1].append(name)
            else:
                beside.append([name])
        for names in beside:
            self._stack(sorted(names, key=lambda name: name[2]), top)

    def _stack(self, order: list[tuple[Any, float, float]], top: float) -> None:
        """From below to above, then back down those that were pushed out."""
        line = top * px(TYPE_CAPTION + 2) / max(1, self.height() - px(AXIS))
        places: list[float] = []
        for _, _, distance in order:
            places.append(max(distance, places[-1] + line if places else distance))
        ceiling = top - line / 2
        for index in reversed(range(len(places))):
            places[index] = min(places[index], ceiling)
            ceiling = places[index] - line
        for (item, level, _), place in zip(order, places, strict=True):
            item.setPos(level, place)

    def _words(self, board: RaceBoard) -> str:
        ends = (
            self.tr("{lane} ends at {distance}").format(lane=lane_letter(number), distance=f"{track.distances[-1]:.3f}")
            for number, track in enumerate(board.tracks)
            if number and track.distances
        )
        return ", ".join(ends)

    def _choose(self, place: Any) -> None:
        at = self.getPlotItem().vb.mapSceneToView(self.mapToScene(place.toPoint()))
        self.level_chosen.emit(at.x())

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(px(TYPE_CAPTION))
        return font


def _pen(colour: str, width: int = 1) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    return pen
