"""The one slider of a race: it moves all lanes to a level of noise."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from studio.ui.metrics import px
from studio.ui.race.race_board import END
from studio.ui.timeline.stage_keys import StageKeys
from studio.ui.tokens import TARGET
from studio.ui.widgets.state import plain_tooltip
from studio.ui.widgets.step_slider import StepSlider


class LevelScrubber(QWidget):
    """`moved` follows every change of `level`: a log-SNR, or `END` for the finished pictures and while it is live.

    The lanes are followed until the user chooses a level; Live returns to them.
    """

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels: list[float] = []
        self._place = 0
        self._is_live = True
        self._slider = StepSlider(1)
        self._slider.setMinimumHeight(px(TARGET))
        self._text = QLabel()
        self._text.setMinimumWidth(px(120))
        self._live = QPushButton(self.tr("Live"))
        line = QHBoxLayout(self)
        line.setContentsMargins(px(12), px(4), px(12), px(4))
        line.setSpacing(px(12))
        line.addWidget(self._text)
        line.addWidget(self._slider, 1)
        line.addWidget(self._live)
        self._keys = StageKeys(self)
        self._keys.moved.connect(lambda by: self.go_to(self._place + by))
        self._keys.first.connect(lambda: self.go_to(0))
        self._keys.last.connect(lambda: self.go_to(len(self._levels) - 1))
        self.watch(self._slider)
        self._slider.dragged.connect(self.go_to)
        self._slider.stepped.connect(lambda by: self.go_to(self._place + by))
        self._live.clicked.connect(self.follow)
        self.show_levels([])

    @property
    def level(self) -> float:
        return self._levels[self._place] if self._levels and not self._is_live else END

    @property
    def is_live(self) -> bool:
        return self._is_live

    def watch(self, widget: QWidget) -> None:
        """Let the keys of the stage work while `widget` has the focus."""
        self._keys.watch(widget)

    def follow(self) -> None:
        """Show the newest of each lane."""
        self._is_live = True
        self._place = max(0, len(self._levels) - 1)
        self._show()
        self.moved.emit()

    def show_levels(self, levels: list[float]) -> None:
        """There are these levels now, noise falling. A level that was chosen stays."""
        chosen = self.level
        self._levels = levels
        if self._is_live or chosen not in levels:
            self._place = max(0, len(levels) - 1)
        else:
            self._place = levels.index(chosen)
        self._show()

    def go_to(self, place: int) -> None:
        """Look at a level; it stays there."""
        if not self._levels:
            return
        self._place = min(max(place, 0), len(self._levels) - 1)
        self._is_live = False
        self._show()
        self.moved.emit()

    def go_to_level(self, level: float) -> None:
        """Look at the level nearest to a log-SNR."""
        finite = self._levels[:-1]
        if finite:
            self.go_to(min(range(len(finite)), key=lambda place: abs(finite[place] - level)))

    def _show(self) -> None:
        last = max(1, len(self._levels) - 1)
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, last)
            self._slider.setValue(self._place if self._levels else 0)
        self._slider.setEnabled(bool(self._levels))
        level = self.level
        if not self._levels:
            text = self.tr("No level yet")
        else:
            text = self.tr("The newest") if level == END else self.tr("log-SNR {level}").format(level=f"{level:.2f}")
        self._text.setText(text)
        self._slider.setAccessibleName(self.tr("Level of all lanes, {level}").format(level=text))
        self._live.setEnabled(not self._is_live)
        tip = self.tr("The newest of each lane is shown.") if self._is_live else self.tr("Go back to the newest.")
        self._live.setToolTip(plain_tooltip(tip))
