"""The track, painted: a diamond a key, on its frame, with the easing between them and the cursor."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QMenu, QWidget

from studio.sampling.easing import EASINGS
from studio.ui.colours import current_tokens
from studio.ui.interpolate.key_words import easing_words, label
from studio.ui.interpolate.track_state import TrackState
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER, TYPE_CAPTION, Tokens

HEIGHT, DIAMOND, LINE_AT = 52, 14, 30
GLYPH_WIDTH = 64


class TrackView(QWidget):
    """Edits the plan of its state. `key_wanted(frame)` asks for a key where the cursor is; `key_removed(number)` tells
    that one was taken away."""

    key_wanted = Signal(int)
    key_removed = Signal(int)

    def __init__(self, state: TrackState, names: Callable[[str], str], parent: QWidget | None = None) -> None:
        """`names(code)` tells what a code is called."""
        super().__init__(parent)
        self._state, self._names = state, names
        self._dragged: int | None = None
        self._has_moved = self._copies = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Track"))
        self.setFixedHeight(px(HEIGHT))
        state.changed.connect(self.refresh)
        state.chosen_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Paint and describe the plan as it is."""
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """What is chosen, in words."""
        plan, state = self._state.plan, self._state
        if not plan.keys:
            return self.tr("Drop two codes or pictures.")
        if state.cursor in plan.places:
            text = self.tr("Key {key} of {keys}, frame {frame}")
            return text.format(key=state.key + 1, keys=len(plan.keys), frame=state.cursor + 1)
        return self.tr("Frame {frame} of {frames}").format(frame=state.cursor + 1, frames=plan.frames)

    def place_of(self, frame: float) -> float:
        """Where a frame lies, in pixels from the left."""
        left, right = self._ends()
        last = max(1, self._length() - 1)
        return left + (right - left) * frame / last

    def frame_at(self, x: float) -> int:
        """The frame nearest to a place."""
        left, right = self._ends()
        last = max(1, self._length() - 1)
        return round((x - left) / max(1.0, right - left) * last)

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(HEIGHT))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFixedHeight(px(HEIGHT))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or not self._state.plan.keys:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        number = self._key_at(event.position())
        if number is not None:
            self._state.choose(number)
            self._dragged, self._has_moved = number, False
            self._copies = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        elif (segment := self._segment_at(event.position())) is not None:
            self._open_easings(segment, event.globalPosition().toPoint())
        else:
            self._state.move_cursor(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is None or not event.buttons() & Qt.MouseButton.LeftButton:
            over = self._key_at(event.position()) is not None or self._segment_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        frame, plan = self.frame_at(event.position().x()), self._state.plan
        if frame == plan.places[self._dragged]:
            return
        if self._copies and not self._has_moved:
            self._state.change(plan.with_key(plan.keys[self._dragged], frame))
            self._dragged = self._state.plan.places.index(frame)
        else:
            self._state.change(plan.with_moved_key(self._dragged, frame), joined=self._has_moved)
        self._has_moved = True
        self._state.choose(self._dragged)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        state, plan = self._state, self._state.plan
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if way and alt and plan.keys:
            state.change(plan.with_moved_key(state.key, plan.places[state.key] + way))
            state.choose(state.key)
        elif way:
            state.move_cursor(state.cursor + way)
        elif event.key() == Qt.Key.Key_Home:
            state.move_cursor(0)
        elif event.key() == Qt.Key.Key_End:
            state.move_cursor(plan.frames - 1)
        elif event.key() == Qt.Key.Key_K and not event.modifiers():
            self.key_wanted.emit(state.cursor)
        elif event.key() == Qt.Key.Key_Delete and plan.keys:
            number = state.key
            state.change(plan.without_key(number))
            state.choose(number)
            self.key_removed.emit(number)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens, plan = QPainter(self), current_tokens(), self._state.plan
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        font.setPixelSize(px(TYPE_CAPTION))
        painter.setFont(font)
        if not plan.keys:
            painter.setPen(QColor(tokens.text2))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self.tr("Drop two codes or pictures."))
            return
        self._paint_line(painter, tokens)
        self._paint_cursor(painter, tokens)
        for number in range(len(plan.keys)):
            self._paint_key(painter, number, tokens)
        painter.end()

    def _length(self) -> int:
        """How many frames the line is long: with a loop it shows the way back to the first key, too."""
        plan = self._state.plan
        return plan.frames + (1 if plan.loop else 0)

    def _ends(self) -> tuple[float, float]:
        edge = px(GUTTER) + px(DIAMOND)
        return float(edge), float(max(edge + 1, self.width() - edge))

    def _key_at(self, point: QPointF) -> int | None:
        if abs(point.y() - px(LINE_AT)) > px(12):
            return None
        places = [self.place_of(frame) for frame in self._state.plan.places]
        near = [(abs(place - point.x()), number) for number, place in enumerate(places)]
        return min(near)[1] if near and min(near)[0] <= px(12) else None

    def _segment_at(self, point: QPointF) -> int | None:
        boxes = enumerate(self._glyphs())
        return next((number for number, box in boxes if box is not None and box.contains(point)), None)

    def _glyphs(self) -> list[QRectF | None]:
        """Where the name of each easing stands; None where there is no room."""
        plan = self._state.plan
        ends = [*plan.places, self._length() - 1]
        found: list[QRectF | None] = []
        for number in range(len(plan.used)):
            left, right = self.place_of(ends[number]), self.place_of(ends[number + 1])
            width = min(px(GLYPH_WIDTH), right - left - px(DIAMOND) - px(8))
            box = QRectF((left + right - width) / 2, px(LINE_AT) - px(12), width, px(24))
            found.append(box if width >= px(24) else None)
        return found

    def _paint_line(self, painter: QPainter, tokens: Tokens) -> None:
        y, plan = float(px(LINE_AT)), self._state.plan
        painter.setPen(QPen(QColor(tokens.outline), 2))
        painter.drawLine(QPointF(self.place_of(0), y), QPointF(self.place_of(self._length() - 1), y))
        metrics = QFontMetrics(painter.font())
        for segment, box in zip(plan.used, self._glyphs(), strict=True):
            if box is None:
                continue
            text = metrics.elidedText(easing_words(segment.easing), Qt.TextElideMode.ElideRight, round(box.width()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.panel))
            painter.drawRect(box)
            painter.setPen(QColor(tokens.text2))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_cursor(self, painter: QPainter, tokens: Tokens) -> None:
        place = self.place_of(self._state.cursor)
        painter.setPen(QPen(QColor(tokens.text), 1))
        painter.drawLine(QPointF(place, px(14)), QPointF(place, px(HEIGHT) - px(4)))

    def _paint_key(self, painter: QPainter, number: int, tokens: Tokens) -> None:
        plan = self._state.plan
        middle, half = QPointF(self.place_of(plan.places[number]), px(LINE_AT)), px(DIAMOND) / 2
        chosen = number == self._state.key
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.text), 2))
        painter.setBrush(QColor(tokens.accent if chosen else tokens.raised))
        points = ((0, -half), (half, 0), (0, half), (-half, 0))
        painter.drawPolygon(QPolygonF([middle + QPointF(*point) for point in points]))
        painter.setPen(QColor(tokens.text if chosen else tokens.text2))
        room = QRectF(middle.x() - px(60), 0, px(120), px(16))
        room.moveLeft(min(max(room.left(), px(4)), self.width() - room.width() - px(4)))
        name = label(plan.keys, number, self._names)
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(room.width()))
        align = Qt.AlignmentFlag.AlignLeft if number == 0 else Qt.AlignmentFlag.AlignHCenter
        align = Qt.AlignmentFlag.AlignRight if number and number == len(plan.keys) - 1 and not plan.loop else align
        painter.drawText(room, align | Qt.AlignmentFlag.AlignVCenter, shown)

    def _open_easings(self, segment: int, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in EASINGS:
            action = menu.addAction(easing_words(name))
            action.setCheckable(True)
            action.setChecked(self._state.plan.segments[segment].easing == name)
            action.triggered.connect(lambda _=False, name=name: self._ease(segment, name))
        menu.popup(place)

    def _ease(self, segment: int, name: str) -> None:
        self._state.change(self._state.plan.with_segment(segment, easing=name))
