"""The drawer above the strip: the plot of the levels and the health strip. Closed until the user opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.timeline.film import Film
from studio.ui.timeline.health_strip import HealthStrip
from studio.ui.timeline.strip_layout import StripLayout

if TYPE_CHECKING:
    from studio.ui.timeline.level_plot import LevelPlot


class PlotDrawer(QWidget):
    """`step_selected(step)` tells where the user drags the cursor. pyqtgraph is loaded at the first opening."""

    step_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._film, self._current = Film(1), 0
        self._plot: LevelPlot | None = None
        self.health = HealthStrip()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, px(4))
        self._column.setSpacing(px(4))
        self._column.addWidget(self.health)
        self.hide()

    @property
    def plot(self) -> LevelPlot | None:
        """The plot, if it was ever opened."""
        return self._plot

    def toggle(self) -> None:
        """Open or close."""
        if self._plot is None:
            self._plot = self._load()
        self.setVisible(self.isHidden())
        self._draw()

    def show_film(self, film: Film, layout: StripLayout, left: int) -> None:
        """Show the numbers of `film`, with the bars at the places of the cells."""
        self._film = film
        self.health.show_film(film, layout, left)
        self._draw()

    def set_current(self, step: int) -> None:
        """Put the cursor at a step."""
        self._current = step
        if self._plot is not None:
            self._plot.set_current(step)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw()

    def _load(self) -> LevelPlot:
        from studio.ui.timeline.level_plot import LevelPlot

        plot = LevelPlot()
        plot.step_selected.connect(self.step_selected)
        self._column.insertWidget(0, plot)
        return plot

    def _draw(self) -> None:
        if self._plot is not None and not self.isHidden():
            self._plot.show_facts(self._film.facts)
            self._plot.set_current(self._current)
