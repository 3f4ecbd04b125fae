"""The lanes side by side: a row, or a grid with headings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QScrollArea, QWidget

from studio.job.race import Race
from studio.ui.metrics import px
from studio.ui.race.lane_cell import EDGE, LINE, LaneCell
from studio.ui.widgets.elided_label import ElidedLabel

SMALLEST, LARGEST = 96, 384
HEADING_WIDTH, HEADING_HEIGHT, GAP = 104, 24, 8


class LaneGrid(QScrollArea):
    """`lane_chosen(number)` is emitted when the user presses a lane. Cells are as large as the room allows."""

    lane_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("Lanes"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cells: list[LaneCell] = []
        self._race: Race | None = None
        self._group: QButtonGroup | None = None
        self._headings: list[ElidedLabel] = []
        self._grid = QGridLayout()
        self._across = 0

    def show_race(self, race: Race) -> None:
        """Show the empty cells of a race."""
        self._race = race
        sheet = QWidget()
        grid = QGridLayout(sheet)
        grid.setSpacing(px(GAP))
        grid.setContentsMargins(px(GAP), px(GAP), px(GAP), px(GAP))
        self._group = QButtonGroup(sheet)
        self._headings, self.cells = [], []
        crossed = race.rows is not None
        for number, lane in enumerate(race.lanes):
            cell = LaneCell(number, "" if crossed else lane.label)
            cell.setAccessibleName(f"{cell.accessibleName().partition(',')[0]}, {lane.label}")
            cell.clicked.connect(lambda _=False, number=number: self.lane_chosen.emit(number))
            self._group.addButton(cell, number)
            self.cells.append(cell)
        if race.rows is not None:
            self._add_headings(grid, race)
        # Behind the last cell, however the cells are placed.
        grid.setColumnStretch(len(race.lanes) + 1, 1)
        grid.setRowStretch(len(race.lanes) + 1, 1)
        self._grid, self._across = grid, 0
        self.setWidget(sheet)
        self._fit()

    def choose(self, number: int) -> None:
        """Mark a lane without emitting."""
        self.cells[number].setChecked(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _add_headings(self, grid: QGridLayout, race: Race) -> None:
        for column, value in enumerate(race.columns.values):
            self._headings.append(ElidedLabel(race.columns.label(value)))
            grid.addWidget(self._headings[-1], 0, column + 1)
        for row, value in enumerate(race.rows.values if race.rows else ()):
            heading = ElidedLabel(race.rows.label(value) if race.rows else "")
            heading.setFixedWidth(px(HEADING_WIDTH))
            heading.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._headings.append(heading)
            grid.addWidget(heading, row + 1, 0, Qt.AlignmentFlag.AlignVCenter)
        for heading in self._headings:
            heading.setProperty("role", "secondary")

    def _fit(self) -> None:
        """One size for all cells: all columns in view if they can be, and all rows."""
        race = self._race
        if race is None:
            return
        lanes = len(race.lanes)
        # Without rows of their own the lanes are broken into as many lines as make them largest.
        counts = [len(race.columns.values)] if race.rows else list(range(lanes, 0, -1))
        columns = max(counts, key=lambda across: self._edge(race, across))
        self._place(columns)
        edge = self._edge(race, columns)
        for cell in self.cells:
            cell.set_size(edge, round(edge * race.base.height / race.base.width))

    def _place(self, columns: int) -> None:
        """Put the cells into that many columns, below and beside the headings."""
        if columns == self._across:
            return
        self._across = columns
        for number, cell in enumerate(self.cells):
            row, column = divmod(number, columns)
            self._grid.addWidget(cell, row + 1, column + 1, Qt.AlignmentFlag.AlignTop)

    def _edge(self, race: Race, columns: int) -> int:
        """The width of the pictures if they stand in that many columns."""
        rows = -(-len(race.lanes) // columns)
        crossed = race.rows is not None
        room = self.viewport().size()
        across = room.width() - (px(HEADING_WIDTH) if crossed else 0)
        down = room.height() - (px(HEADING_HEIGHT) if crossed else 0)
        width = (across - px(GAP) * (columns + 2)) // columns - 2 * px(EDGE)
        height = (down - px(GAP) * (rows + 2)) // rows - 2 * px(EDGE) - 2 * px(LINE)
        ratio = race.base.height / race.base.width
        return min(max(min(width, round(height / ratio)), px(SMALLEST)), px(LARGEST))
