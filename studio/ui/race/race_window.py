"""The race window: what is varied at the left, the lanes side by side, one slider for all, the plot and the table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from studio.job.event import JobEvent
from studio.job.race import Race
from studio.job.recipe import Recipe
from studio.sampling.registry import Methods
from studio.ui.metrics import px
from studio.ui.qimage import to_qimage
from studio.ui.race.distance_plot import DistancePlot
from studio.ui.race.lane_grid import LaneGrid
from studio.ui.race.lane_table import LaneTable
from studio.ui.race.level_scrubber import LevelScrubber
from studio.ui.race.race_board import LaneLook, LaneTrack, RaceBoard
from studio.ui.race.race_setup import RaceSetup
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.field import ENTER
from studio.ui.widgets.state import plain_tooltip
from studio.ui.widgets.toast import Toast

FIRST_WIDTH, FIRST_HEIGHT = 1120, 760
LOWER_HEIGHT = 208
REDRAW_MS = 100
"""Plot and table follow a race no faster than the eye."""


class RaceWindow(QWidget):
    """Shows one race. The `…_requested` signals are the user's wishes.

    `start_requested(Race)`, `cancel_requested`, `show_requested(LaneTrack)` for a lane with a picture,
    `use_requested(Recipe)`, `save_sheet_requested`.
    """

    start_requested = Signal(object)
    cancel_requested = Signal()
    show_requested = Signal(object)
    use_requested = Signal(object)
    save_sheet_requested = Signal()

    def __init__(self, methods: Methods, base: Callable[[], Recipe], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Race"))
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.board: RaceBoard | None = None
        self.chosen = 0
        self.setup = RaceSetup(methods, base)
        self.grid = LaneGrid()
        self.scrubber = LevelScrubber()
        self.plot = DistancePlot()
        self.table = LaneTable()
        self._show = QPushButton(self.tr("Show in the window"))
        self._use = QPushButton(self.tr("Use these settings"))
        self._sheet = QPushButton(self.tr("Save sheet"))
        self._empty = QLabel(
            self.tr("Choose what to vary and press Start. The lanes run side by side, a step of each in turn.")
        )
        self._lay_out()
        self.banner = Banner(self.pages)
        self.toast = Toast(self.pages)
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self._show_board)
        self._connect()
        self._offer()
        self.resize(px(FIRST_WIDTH), px(FIRST_HEIGHT))

    def begin(self, race: Race) -> None:
        """A race was accepted."""
        self.board = RaceBoard(race)
        self.chosen = 0
        self.banner.dismiss()
        self.grid.show_race(race)
        for cell in self.grid.cells:
            self.scrubber.watch(cell)
        self.grid.choose(0)
        self.pages.setCurrentIndex(1)
        self.scrubber.show_levels([])
        self.scrubber.follow()
        self.setup.show_progress(self.tr("Queued"), None, running=True)
        self._show_board()
        self._offer()

    def follow(self, event: JobEvent) -> None:
        """Take in what the race tells."""
        board = self.board
        if board is None:
            return
        lane = board.follow(event)
        if lane is not None and self.scrubber.is_live:
            self._show_lane(lane)
        if board.ended:
            self._end(board)
        else:
            text = self.tr("Step {done} of {steps} in {lanes} lanes")
            words = text.format(done=board.done, steps=board.steps, lanes=len(board.tracks))
            self.setup.show_progress(words, board.done / board.steps if board.done else None, running=True)
            if not self._redraw.isActive():
                self._redraw.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        running = self.board is not None and not self.board.ended
        if event.key() in ENTER:
            self.setup.start()
        elif event.key() == Qt.Key.Key_Escape and self.banner.isVisible():
            self.banner.dismiss()
        elif event.key() == Qt.Key.Key_Escape and running:
            self.cancel_requested.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _end(self, board: RaceBoard) -> None:
        self._redraw.stop()
        for number in range(len(board.tracks)):
            self._show_lane(number)
        self._show_board()
        self._offer()
        if board.sentence:
            self.banner.tell("danger", board.sentence)
            self.setup.show_progress(self.tr("Failed"), 0.0, running=False, danger=True)
        elif board.cancelled:
            text = self.tr("Cancelled at step {done} of {steps}.").format(done=board.done, steps=board.steps)
            self.setup.show_progress(text, 0.0, running=False)
        else:
            calls = sum(track.calls for track in board.tracks)
            seconds = sum(track.seconds for track in board.tracks)
            text = self.tr("Done: {calls} network calls, {seconds} s. Each lane is saved as a picture.")
            self.setup.show_progress(text.format(calls=calls, seconds=f"{seconds:.1f}"), 1.0, running=False)

    def _show_board(self) -> None:
        board = self.board
        if board is None:
            return
        self.scrubber.show_levels(board.levels())
        self.plot.show_board(board)
        self.plot.set_level(self.scrubber.level)
        self.table.show_board(board)
        self.table.choose(self.chosen)

    def _show_lanes(self) -> None:
        """All lanes at the level of the scrubber."""
        for number in range(len(self.grid.cells)):
            self._show_lane(number)
        self.plot.set_level(self.scrubber.level)

    def _show_lane(self, number: int) -> None:
        if self.board is None:
            return
        track = self.board.tracks[number]
        look = track.at(self.scrubber.level)
        picture = to_qimage(look.image) if look.image is not None else None
        self.grid.cells[number].show_look(picture, self._words(track, look), track.sentence)
        if number == self.chosen:
            self._offer()

    def _words(self, track: LaneTrack, look: LaneLook) -> str:
        """What the picture of a lane is: never more than it is."""
        if look.finished:
            return self.tr("Finished after {steps} steps").format(steps=look.steps)
        if look.image is None:
            return "" if track.levels else self.tr("Waits")
        return self.tr("x0 at step {step} of {steps}").format(step=look.step, steps=look.steps)

    def _choose(self, number: int) -> None:
        self.chosen = number
        self.grid.choose(number)
        self.table.choose(number)
        self._offer()

    def _press(self, number: int) -> None:
        """A lane was pressed: it is the chosen one, and if it has a picture the main window shows it."""
        self._choose(number)
        self._ask_to_show()

    def _ask_to_show(self) -> None:
        if self.board is not None and self.board.tracks[self.chosen].generated is not None:
            self.show_requested.emit(self.board.tracks[self.chosen])

    def _ask_to_use(self) -> None:
        if self.board is not None:
            self.use_requested.emit(self.board.tracks[self.chosen].lane.recipe)

    def _offer(self) -> None:
        """What cannot be used stays, and says why."""
        board = self.board
        nothing = self.tr("There is no race yet.")
        pictured = board is not None and board.tracks[self.chosen].generated is not None
        finished = board is not None and bool(board.results)
        no_picture = self.tr("This lane has no picture yet.") if board else nothing
        running = self.tr("The race is not finished.") if board else nothing
        for button, can, why in (
            (self._show, pictured, no_picture),
            (self._use, board is not None, nothing),
            (self._sheet, finished, running),
        ):
            button.setEnabled(can)
            button.setToolTip("" if can else plain_tooltip(why))

    def _connect(self) -> None:
        self.setup.start_requested.connect(self.start_requested)
        self.setup.cancel_requested.connect(self.cancel_requested)
        self.scrubber.moved.connect(self._show_lanes)
        self.plot.level_chosen.connect(self.scrubber.go_to_level)
        self.grid.lane_chosen.connect(self._press)
        self.table.lane_chosen.connect(self._choose)
        self._show.clicked.connect(self._ask_to_show)
        self._use.clicked.connect(self._ask_to_use)
        self._sheet.clicked.connect(self.save_sheet_requested)

    def _parts(self) -> QWidget:
        """What shows a race: the lanes over the slider, below them plot and table."""
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.grid, 1)
        column.addWidget(self.scrubber)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(self.plot)
        lower.addWidget(self.table)
        lower.setSizes([px(400), px(400)])
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(upper)
        parts.addWidget(lower)
        parts.setStretchFactor(0, 1)
        parts.setSizes([px(FIRST_HEIGHT - LOWER_HEIGHT), px(LOWER_HEIGHT)])
        for splitter in (lower, parts):
            splitter.setChildrenCollapsible(False)
        return parts

    def _lay_out(self) -> None:
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setMargin(px(24))
        self.pages = QStackedWidget()
        self.pages.addWidget(self._empty)
        self.pages.addWidget(self._parts())
        foot = QHBoxLayout()
        foot.setContentsMargins(px(12), px(8), px(12), px(12))
        foot.setSpacing(px(8))
        foot.addStretch(1)
        for button in (self._show, self._use, self._sheet):
            foot.addWidget(button)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.pages, 1)
        right.addLayout(foot)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.setup)
        line.addLayout(right, 1)
