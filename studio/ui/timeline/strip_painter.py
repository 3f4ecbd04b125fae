"""How the cells, ticks and the playhead of a strip look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap

from studio.image import Image
from studio.job.recipe import FromStep
from studio.job.view import ViewKind
from studio.ui.colours import current_tokens
from studio.ui.icons import pixmap
from studio.ui.metrics import px
from studio.ui.thumbnail import thumbnail_pixmap
from studio.ui.timeline.cell_state import CellState, computes, shown_by
from studio.ui.timeline.cell_state import state as state_of
from studio.ui.timeline.film import Film
from studio.ui.timeline.strip_layout import Cell, StripLayout
from studio.ui.tokens import ICON_ROW, TYPE_CAPTION, Tokens

TICKS, TICK = 8, 4
BADGE = 12
EDGE = 2
SHARED_OPACITY = 0.4
FRAMES: dict[CellState, Callable[[Tokens], str]] = {
    "empty": lambda tokens: tokens.line,
    "computing": lambda tokens: tokens.outline,
    "recorded": lambda tokens: tokens.outline,
    "failed": lambda tokens: tokens.danger,
}
"""The frame of a cell without a picture. A step that was not recorded has none: only its tick."""


@dataclass
class StripPainter:
    """Paints `film` in `layout`. `current` is the step looked at, 0 for none; `hovered` the cell under the pointer.

    Steps that a branch shares with its parent are pale, and the last of them carries the sign of a branch; so does
    `branch_point`, where the form begins one.
    """

    film: Film
    layout: StripLayout
    kind: ViewKind = "x0"
    current: int = 0
    hovered: Cell | None = None
    branch_point: int = 0
    _drawn: dict[int, tuple[Image, QPixmap]] = field(default_factory=dict)

    def paint(self, painter: QPainter, origin: QPointF, exposed: QRectF) -> None:
        """Paint what touches `exposed`; the first tick row begins at `origin`."""
        painter.translate(origin)
        exposed = exposed.translated(-origin)
        for cell in self.layout.cells:
            box = QRectF(cell.left, px(TICKS), self.layout.edge, self.layout.edge)
            if box.adjusted(-EDGE, -EDGE, EDGE, EDGE).intersects(exposed):
                self._paint_cell(painter, cell, box)
        self._paint_ticks(painter)

    def forget(self) -> None:
        """Let go of drawn pictures: their size, their sharpness or their kind is no longer right."""
        self._drawn.clear()

    def _paint_cell(self, painter: QPainter, cell: Cell, box: QRectF) -> None:
        tokens = current_tokens()
        state = state_of(self.film, cell, self.kind)
        if state != "missed":
            painter.fillRect(box, QColor(tokens.surround))
        if state == "present":
            painter.setOpacity(SHARED_OPACITY if cell.last <= shared_steps(self.film) else 1.0)
            self._paint_picture(painter, cell, box)
            painter.setOpacity(1.0)
            if computes(self.film, cell):
                self._paint_badge(painter, box)
        elif state != "missed":
            _outline(painter, box, QColor(FRAMES[state](tokens)), 1)
            self._paint_sign(painter, cell, box, state)
        if any(cell.first <= step <= cell.last for step in (self.branch_point, shared_steps(self.film)) if step):
            self._paint_branch(painter, box)
        if self.hovered == cell:
            _outline(painter, box, QColor(tokens.text2), 1)
        if self.current and cell.first <= self.current <= cell.last:
            _outline(painter, box.adjusted(-EDGE, -EDGE, EDGE, EDGE), QColor(tokens.accent), EDGE)

    def _paint_picture(self, painter: QPainter, cell: Cell, box: QRectF) -> None:
        step = shown_by(self.film, cell, self.kind)
        image = self.film.picture(step, self.kind) if step is not None else None
        if image is None:
            return
        drawn = self._drawn.get(cell.step)
        if drawn is None or drawn[0] is not image:
            ratio = painter.device().devicePixelRatio()
            drawn = (image, thumbnail_pixmap(image, QSize(round(box.width()), round(box.height())), ratio))
            self._drawn[cell.step] = drawn
        size = drawn[1].deviceIndependentSize()
        place = QPointF((box.width() - size.width()) / 2, (box.height() - size.height()) / 2)
        painter.drawPixmap(box.topLeft() + place, drawn[1])

    def _paint_badge(self, painter: QPainter, box: QRectF) -> None:
        """The sign of work over a picture: the cell stands for several steps, and a later one is being computed."""
        edge = px(ICON_ROW)
        corner = QRectF(box.right() - edge, box.bottom() - edge, edge, edge)
        painter.fillRect(corner, QColor(current_tokens().surround))
        _icon(painter, "loader", corner.center(), px(BADGE))

    def _paint_branch(self, painter: QPainter, box: QRectF) -> None:
        """The sign of a branch point, in the upper left corner."""
        edge = px(ICON_ROW)
        corner = QRectF(box.left(), box.top(), edge, edge)
        painter.fillRect(corner, QColor(current_tokens().surround))
        _icon(painter, "git-branch", corner.center(), px(BADGE))

    def _paint_sign(self, painter: QPainter, cell: Cell, box: QRectF, state: CellState) -> None:
        """What stands in a cell without a picture: its step; or a sign of work, or an x where the run broke down."""
        tokens = current_tokens()
        if state in ("empty", "recorded"):
            font = QFont(painter.font())
            font.setPixelSize(px(TYPE_CAPTION))
            painter.setFont(font)
            painter.setPen(QColor(tokens.text2))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(cell.step))
            return
        _icon(painter, "loader" if state == "computing" else "x", box.center(), px(ICON_ROW))

    def _paint_ticks(self, painter: QPainter) -> None:
        tokens = current_tokens()
        bottom = px(TICKS) - px(EDGE)
        for step in range(1, self.film.steps + 1, self.layout.tick_stride()):
            colour = tokens.text2 if step <= self.film.done else tokens.outline
            place = round(self.layout.place(step))
            painter.fillRect(QRectF(place, bottom - px(TICK), 1, px(TICK)), QColor(colour))
        if self.current:
            left = round(self.layout.place(self.current)) - EDGE // 2
            painter.fillRect(QRectF(left, 0, EDGE, px(TICKS)), QColor(tokens.accent))


def shared_steps(film: Film) -> int:
    """How many steps of a run are those of the run it is a branch of."""
    start = film.recipe.start if film.recipe and not film.noised else None
    return start.step if isinstance(start, FromStep) else 0


def _icon(painter: QPainter, name: str, centre: QPointF, size: int) -> None:
    drawn = pixmap(name, QColor(current_tokens().text2), size, painter.device().devicePixelRatio())
    painter.drawPixmap(centre - QPointF(size / 2, size / 2), drawn)


def _outline(painter: QPainter, box: QRectF, colour: QColor, width: int) -> None:
    """A line of whole pixels just inside `box`."""
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRect(box.adjusted(half, half, -half, -half))
