"""The bench below the canvas: the track, how it is walked, the change it makes, and the frames of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.export.sequence import FPS_MAXIMUM, FPS_MINIMUM
from studio.job.track import FRAMES_MAXIMUM, SHEET_SIDE_MAXIMUM
from studio.job.walk import MEASURES
from studio.ui.interpolate.change_curve import ChangeCurve
from studio.ui.interpolate.frame_strip import FrameStrip
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.interpolate.track_state import TrackState
from studio.ui.interpolate.track_view import TrackView
from studio.ui.interpolate.worded_field import WordedField
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.row import ProblemLine
from studio.ui.widgets.state import plain_tooltip


class Bench(QWidget):
    """Edits the track of its state. The signals are the user's wishes."""

    add_wanted = Signal()
    play_wanted = Signal()
    render_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, state: TrackState, names: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._shows = False
        self.track = TrackView(state, names)
        self.curve = ChangeCurve(self.track)
        self.strip = FrameStrip()
        self._add = self._button(self.tr("Add key"), self.tr("Put the picture of the canvas on the track"))
        self._kind = self._combo([(False, self.tr("Walk")), (True, self.tr("Sheet of four"))], self.tr("What is made"))
        ways = [("slerp", self.tr("Spherical")), ("linear", self.tr("Straight"))]
        self._method = self._combo(ways, self.tr("How codes are joined"))
        self._make_fields()
        self._loop, self._even = QCheckBox(self.tr("Loop")), QCheckBox(self.tr("Even spacing"))
        measures = {"pixels": self.tr("in pixels"), "latent": self.tr("in the latent")}
        ways_of_measuring = [(name, measures[name]) for name in MEASURES]
        self._measure = self._combo(ways_of_measuring, self.tr("Where the change is measured"))
        self._told = ElidedLabel()
        self._told.setProperty("role", "secondary")
        self._play = IconButton("player-play", self.tr("Play the walk"), keys="Space")
        self._export = self._button(self.tr("Export…"), self.tr("Make a video, an animation or a sheet of the frames"))
        self._render = self._button(self.tr("Render"), self.tr("Make all frames, each with its recipe"))
        self._render_tip = self._render.toolTip()
        self._export_tip = self._export.toolTip()
        self._above, self._below = ProblemLine(), ProblemLine()
        self._sentence = ""
        self._lay_out()
        self._connect()
        self.refresh()

    def tell(self, sentence: str, *, danger: bool = False) -> None:
        """Say below the track what stands in the way, or what else is to be known, or "" for nothing."""
        self._sentence = sentence if danger else ""
        self._told.setText(self._summary(self._state.plan) if danger or not sentence else sentence)
        self._show_problems()

    def text(self) -> str:
        """What is said: first of all what stands in the way."""
        return self._above.text() or self._below.text() or self._told.text()

    def show_playing(self, playing: bool) -> None:
        """Whether the walk is played."""
        self._play.set_icon("player-pause" if playing else "player-play")

    def allow(self, *, play: bool, render: str, export: str) -> None:
        """What can be done now; `render` and `export` say why not, or ""."""
        self._play.setEnabled(play)
        wishes = ((self._render, render, self._render_tip), (self._export, export, self._export_tip))
        for button, why, tip in wishes:
            button.setEnabled(not why)
            button.setToolTip(plain_tooltip(why) if why else tip)

    def refresh(self) -> None:
        """Show the plan."""
        self._shows = True
        plan = self._state.plan
        self._kind.setCurrentIndex(int(plan.as_sheet))
        self._method.setCurrentIndex(self._method.findData(plan.method))
        self._measure.setCurrentIndex(self._measure.findData(plan.measure))
        self._loop.setChecked(plan.loop)
        self._even.setChecked(plan.even)
        numbers = ((self._frames, plan.frames), (self._rows, plan.rows), (self._columns, plan.columns))
        for field, value in (*numbers, (self._fps, plan.fps)):
            field.show_value(value)
        for part in (self._loop, self._even, self._frames, self._fps, self._play, self.curve):
            part.setVisible(not plan.as_sheet)
        self._measure.setVisible(plan.even and not plan.as_sheet)
        for part in (self._rows, self._columns):
            part.setVisible(plan.as_sheet)
        self._shows = False
        self.tell("")

    def _summary(self, plan: TrackPlan) -> str:
        """What the track comes to, in words."""
        if plan.as_sheet:
            corners = self.tr("Corners: upper left, upper right, lower left, lower right.")
            count = self.tr("{count} pictures.").format(count=plan.rows * plan.columns)
            few = self.tr("A sheet takes four keys. {corners}").format(corners=corners)
            return f"{count} {corners}" if plan.ready else few
        if not plan.ready:
            return self.tr("Drop two codes or pictures.") if not plan.keys else self.tr("One key more makes a walk.")
        text = self.tr("{frames} frames, {seconds} s")
        return text.format(frames=plan.frames, seconds=f"{plan.frames / plan.fps:.1f}")

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(plain_tooltip(tip))
        return button

    def _combo(self, choices: Sequence[tuple[Any, str]], name: str) -> Combo:
        combo = Combo()
        combo.setAccessibleName(name)
        combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        combo.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToContents)
        combo.setToolTip(plain_tooltip(name))
        for value, title in choices:
            combo.addItem(title, value)
        return combo

    def _lay_out(self) -> None:
        # A window that is too narrow for all of it shows the beginning.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(4), 0, px(4))
        column.setSpacing(0)
        numbers = (self._frames, self._rows, self._columns)
        parts = (self._add, self._kind, *numbers, self._loop, self._even, self._measure, None)
        column.addLayout(self._line(*parts))
        for part in (self._above, self.track, self.curve, self.strip, self._below):
            column.addWidget(part)
        foot = (self._play, self._told, self._method, self._fps, self._export, self._render)
        column.addLayout(self._line(*foot))

    def _line(self, *parts: QWidget | None) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(px(GUTTER), px(4), px(GUTTER), px(4))
        line.setSpacing(px(8))
        for part in parts:
            if part is None:
                line.addStretch(1)
            else:
                line.addWidget(part, 1 if part is self._told else 0)
        return line

    def _make_fields(self) -> None:
        side = NumberRange(2, SHEET_SIDE_MAXIMUM)
        fps = NumberRange(FPS_MINIMUM, FPS_MAXIMUM, decimals=1)
        whole = NumberRange(2, FRAMES_MAXIMUM)
        self._frames = WordedField(self.tr("Frames"), self.tr("frames"), whole, self._take_frames)
        self._rows = WordedField(self.tr("Rows"), self.tr("rows"), side, lambda rows: self._take(rows=rows))
        self._columns = WordedField(
            self.tr("Columns"), self.tr("columns"), side, lambda columns: self._take(columns=columns)
        )
        self._fps = WordedField(self.tr("Frames a second"), self.tr("a second"), fps, lambda fps: self._take(fps=fps))

    def _show_problems(self) -> None:
        """What is refused is told at its field for as long as it is; below, before what was told of the track."""
        above = [field.problem() for field in (self._frames, self._rows, self._columns) if field.isVisibleTo(self)]
        fps = self._fps.problem() if self._fps.isVisibleTo(self) else ""
        self._above.tell(next(filter(None, above), ""))
        self._below.tell(fps or self._sentence)

    def _connect(self) -> None:
        self._state.changed.connect(self.refresh)
        self._add.clicked.connect(self.add_wanted)
        self._play.clicked.connect(self.play_wanted)
        self._render.clicked.connect(self.render_wanted)
        self._export.clicked.connect(self.export_wanted)
        self._loop.toggled.connect(self._take_loop)
        self._even.toggled.connect(lambda on: self._take(even=on))
        self._kind.currentIndexChanged.connect(lambda _: self._take(as_sheet=bool(self._kind.currentData())))
        self._method.currentIndexChanged.connect(lambda _: self._take(method=self._method.currentData()))
        self._measure.currentIndexChanged.connect(lambda _: self._take(measure=self._measure.currentData()))
        for field in (self._frames, self._fps, self._rows, self._columns):
            field.problem_changed.connect(self._show_problems)

    def _take(self, **changes: Any) -> None:
        if not self._shows:
            self._state.change(replace(self._state.plan, **changes))

    def _take_loop(self, loop: bool) -> None:
        if not self._shows:
            self._state.change(self._state.plan.with_loop(loop))

    def _take_frames(self, frames: float) -> None:
        """Raises `InvalidField`."""
        self._state.change(self._state.plan.with_frames(round(frames)))
