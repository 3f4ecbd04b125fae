"""The strip of steps: one cell a step, or evenly chosen ones; a click, a drag or a key looks at a kept one."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QApplication, QToolTip, QWidget

from studio.job.view import ViewKind
from studio.ui.metrics import px
from studio.ui.timeline.cell_state import shown_by
from studio.ui.timeline.film import Film
from studio.ui.timeline.strip_layout import Cell, StripLayout
from studio.ui.timeline.strip_painter import TICKS, StripPainter
from studio.ui.widgets.state import plain_tooltip

CELL, GAP, SIDE, FOOT = 64, 4, 12, 8


class Filmstrip(QAbstractSlider):
    """Shows a `Film`. A slider to a screen reader: its value is the step looked at, 0 if none is.

    Only steps of which a picture is kept can be reached; others lead to the nearest. `step_selected(step)` is emitted
    when the user chose one, `arranged()` when the cells lie elsewhere.
    """

    step_selected = Signal(int)
    branch_requested = Signal()
    arranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edge = CELL
        self._scrubbing: Generator[None, QMouseEvent, None] | None = None
        self._painter = StripPainter(Film(1), StripLayout(1, CELL, CELL, GAP))
        self._answers: dict[QEvent.Type, Callable[..., None]] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseButtonDblClick: self._double_click,
            QEvent.Type.MouseMove: self._point,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.Leave: self._leave,
            QEvent.Type.ToolTip: self._tip,
            QEvent.Type.Resize: self._arrange,
            QEvent.Type.StyleChange: self._arrange,
            QEvent.Type.DevicePixelRatioChange: self._arrange,
        }
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setProperty("focusInside", True)
        self.valueChanged.connect(self._choose)
        self.show_film(Film(1))

    @property
    def strip_layout(self) -> StripLayout:
        """Where the cells lie, measured from the left edge plus `SIDE`."""
        return self._painter.layout

    def show_film(self, film: Film, kind: ViewKind = "x0") -> None:
        """Show `film`, no step of it looked at yet."""
        self._painter.film, self._painter.kind = film, kind
        with QSignalBlocker(self):
            self.setRange(0, film.steps)
        self._arrange()
        self.set_current(0)
        self._name()

    def set_current(self, step: int) -> None:
        """Mark `step` as the one looked at, 0 for none, without emitting."""
        self._painter.current = step
        with QSignalBlocker(self):
            self.setValue(step)
        self.update()

    def set_kind(self, kind: ViewKind) -> None:
        """Show what is kept of x0 or of x."""
        self._painter.kind = kind
        self._painter.forget()
        self._name()
        self.update()

    def mark_branch(self, step: int) -> None:
        """Mark the step where the form begins a branch, 0 for none."""
        self._painter.branch_point = step
        self.update()

    def refresh(self) -> None:
        """The film has gone on. A run tells no name at every step: a screen reader would speak without end."""
        if not self._painter.film.running:
            self._name()
        self.update()

    def set_edge(self, edge: int) -> None:
        """Make the cells `edge` logical pixels wide."""
        self._edge = edge
        self._arrange()
        self.updateGeometry()

    def step_by(self, by: int) -> None:
        """Look at the step that lies `by` kept ones further on."""
        film, start = self._painter.film, self._painter.current
        self._choose(film.moved(start, by, self._painter.kind) or 0)

    def go_to(self, step: int) -> None:
        """Look at `step`, or at the kept one nearest to it."""
        self._choose(self._painter.film.nearest(step, self._painter.kind) or 0)

    def sizeHint(self) -> QSize:
        height = px(TICKS) + px(self._edge) + px(FOOT)
        return QSize(px(SIDE) * 2 + px(self._edge) * 4, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        answer = self._answers.get(event.type())
        if answer is None:
            return handled
        answer(event)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._painter.paint(painter, QPointF(px(SIDE), 0), QRectF(event.rect()))
        painter.end()

    def _press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrubbing = self._scrub(event)
            next(self._scrubbing)

    def _double_click(self, event: QMouseEvent) -> None:
        """The first click of the two chose the step."""
        if event.button() == Qt.MouseButton.LeftButton and self._painter.layout.cell_at(
            event.position().x() - px(SIDE)
        ):
            self.branch_requested.emit()

    def _point(self, event: QMouseEvent) -> None:
        hovered = self._painter.layout.cell_at(event.position().x() - px(SIDE))
        if hovered != self._painter.hovered:
            self._painter.hovered = hovered
            self.update()
        if self._scrubbing:
            self._scrubbing.send(event)

    def _release(self, event: QMouseEvent) -> None:
        self._scrubbing = None

    def _scrub(self, press: QMouseEvent) -> Generator[None, QMouseEvent, None]:
        """A press looks at the cell under it; a drag goes through all steps, also those without a cell."""
        start = press.position().x()
        cell = self._painter.layout.cell_at(start - px(SIDE))
        self.go_to(self._step_in(cell) if cell else self._painter.layout.step_at(start - px(SIDE)))
        event = yield
        while abs(event.position().x() - start) < QApplication.startDragDistance():
            event = yield
        while True:
            self.go_to(self._painter.layout.step_at(event.position().x() - px(SIDE)))
            event = yield

    def _step_in(self, cell: Cell) -> int:
        """The step that a click on a cell means: its own if that can be looked at, else the one it shows."""
        film, kind = self._painter.film, self._painter.kind
        return cell.step if cell.step in film.kept(kind) else shown_by(film, cell, kind) or cell.step

    def _leave(self, event: QEvent) -> None:
        self._painter.hovered = None
        self.update()

    def _tip(self, event: QHelpEvent) -> None:
        cell = self._painter.layout.cell_at(event.pos().x() - px(SIDE))
        step = self._painter.layout.step_at(event.pos().x() - px(SIDE))
        text = "\n".join([self._step_text(step), *self._numbers(step)]) if cell else ""
        QToolTip.showText(event.globalPos(), plain_tooltip(text), self)

    def _arrange(self, event: QEvent | None = None) -> None:
        width = max(1, self.width() - 2 * px(SIDE))
        self._painter.layout = StripLayout(self._painter.film.steps, width, px(self._edge), px(GAP))
        self._painter.hovered = None
        self._painter.forget()
        self.update()
        self.arranged.emit()

    def _choose(self, step: int) -> None:
        kept = self._painter.film.nearest(step, self._painter.kind) if step else None
        if kept is None:
            return
        self.set_current(kept)
        self._name()
        self.step_selected.emit(kept)

    def _name(self) -> None:
        film = self._painter.film
        if self._painter.current:
            name = self._step_text(self._painter.current)
        elif film.done:
            name = self.tr("{steps} steps").format(steps=film.steps)
        else:
            name = self.tr("{steps} empty cells").format(steps=film.steps)
        self.setAccessibleName(name)

    def _numbers(self, step: int) -> list[str]:
        """The level that a step reached, and its formula with the numbers of this run."""
        facts = self._painter.film.facts
        if facts is None or not 0 <= step < len(facts.levels):
            return []
        level = facts.levels[step]
        snr = "∞" if math.isinf(level.snr) else f"{level.snr:.3g}"
        text = self.tr("t {timestep}, alpha {alpha}, sigma {sigma}, SNR {snr}")
        shown = text.format(
            timestep=f"{level.timestep:.0f}", alpha=f"{level.alpha:.3f}", sigma=f"{level.sigma:.3f}", snr=snr
        )
        formula = facts.equations[step - 1] if 0 < step <= len(facts.equations) else ""
        return [shown, formula] if formula else [shown]

    def _step_text(self, step: int) -> str:
        text = self.tr("Step {step} of {steps}, {kind}")
        return text.format(step=step, steps=self._painter.film.steps, kind=self._painter.kind)
