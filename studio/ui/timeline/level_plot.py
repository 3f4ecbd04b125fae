"""The plot of the levels of a run: alpha and sigma, log-SNR, and how densely the steps lie. Needs pyqtgraph, so it is
imported when the plot opens."""

from __future__ import annotations

from typing import Any

import pyqtgraph
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.job.facts import TrajectoryFacts
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.timeline.run_curves import Curve, density_curve, level_curves, log_snr_curve
from studio.ui.tokens import TYPE_CAPTION

HEIGHT, AXIS = 132, 40


class LevelPlot(QWidget):
    """Three plots over the steps with one cursor. `step_selected(step)` tells where the user drags it."""

    step_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._charts = [Chart() for _ in range(3)]
        line = QHBoxLayout(self)
        line.setContentsMargins(px(4), 0, px(4), 0)
        line.setSpacing(px(4))
        for chart in self._charts:
            line.addWidget(chart)
            chart.step_selected.connect(self.step_selected)
        self.setFixedHeight(px(HEIGHT))

    def show_facts(self, facts: TrajectoryFacts | None) -> None:
        """Draw the curves of a run, or nothing."""
        curves: list[list[Curve]] = [[], [], []]
        if facts is not None:
            curves = [list(level_curves(facts)), [log_snr_curve(facts)], [density_curve(facts)]]
        for chart, lines in zip(self._charts, curves, strict=True):
            chart.show_curves(lines, facts.steps if facts else 1)

    def set_current(self, step: int) -> None:
        """Put the cursor at a step."""
        for chart in self._charts:
            chart.set_cursor(step)

    def cursor_step(self) -> int:
        """Where the cursor is."""
        return self._charts[0].cursor_step()


class Chart(pyqtgraph.PlotWidget):
    """One plot in the colours of the theme, without menu, buttons or zoom; the pointer drags its cursor."""

    step_selected = Signal(int)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._steps = 1
        self._names_width = 0
        self._labels: list[Any] = []
        self._cursor = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self.getAxis("left").setWidth(px(AXIS))
        self.getPlotItem().setContentsMargins(0, px(4), 0, 0)

    def show_curves(self, curves: list[Curve], steps: int) -> None:
        """Draw `curves` over the steps 0 to `steps`, each named at its end."""
        tokens = current_tokens()
        self._steps = steps
        self.clear()
        self._labels = []
        self.setBackground(QColor(tokens.panel))
        font = QFont(self.font())
        font.setPixelSize(px(TYPE_CAPTION))
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(_pen(tokens.outline, 1))
            axis.setTextPen(_pen(tokens.text2, 1))
            axis.setStyle(tickFont=font, maxTickLevel=0)
        for number, line in enumerate(curves):
            self._draw(line, tokens.lanes[number], font)
        marks = sorted({0, steps // 2, steps})
        self.getAxis("bottom").setTicks([[(mark, str(mark)) for mark in marks]])
        self._cursor.setPen(_pen(tokens.accent, 2))
        self.addItem(self._cursor)
        names = QFontMetrics(font)
        self._names_width = max((names.horizontalAdvance(line.name) for line in curves), default=0) + px(12)
        self._fit(curves)

    def set_cursor(self, step: int) -> None:
        self._cursor.setValue(step)

    def cursor_step(self) -> int:
        return round(self._cursor.value())

    def mousePressEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def mouseMoveEvent(self, event: Any) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def mouseReleaseEvent(self, event: Any) -> None:
        event.accept()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        # PlotWidget is resized once before its parts are there.
        if hasattr(self, "_names_width"):
            self._make_room()

    def wheelEvent(self, event: Any) -> None:
        event.ignore()

    def _draw(self, line: Curve, colour: str, font: QFont) -> None:
        self.plot(list(line.steps), list(line.values), pen=_pen(colour, 2))
        if line.steps:
            label = pyqtgraph.TextItem(line.name, color=QColor(colour), anchor=(0.0, 0.5))
            label.setFont(font)
            label.setPos(line.steps[-1], line.values[-1])
            self.addItem(label)
            self._labels.append(label)

    def _fit(self, curves: list[Curve]) -> None:
        """All of the curves, and room at their right end for the names."""
        values = [value for line in curves for value in line.values] or [0.0, 1.0]
        low, high = min(values), max(values)
        space = (high - low or 1.0) * 0.1
        self.setYRange(low - space, high + space, padding=0)
        self._make_room()

    def _make_room(self) -> None:
        """Leave room for the names at the right, whatever the width."""
        inner = self.width() - px(AXIS)
        share = self._names_width / max(1, inner - self._names_width)
        self.setXRange(0, self._steps * (1 + min(share, 1.0)), padding=0)

    def _choose(self, place: Any) -> None:
        at = self.getPlotItem().vb.mapSceneToView(self.mapToScene(place.toPoint()))
        self.step_selected.emit(min(max(round(at.x()), 1), self._steps))


def _pen(colour: str, width: int) -> QPen:
    """Solid and opaque: others are painted many times slower."""
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    return pen
