"""The bench below the canvas: the track, how it is walked, the change it makes, and the frames of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.job.walk import MEASURES
from studio.ui.interpolate.change_curve import ChangeCurve
from studio.ui.interpolate.frame_strip import FrameStrip
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.interpolate.track_state import TrackState
from studio.ui.interpolate.track_view import TrackView
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.field import NumberField
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.state import plain_tooltip, set_state

COMBO = 104


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
        self._frames, self._rows, self._columns, self._fps = (NumberField() for _ in range(4))
        self._loop, self._even = QCheckBox(self.tr("Loop")), QCheckBox(self.tr("Even spacing"))
        measures = {"pixels": self.tr("in pixels"), "latent": self.tr("in the latent")}
        ways_of_measuring = [(name, measures[name]) for name in MEASURES]
        self._measure = self._combo(ways_of_measuring, self.tr("Where the change is measured"))
        self._told = ElidedLabel()
        self._told.setProperty("role", "secondary")
        self._play = IconButton("player-play", self.tr("Play the walk"), keys="Space")
        self._export = self._button(self.tr("Export…"), self.tr("Make a video, an animation or a sheet of the frames"))
        self._render = self._button(self.tr("Render"), self.tr("Make all frames, each with its recipe"))
        self._words: dict[QWidget, QLabel] = {}
        self._lay_out()
        self._connect()
        self.refresh()

    def tell(self, sentence: str, *, danger: bool = False) -> None:
        """Say below the track what stands in the way, or "" for nothing."""
        self._told.setText(sentence or self._summary(self._state.plan))
        set_state(self._told, "tone", "danger" if danger and sentence else "")

    def text(self) -> str:
        """What is said."""
        return self._told.text()

    def show_playing(self, playing: bool) -> None:
        """Whether the walk is played."""
        self._play.set_icon("player-pause" if playing else "player-play")

    def allow(self, *, play: bool, render: str, export: str) -> None:
        """What can be done now; `render` and `export` say why not, or ""."""
        self._play.setEnabled(play)
        for button, why in ((self._render, render), (self._export, export)):
            button.setEnabled(not why)
            if why:
                button.setToolTip(plain_tooltip(why))

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
            field.show_text(f"{value:g}")
        for part in (self._loop, self._even, self._frames, self._fps, self._play):
            part.setVisible(not plan.as_sheet)
            if part in self._words:
                self._words[part].setVisible(not plan.as_sheet)
        self._measure.setVisible(plan.even and not plan.as_sheet)
        for part in (self._rows, self._columns):
            part.setVisible(plan.as_sheet)
            self._words[part].setVisible(plan.as_sheet)
        self.curve.setVisible(not plan.as_sheet)
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
        combo.setFixedWidth(px(COMBO))
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
        parts = (self._add, self._kind, self._numbers(), self._loop, self._even, self._measure, None)
        column.addLayout(self._line(*parts))
        for part in (self.track, self.curve, self.strip):
            column.addWidget(part)
        foot = (self._play, self._told, self._method, self._fps_field(), self._export, self._render)
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

    def _numbers(self) -> QWidget:
        fields = ((self._frames, self.tr("frames")), (self._rows, self.tr("rows")), (self._columns, self.tr("columns")))
        return self._worded(*fields)

    def _fps_field(self) -> QWidget:
        return self._worded((self._fps, self.tr("a second")))

    def _worded(self, *fields: tuple[NumberField, str]) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(4))
        for field, word in fields:
            field.setFixedWidth(px(48))
            field.setAccessibleName(word)
            label = self._words[field] = QLabel(word)
            label.setProperty("role", "secondary")
            line.addWidget(field)
            line.addWidget(label)
        return box

    def _connect(self) -> None:
        self._state.changed.connect(self.refresh)
        self._add.clicked.connect(self.add_wanted)
        self._play.clicked.connect(self.play_wanted)
        self._render.clicked.connect(self.render_wanted)
        self._export.clicked.connect(self.export_wanted)
        self._loop.toggled.connect(lambda on: self._take(loop=on))
        self._even.toggled.connect(lambda on: self._take(even=on))
        self._kind.currentIndexChanged.connect(lambda _: self._take(as_sheet=bool(self._kind.currentData())))
        self._method.currentIndexChanged.connect(lambda _: self._take(method=self._method.currentData()))
        self._measure.currentIndexChanged.connect(lambda _: self._take(measure=self._measure.currentData()))
        self._frames.committed.connect(self._enter_frames)
        self._fps.committed.connect(lambda text: self._enter("fps", text, 1.0, 120.0, float))
        self._rows.committed.connect(lambda text: self._enter("rows", text, 2, 50, int))
        self._columns.committed.connect(lambda text: self._enter("columns", text, 2, 50, int))
        for field in (self._frames, self._fps, self._rows, self._columns):
            field.restored.connect(self.refresh)

    def _take(self, **changes: Any) -> None:
        if not self._shows:
            self._state.change(replace(self._state.plan, **changes))

    def _enter_frames(self, text: str) -> None:
        try:
            self._state.change(self._state.plan.with_frames(int(text)))
        except ValueError:
            self.tell(self.tr("Frames '{text}' is not a whole number.").format(text=text[:20]), danger=True)
        except InvalidField as problem:
            self.tell(problem.sentence, danger=True)

    def _enter(self, name: str, text: str, low: float, high: float, kind: Callable[[str], float]) -> None:
        try:
            value = kind(text.replace(",", "."))
        except ValueError:
            value = low - 1
        if low <= value <= high:
            self._take(**{name: value})
        else:
            sentence = self.tr("{text} is out of range. Use {low} to {high}.")
            self.tell(sentence.format(text=text[:20], low=f"{low:g}", high=f"{high:g}"), danger=True)
