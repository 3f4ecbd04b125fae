"""How the error of a sampler falls with the number of steps, beside the order that it comes to. Needs pyqtgraph."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QWidget

from studio.plugin.report import Report
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.tokens import TYPE_CAPTION

HEIGHT, AXIS = 160, 56
SMALLEST = 1e-16
EULER, APART = 1.0, 0.3
"""The line of order 1 stands beside what has clearly another order."""


class ConvergencePlot(pyqtgraph.PlotWidget):
    """Error against steps on logarithmic axes; a thin line has the slope of order 1, Euler's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, enableMenu=False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(px(HEIGHT))
        self.setLogMode(x=True, y=True)
        self.getAxis("left").setWidth(px(AXIS))
        self.setAccessibleName(self.tr("Convergence"))

    def show_report(self, report: Report) -> None:
        """Draw the errors of a report that has some."""
        self.clear()
        self._dress()
        steps = [n for n, _ in report.errors]
        errors = [max(error, SMALLEST) for _, error in report.errors]
        euler = [errors[0] * (steps[0] / n) ** EULER for n in steps]
        tokens = current_tokens()
        if abs((report.order or EULER) - EULER) > APART:
            self.plot(steps, euler, pen=_pen(tokens.text2, 1))
            self._name(self.tr("order 1"), steps[-1], euler[-1], tokens.text2)
        brush = QColor(tokens.lanes[0])
        self.plot(
            steps, errors, pen=_pen(tokens.lanes[0], 2), symbol="o", symbolSize=px(6), symbolBrush=brush, symbolPen=None
        )
        low, high = math.log10(min(*errors, *euler)), math.log10(max(*errors, *euler))
        self.setYRange(low, high, padding=0.12)
        self.setXRange(math.log10(steps[0]), math.log10(steps[-1]), padding=0.12)
        self.getAxis("left").setTicks([[(place, f"{10**place:.0e}") for place in _marks(low, high)]])
        self.getAxis("bottom").setTicks([[(math.log10(n), str(n)) for n in steps]])
        self.setAccessibleDescription(self.words(report))

    def words(self, report: Report) -> str:
        """One sentence about the plot."""
        text = self.tr("From {first} to {last} steps the error falls from {high} to {low}.")
        (first, high), (last, low) = report.errors[0], report.errors[-1]
        return text.format(first=first, last=last, high=f"{high:.1e}", low=f"{low:.1e}")

    def wheelEvent(self, event: Any) -> None:
        event.ignore()

    def _name(self, text: str, steps: int, error: float, colour: str) -> None:
        item = pyqtgraph.TextItem(text, color=colour, anchor=(1.0, 1.0))
        item.setFont(self._font())
        self.addItem(item)
        item.setPos(math.log10(steps), math.log10(error))

    def _dress(self) -> None:
        tokens = current_tokens()
        self.setBackground(QColor(tokens.panel))
        for side, label in (("left", self.tr("error")), ("bottom", self.tr("steps"))):
            axis = self.getAxis(side)
            axis.setPen(_pen(tokens.outline))
            axis.setTextPen(_pen(tokens.text2))
            axis.setStyle(tickFont=self._font(), maxTickLevel=0)
            axis.label.setFont(self._font())
            style = {"color": tokens.text2, "font-size": f"{px(TYPE_CAPTION)}px"}
            axis.setLabel(label, siPrefixEnableRanges=(), **style)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(px(TYPE_CAPTION))
        return font


def _marks(low: float, high: float) -> list[float]:
    """Where the axis is marked, as logarithms: at powers of ten, between them where there are too few."""
    decades = [float(n) for n in range(math.floor(low), math.ceil(high) + 1)]
    inside = [place for place in decades if low <= place <= high]
    if len(inside) > 1:
        return inside
    finer = [decade + math.log10(part) for decade in decades for part in (1, 2, 5)]
    return [place for place in finer if low <= place <= high]


def _pen(colour: str, width: int = 1) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    return pen
