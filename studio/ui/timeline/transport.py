"""The row above the strip: which view, play, which step, what there is to say about it, and back to the newest."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from studio.job.view import ViewKind
from studio.ui.metrics import px
from studio.ui.timeline.kind_switch import KindSwitch
from studio.ui.timeline.playback import SPEEDS, Playback
from studio.ui.tokens import TARGET
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.state import plain_tooltip

HEIGHT, SIDE = 36, 12
SPEED_WIDTH = 44
COMPACT_BELOW = 860
LOOP_ICONS = {"once": "arrow-bar-to-right", "loop": "repeat", "boomerang": "arrows-left-right"}


class Transport(QWidget):
    """`switch` chooses the view; `play`, `loop`, `plot`, `noise` and `live` are the buttons' clicks."""

    play = Signal()
    live = Signal()
    plot = Signal()
    noise = Signal()

    def __init__(self, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self.switch = KindSwitch()
        self._play = IconButton("player-play", self.tr("Play the steps"), keys="Space")
        self._loop = IconButton(LOOP_ICONS["once"], "")
        self._speed = QToolButton()
        self._fill_speed()
        self._noise = IconButton("grain", self.tr("Noise it: this picture at every level of noise"), keys="N")
        self._noise.setCheckable(True)
        self._plot = IconButton("chart-line", self.tr("Plot of the levels and of the steps"), keys="P")
        self._plot.setCheckable(True)
        self._text = ElidedLabel()
        self._note = ElidedLabel()
        self._note.setProperty("role", "secondary")
        self.branch = QPushButton(self.tr("Branch here"))
        self.export = IconButton("movie", self.tr("Export the steps"), keys="Ctrl+E")
        self._live = QPushButton(self.tr("Live"))
        self._line = QHBoxLayout(self)
        left: list[QWidget] = [self.switch, self._play, self._loop, self._speed, self._text]
        right: list[QWidget] = [self._noise, self._plot, self._live, self.branch, self.export]
        for part in left:
            self._line.addWidget(part)
        self._line.addWidget(self._note, 1)
        for part in right:
            self._line.addWidget(part)
        self._connect()
        self._measure()
        self._show_playback()
        self.switch.set_compact(True)

    def text(self) -> str:
        return self._text.text()

    def set_text(self, text: str) -> None:
        """Name the step that is shown."""
        self._text.setText(text)

    def note(self) -> str:
        return self._note.text()

    def set_note(self, text: str) -> None:
        """Say something about it."""
        self._note.setText(text)
        self._fit()

    def set_kind(self, kind: ViewKind) -> None:
        self.switch.set_kind(kind)

    def show_live(self, live: bool) -> None:
        """Whether the newest step is followed."""
        self._live.setEnabled(not live)
        tip = self.tr("The newest step is shown.") if live else self.tr("Go back to the newest step.")
        self._live.setToolTip(plain_tooltip(tip))

    def show_open(self, *, plot: bool, noise: bool) -> None:
        """Whether the plot is open and whether the picture is shown noised."""
        self._plot.setChecked(plot)
        self._noise.setChecked(noise)
        self.switch.setEnabled(not noise)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.switch.set_compact(self.width() < px(COMPACT_BELOW))
        self._fit()

    def _fit(self) -> None:
        """A note that has no room beside the step stands in its place: the canvas names the step, too."""
        room = self._text.sizeHint().width() + self._note.sizeHint().width() + self._line.spacing()
        there = self._live.x() - self._speed.geometry().right() - 4 * px(TARGET) - px(16)
        self._text.setVisible(not self._note.text() or room <= there)

    def _fill_speed(self) -> None:
        name = self.tr("Speed of playing")
        self._speed.setProperty("kind", "text")
        self._speed.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._speed.setToolTip(plain_tooltip(name))
        menu = QMenu(self._speed)
        for speed in SPEEDS:
            menu.addAction(f"{speed:g}×", partial(self._set_speed, speed))
        self._speed.setMenu(menu)
        self._set_speed(1.0)

    def _set_speed(self, speed: float) -> None:
        self._playback.set_speed(speed)
        self._speed.setText(f"{speed:g}×")
        self._speed.setAccessibleName(self.tr("Speed of playing, {speed}").format(speed=f"{speed:g}×"))

    def _connect(self) -> None:
        self._play.clicked.connect(self.play)
        self._loop.clicked.connect(self._playback.next_mode)
        self._noise.clicked.connect(self.noise)
        self._plot.clicked.connect(self.plot)
        self._live.clicked.connect(self.live)
        self._playback.changed.connect(self._show_playback)

    def _show_playback(self) -> None:
        playing, mode = self._playback.playing, self._playback.mode
        self._play.set_icon("player-pause" if playing else "player-play")
        self._play.rename(self.tr("Stop playing") if playing else self.tr("Play the steps"), "Space")
        names = {
            "once": self.tr("Play once to the end"),
            "loop": self.tr("Play in a loop"),
            "boomerang": self.tr("Play to and fro"),
        }
        self._loop.set_icon(LOOP_ICONS[mode])
        self._loop.rename(names[mode], "J")

    def _measure(self) -> None:
        self.setFixedHeight(px(HEIGHT))
        self._speed.setFixedSize(px(SPEED_WIDTH), px(TARGET))
        self._line.setContentsMargins(px(SIDE), 0, px(SIDE), 0)
        self._line.setSpacing(px(4))
