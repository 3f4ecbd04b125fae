"""What each lane costs and how far it ends from the first, as a table."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from studio.job.race import lane_letter
from studio.ui.metrics import px
from studio.ui.race.race_board import RaceBoard
from studio.ui.tokens import ROW_HEIGHT

LANE, CALLS, SECONDS, DISTANCE = range(4)


class LaneTable(QTableWidget):
    """`lane_chosen(number)` is emitted when the user goes to a line."""

    lane_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self.setHorizontalHeaderLabels(
            [self.tr("Lane"), self.tr("Network calls"), self.tr("Seconds"), self.tr("Distance")]
        )
        self.setAccessibleName(self.tr("Costs of the lanes"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(px(ROW_HEIGHT))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(LANE, QHeaderView.ResizeMode.Stretch)
        for column in (CALLS, SECONDS, DISTANCE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
            self.horizontalHeaderItem(column).setTextAlignment(_RIGHT)
        self.horizontalHeaderItem(LANE).setTextAlignment(_LEFT)
        self.itemSelectionChanged.connect(self._chosen)

    def show_board(self, board: RaceBoard) -> None:
        """Bring all lines up to date."""
        if self.rowCount() != len(board.tracks):
            self.setRowCount(len(board.tracks))
        for number, track in enumerate(board.tracks):
            known = bool(track.levels)
            self._set(number, LANE, f"{lane_letter(number)}   {track.lane.label}", _LEFT)
            self._set(number, CALLS, str(track.calls) if track.calls else "")
            self._set(number, SECONDS, f"{track.seconds:.1f}" if known else "")
            self._set(number, DISTANCE, _distance(number, track.distances))

    def choose(self, number: int) -> None:
        """Mark a lane without emitting."""
        with QSignalBlocker(self):
            self.selectRow(number)

    def text_at(self, number: int, column: int) -> str:
        """What stands in a field."""
        item = self.item(number, column)
        return item.text() if item else ""

    def _set(self, row: int, column: int, text: str, alignment: Qt.AlignmentFlag | None = None) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            item.setTextAlignment(_RIGHT if alignment is None else alignment)
            self.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)

    def _chosen(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows:
            self.lane_chosen.emit(rows[0].row())


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _distance(number: int, distances: list[float]) -> str:
    if not distances or number == 0 or not math.isfinite(distances[-1]):
        return "–" if distances else ""
    return f"{distances[-1]:.4f}"
