"""The timeline: a transport row that says which step is shown, the plot, and the strip of steps below it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.image import Image
from studio.job.event import PreviewKind
from studio.job.recipe import Recipe
from studio.job.view import ViewKind
from studio.ui.metrics import px
from studio.ui.thumbnail import thumbnail
from studio.ui.timeline.film import Film
from studio.ui.timeline.filmstrip import SIDE, Filmstrip
from studio.ui.timeline.hints import Hints
from studio.ui.timeline.look import Look, Words
from studio.ui.timeline.noised_film import NoisedFilm
from studio.ui.timeline.playback import Playback
from studio.ui.timeline.player import Player
from studio.ui.timeline.plot_drawer import PlotDrawer
from studio.ui.timeline.projector import Projector
from studio.ui.timeline.stage_keys import StageKeys
from studio.ui.timeline.transport import Transport


class Timeline(QWidget):
    """Follows a run until the user chooses a step; then it stays there, and Live returns to the run.

    `step_selected(step)` asks to show a step, `look(step)` gives its picture; `look_changed(step)` tells that there is
    a better one now. `kind_changed(kind)` tells which view is wanted. `live_changed(bool)` tells whether the run is
    followed: as long as it is not, arriving pictures are kept but not to be shown; with True the newest is to be
    shown, `look()`. `noise_wanted(True)` asks for `show_noised` of the picture shown, False tells that it was left.
    What the worker is to be asked goes through `projector`; `filmstrip` takes the focus and holds the step looked at.
    """

    step_selected = Signal(int)
    look_changed = Signal(int)
    kind_changed = Signal(str)
    live_changed = Signal(bool)
    noise_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = self._running = Film(1)
        self._begun = False
        self._before_noise: tuple[Film, int, bool] | None = None
        self._is_live = True
        self.projector = Projector(self)
        self.hints = Hints(self)
        self.playback = Playback(self)
        self._transport = Transport(self.playback)
        self.branch_button, self.export_button = self._transport.branch, self._transport.export
        self._drawer = PlotDrawer()
        self.filmstrip = Filmstrip()
        self._player = Player(self.playback, self.projector, self.filmstrip, self)
        self._words = Words(self.projector, self.hints, self)
        self._keys = StageKeys(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._transport, self._drawer, self.filmstrip):
            column.addWidget(part)
        self.setFocusProxy(self.filmstrip)
        self._connect()
        self.expect(1)
        self._transport.show_live(True)

    @property
    def is_live(self) -> bool:
        """Whether the run is followed."""
        return self._is_live

    @property
    def kind(self) -> ViewKind:
        """Which view of the steps is shown."""
        return "x" if self._shown.noised else self._transport.switch.kind()

    def expect(self, steps: int) -> None:
        """Show `steps` empty cells. Once a run was shown it stays: turning a knob takes no picture away."""
        if not self._begun:
            self._shown = self._running = Film(steps)
            self._show_film()

    def begin(self, film: Film, first: int = 0) -> None:
        """A run begins after step `first`. It is shown at once unless the user looks back."""
        self._begun = True
        film.share(first, self._running)
        self._running = film
        film.running = True
        if self._is_live:
            self._shown = film
            self._show_film()

    def advance(self, step: int) -> None:
        """Step `step` of the run is done."""
        self._running.advance(step)
        self._follow()
        if self._shown is self._running and self._drawer.isVisible():
            self.projector.want_facts()

    def add_preview(self, step: int, kind: PreviewKind, image: Image) -> None:
        """Keep a picture of a step of the run, as a small copy."""
        self._running.keep(step, kind, thumbnail(image))
        self._follow()

    def finish(self, final: Image | None = None, made: Recipe | None = None, *, failed: bool = False) -> None:
        """The run is over, with its picture if it has one; it stands for the last step. Or the next step `failed`.

        `made` is the recipe of the picture, if that is another one than that of the steps.
        """
        film = self._running
        film.running, film.final, film.made = False, final, made
        film.failed = film.done + 1 if failed and film.done < film.steps else 0
        self._follow()
        if self._shown is film:
            self.projector.want_facts()

    def show_film(self, film: Film) -> None:
        """Show a run that is over, at its last step. The one that works goes on out of sight."""
        self._begun = True
        self.set_live(False)
        self._shown = film
        self._show_film()
        self.filmstrip.set_current(film.done)
        self._follow()

    def show_noised(self, film: NoisedFilm) -> None:
        """Show a picture at every level of noise, until the user leaves that."""
        before = (self._shown, self.filmstrip.value(), self._is_live)
        self.show_film(film)
        self._before_noise = before

    def look(self, step: int | None = None) -> Look | None:
        """What there is of `step` of the run shown, by default of the newest, or None as long as nothing is."""
        film = self._shown
        chosen = film.steps if film.final and step is None else step
        if chosen is None:
            chosen = max(film.pictured(self.kind), default=0)
        image = self.projector.picture(chosen)
        if image is None:
            return None
        if image is film.final:
            return Look(image, self._words.step(film, chosen), film.size, film.made or film.recipe, final=True)
        caption = self._words.caption(film, chosen, self.kind)
        return Look(image, caption, film.size, film.recipe, final=False)

    def set_live(self, live: bool) -> None:
        """Follow the run, or stay where the user is looking."""
        if live:
            self.playback.stop()
        if live and self._shown is not self._running:
            self._shown = self._running
            self._show_film()
        changed, self._is_live = self._is_live != live, live
        self._transport.show_live(live)
        self._follow()
        if changed:
            self.live_changed.emit(live)

    def set_kind(self, kind: ViewKind) -> None:
        """Show `kind`, for example as it was at the last start, without emitting."""
        self._transport.set_kind(kind)
        self.projector.kind = kind
        self.filmstrip.set_kind(kind)

    def set_cell_edge(self, edge: int) -> None:
        """Make the cells `edge` logical pixels wide; 0 shows the transport row alone."""
        self.filmstrip.setVisible(edge > 0)
        if edge:
            self.filmstrip.set_edge(edge)
        self.hints.has_strip = edge > 0
        self._tell(self.filmstrip.value() or self._shown.done)

    def take_keys_of(self, widget: QWidget) -> None:
        """Let the keys of the stage work while `widget` has the focus, too."""
        self._keys.watch(widget)

    def text(self) -> str:
        """What the transport row says."""
        return self._transport.text()

    def _connect(self) -> None:
        self.filmstrip.step_selected.connect(self._select)
        self.filmstrip.arranged.connect(self._arranged)
        self._drawer.step_selected.connect(self.filmstrip.go_to)
        self.projector.view_arrived.connect(self._view_arrived)
        self.projector.facts_arrived.connect(self._facts_arrived)
        self._player.began.connect(lambda: self.set_live(False))
        self._player.step_shown.connect(self._show_step)
        self._connect_transport()
        self._connect_keys()

    def _connect_transport(self) -> None:
        transport = self._transport
        transport.switch.kind_changed.connect(self._change_kind)
        transport.live.connect(lambda: self.set_live(True))
        transport.play.connect(self._player.toggle)
        transport.plot.connect(self._toggle_plot)
        transport.noise.connect(self._toggle_noise)

    def _connect_keys(self) -> None:
        keys = self._keys
        keys.watch(self.filmstrip)
        keys.moved.connect(self.filmstrip.step_by)
        keys.first.connect(lambda: self.filmstrip.go_to(1))
        keys.last.connect(lambda: self.filmstrip.go_to(self._shown.steps))
        keys.view_moved.connect(self._transport.switch.choose_next)
        keys.play.connect(self._player.toggle)
        keys.loop.connect(self.playback.next_mode)
        keys.plot.connect(self._toggle_plot)
        keys.noise.connect(self._toggle_noise)

    def _show_film(self) -> None:
        self.playback.stop()
        self._before_noise = None
        self.projector.show(self._shown)
        self.projector.kind = self.kind
        self._transport.show_open(plot=self._drawer.isVisible(), noise=self._shown.noised)
        self.filmstrip.show_film(self._shown, self.kind)
        self._arranged()
        self._follow()
        if self._shown.facts is None:
            self.projector.want_facts()

    def _arranged(self) -> None:
        self._drawer.show_film(self._shown, self.filmstrip.strip_layout, px(SIDE))
        self._wish()

    def _follow(self) -> None:
        """Bring strip and text up to date."""
        if self._is_live and self._shown.done:
            self.filmstrip.set_current(self._shown.done)
        self.filmstrip.refresh()
        self._drawer.set_current(self.filmstrip.value() or self._shown.done)
        self._tell(self.filmstrip.value() or self._shown.done)
        self._wish()

    def _select(self, step: int) -> None:
        self.set_live(False)
        self.hints.scrubbed()
        self._show_step(step)

    def _show_step(self, step: int) -> None:
        self._drawer.set_current(step)
        self._tell(step)
        self.step_selected.emit(step)
        self.projector.want_facts()
        self._wish()

    def _change_kind(self, kind: str) -> None:
        self.projector.kind = self.kind
        self.filmstrip.set_kind(self.kind)
        self.kind_changed.emit(kind)
        follows = self._is_live and (self._shown.running or self._shown.ends(self.kind))
        if self.filmstrip.value() and not follows:
            self.filmstrip.go_to(self.filmstrip.value())
        self._follow()

    def _wish(self) -> None:
        """Ask for the pictures that are worth having now."""
        following = self._is_live and self._shown.running
        cells = self.filmstrip.strip_layout.cells if self.filmstrip.isVisibleTo(self) else ()
        playing = self.playback.playing
        self.projector.wish(self.filmstrip.value(), cells, following=following, playing=playing)

    def _view_arrived(self, step: int, kind: str) -> None:
        self.filmstrip.refresh()
        newest = self._is_live and self._shown.running
        if kind == self.kind and (newest or step == self.filmstrip.value()):
            self._tell(self.filmstrip.value())
            self.look_changed.emit(step)
            self._wish()

    def _facts_arrived(self) -> None:
        self._arranged()
        self.filmstrip.refresh()

    def _toggle_noise(self) -> None:
        """To the picture at every level of noise, or back to where the user was."""
        if self._before_noise is None:
            self.noise_wanted.emit(True)
            return
        film, step, live = self._before_noise
        self._shown = film
        self._show_film()
        self.filmstrip.set_current(step)
        self.set_live(live)
        self.noise_wanted.emit(False)

    def _toggle_plot(self) -> None:
        self._drawer.toggle()
        self._transport.show_open(plot=self._drawer.isVisible(), noise=self._shown.noised)
        self._arranged()
        self.projector.want_facts()

    def _tell(self, step: int) -> None:
        film = self._shown
        self._transport.set_text(self._words.place(film, step))
        self._transport.set_note(self._words.note(film, step, self.kind, looked_back=not self._is_live))
