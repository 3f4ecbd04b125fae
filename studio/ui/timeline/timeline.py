"""The timeline: a transport row that says which step is shown, and the strip of steps below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.image import Image
from studio.job.event import PreviewKind
from studio.job.recipe import Recipe
from studio.ui.metrics import px
from studio.ui.thumbnail import thumbnail
from studio.ui.timeline.film import Film
from studio.ui.timeline.filmstrip import SIDE, Filmstrip
from studio.ui.timeline.kind_switch import KindSwitch
from studio.ui.timeline.stage_keys import StageKeys
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.state import plain_tooltip

TRANSPORT = 36


class Look(NamedTuple):
    """What the canvas shows of a step. `size` is width and height of the finished picture, `recipe` that of the run.

    `final` says that it is the finished picture itself.
    """

    image: Image
    caption: str
    size: tuple[int, int]
    recipe: Recipe | None
    final: bool


class Timeline(QWidget):
    """Follows a run until the user chooses a step; then it stays there, and Live returns to the run.

    `step_selected(step)` asks to show a kept step, `look(step)` gives its picture. `kind_changed("x0" | "x")` tells
    which previews are wanted. `live_changed(bool)` tells whether the run is followed: as long as it is not, arriving
    pictures are kept but not to be shown; with True the newest is to be shown, `look()`.
    """

    step_selected = Signal(int)
    kind_changed = Signal(str)
    live_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = self._running = Film(1)
        self._begun = False
        self._is_live = True
        self._switch = KindSwitch()
        self._text = QLabel()
        self._note = ElidedLabel()
        self._live = QPushButton(self.tr("Live"))
        self._strip = Filmstrip()
        self._keys = StageKeys(self)
        self._lay_out()
        self._connect()
        self.expect(1)
        self._show_live()

    @property
    def is_live(self) -> bool:
        """Whether the run is followed."""
        return self._is_live

    @property
    def kind(self) -> PreviewKind:
        """Which view of the steps is shown."""
        return self._switch.kind()

    @property
    def filmstrip(self) -> Filmstrip:
        """The strip, which takes the focus."""
        return self._strip

    def expect(self, steps: int) -> None:
        """Show `steps` empty cells. Once a run was shown it stays: turning a knob takes no picture away."""
        if not self._begun:
            self._shown = self._running = Film(steps)
            self._show_film()

    def begin(
        self, steps: int, timesteps: Sequence[float], size: tuple[int, int], recipe: Recipe | None = None
    ) -> None:
        """A run begins, with the timesteps of its steps + 1 levels. It is shown at once unless the user looks back."""
        self._begun = True
        self._running = Film(steps, timesteps, size, recipe)
        self._running.running = True
        if self._is_live:
            self._shown = self._running
            self._show_film()

    def advance(self, step: int) -> None:
        """Step `step` of the run is done."""
        self._running.done = step
        self._follow()

    def add_preview(self, step: int, kind: PreviewKind, image: Image) -> None:
        """Keep a picture of a step of the run, as a small copy."""
        self._running.keep(step, kind, thumbnail(image))
        self._follow()

    def finish(self, final: Image | None = None) -> None:
        """The run is over, with its picture if it has one. The picture then stands for the last step."""
        self._running.running = False
        self._running.final = final
        self._follow()

    def look(self, step: int | None = None) -> Look | None:
        """What is kept of `step` of the run shown, by default of the newest, or None."""
        film = self._shown
        chosen = film.steps if film.final and step is None else step
        if chosen is None:
            chosen = max(film.kept(self.kind), default=0)
        image = film.picture(chosen, self.kind)
        if image is None:
            return None
        if image is film.final:
            return Look(image, self._step_of(chosen), film.size, film.recipe, final=True)
        caption = self.tr("{step}, {kind}").format(step=self._step_of(chosen), kind=self.kind)
        return Look(image, caption, film.size, film.recipe, final=False)

    def set_live(self, live: bool) -> None:
        """Follow the run, or stay where the user is looking."""
        if live and self._shown is not self._running:
            self._shown = self._running
            self._show_film()
        changed, self._is_live = self._is_live != live, live
        self._show_live()
        self._follow()
        if changed:
            self.live_changed.emit(live)

    def set_kind(self, kind: PreviewKind) -> None:
        """Show `kind`, for example as it was at the last start, without emitting."""
        self._switch.set_kind(kind)
        self._strip.set_kind(kind)

    def set_cell_edge(self, edge: int) -> None:
        """Make the cells `edge` logical pixels wide; 0 shows the transport row alone."""
        self._strip.setVisible(edge > 0)
        if edge:
            self._strip.set_edge(edge)

    def take_keys_of(self, widget: QWidget) -> None:
        """Let the keys of the stage work while `widget` has the focus, too."""
        self._keys.watch(widget)

    def text(self) -> str:
        """What the transport row says."""
        return self._text.text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _lay_out(self) -> None:
        self._row = QWidget()
        self._line = QHBoxLayout(self._row)
        self._line.addWidget(self._switch)
        self._line.addWidget(self._text)
        self._line.addWidget(self._note, 1)
        self._line.addWidget(self._live)
        self._note.setProperty("role", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._row)
        column.addWidget(self._strip)
        self.setFocusProxy(self._strip)
        self._measure()

    def _measure(self) -> None:
        self._row.setFixedHeight(px(TRANSPORT))
        self._line.setContentsMargins(px(SIDE), 0, px(SIDE), 0)
        self._line.setSpacing(px(12))

    def _connect(self) -> None:
        self._strip.step_selected.connect(self._select)
        self._switch.kind_changed.connect(self._change_kind)
        self._live.clicked.connect(lambda: self.set_live(True))
        self._keys.watch(self._strip)
        self._keys.moved.connect(self._strip.step_by)
        self._keys.first.connect(lambda: self._strip.go_to(1))
        self._keys.last.connect(lambda: self._strip.go_to(self._shown.steps))
        self._keys.view_moved.connect(self._switch.choose_next)

    def _show_film(self) -> None:
        self._strip.show_film(self._shown, self.kind)
        self._follow()

    def _follow(self) -> None:
        """Bring strip and text up to date."""
        if self._is_live and self._shown.done:
            self._strip.set_current(self._shown.done)
        self._strip.refresh()
        self._tell(self._strip.value() or self._shown.done)

    def _select(self, step: int) -> None:
        self.set_live(False)
        self._tell(step)
        self.step_selected.emit(step)

    def _change_kind(self, kind: str) -> None:
        self._strip.set_kind(self.kind)
        self.kind_changed.emit(kind)
        follows = self._is_live and (self._shown.running or self._shown.final is not None)
        if self._strip.value() and not follows:
            self._strip.go_to(self._strip.value())
        self._follow()

    def _tell(self, step: int) -> None:
        timestep = self._shown.timestep(step)
        level = "" if timestep is None else self.tr("   t {timestep}").format(timestep=f"{timestep:.0f}")
        self._text.setText(self._step_of(step) + level)
        blind = self._shown.done and not self._shown.saw(self.kind)
        self._note.setText(self._nothing_kept() if blind else "")

    def _nothing_kept(self) -> str:
        return self.tr("No {kind} was kept of these steps. The next ones show it.").format(kind=self.kind)

    def _step_of(self, step: int) -> str:
        return self.tr("Step {step} of {steps}").format(step=step, steps=self._shown.steps)

    def _show_live(self) -> None:
        self._live.setEnabled(not self._is_live)
        tip = self.tr("The newest step is shown.") if self._is_live else self.tr("Go back to the newest step.")
        self._live.setToolTip(plain_tooltip(tip))
