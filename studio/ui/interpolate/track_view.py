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

from studio.job.track import KEYS_MAXIMUM
from studio.sampling.easing import EASINGS
from studio.ui.colours import current_tokens
from studio.ui.interpolate.key_words import corner_words, easing_words, label
from studio.ui.interpolate.track_layout import DIAMOND, LINE_AT, TrackLayout, length_of
from studio.ui.interpolate.track_state import TrackState
from studio.ui.metrics import px
from studio.ui.tokens import TYPE_CAPTION, Tokens

HEIGHT = 52


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
        self._held_length = 0
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
        if plan.as_sheet:
            text = self.tr("Key {key} of {keys}, {corner}")
            return text.format(key=state.key + 1, keys=len(plan.keys), corner=corner_words(state.key))
        if state.cursor in plan.places:
            text = self.tr("Key {key} of {keys}, frame {frame}")
            return text.format(key=state.key + 1, keys=len(plan.keys), frame=state.cursor + 1)
        return self.tr("Frame {frame} of {frames}").format(frame=state.cursor + 1, frames=plan.frames)

    def place_of(self, frame: float) -> float:
        """Where a frame lies, in pixels from the left."""
        return self._layout().place_of(frame)

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
        layout, sheet = self._layout(), self._state.plan.as_sheet
        number = layout.key_at(event.position())
        if number is not None:
            self._state.choose(number)
            self._dragged, self._has_moved = None if sheet else number, False
            self._copies = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            # While the last key moves, the line would grow under it.
            self._held_length = length_of(self._state.plan)
        elif (segment := layout.segment_at(event.position())) is not None:
            self._open_easings(segment, event.globalPosition().toPoint())
        elif not sheet:
            self._state.move_cursor(layout.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        layout = self._layout()
        if self._dragged is None or not event.buttons() & Qt.MouseButton.LeftButton:
            over = layout.key_at(event.position()) is not None or layout.segment_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        frame, plan = layout.frame_at(event.position().x()), self._state.plan
        if frame == plan.places[self._dragged]:
            return
        if self._copies and not self._has_moved:
            if frame in plan.places or len(plan.keys) >= KEYS_MAXIMUM:
                return
            self._state.change(plan.with_key(plan.keys[self._dragged], frame))
            self._dragged = self._state.plan.places.index(frame)
        else:
            self._state.change(plan.with_moved_key(self._dragged, frame), joined=self._has_moved)
        self._has_moved = True
        self._state.choose(self._dragged)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged, self._held_length = None, 0
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        state, plan = self._state, self._state.plan
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if way and plan.as_sheet:
            state.choose(state.key + way)
        elif way and alt and plan.keys:
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
        layout = self._layout()
        if not plan.as_sheet:
            self._paint_line(painter, layout, tokens)
            self._paint_cursor(painter, layout, tokens)
        for number, place in enumerate(layout.key_places()):
            self._paint_key(painter, number, place, tokens)
        self._paint_labels(painter, layout, tokens)
        painter.end()

    def _layout(self) -> TrackLayout:
        plan = self._state.plan
        return TrackLayout(plan, self.width(), self._held_length or length_of(plan))

    def _paint_line(self, painter: QPainter, layout: TrackLayout, tokens: Tokens) -> None:
        y, plan = float(px(LINE_AT)), self._state.plan
        painter.setPen(QPen(QColor(tokens.outline), 2))
        painter.drawLine(QPointF(layout.place_of(0), y), QPointF(layout.place_of(length_of(plan) - 1), y))
        metrics = QFontMetrics(painter.font())
        for segment, box in zip(plan.used, layout.glyphs(), strict=True):
            if box is None:
                continue
            text = metrics.elidedText(easing_words(segment.easing), Qt.TextElideMode.ElideRight, round(box.width()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.panel))
            painter.drawRect(box)
            painter.setPen(QColor(tokens.text2))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_cursor(self, painter: QPainter, layout: TrackLayout, tokens: Tokens) -> None:
        place = layout.place_of(self._state.cursor)
        painter.setPen(QPen(QColor(tokens.text), 1))
        painter.drawLine(QPointF(place, px(14)), QPointF(place, px(HEIGHT) - px(4)))

    def _paint_key(self, painter: QPainter, number: int, place: float, tokens: Tokens) -> None:
        middle, half = QPointF(place, px(LINE_AT)), px(DIAMOND) / 2
        chosen = number == self._state.key
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.text), 2))
        painter.setBrush(QColor(tokens.accent if chosen else tokens.raised))
        points = ((0, -half), (half, 0), (0, half), (-half, 0))
        painter.drawPolygon(QPolygonF([middle + QPointF(*point) for point in points]))

    def _paint_labels(self, painter: QPainter, layout: TrackLayout, tokens: Tokens) -> None:
        metrics, chosen = QFontMetrics(painter.font()), self._state.key
        texts = self._labels()
        boxes = layout.labels([metrics.horizontalAdvance(text) for text in texts], chosen)
        for number, (text, box) in enumerate(zip(texts, boxes, strict=True)):
            if box is not None:
                painter.setPen(QColor(tokens.text if number == chosen else tokens.text2))
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(box.width()))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)

    def _labels(self) -> list[str]:
        plan = self._state.plan
        names = [label(plan.keys, number, self._names) for number in range(len(plan.keys))]
        if not plan.as_sheet:
            return names
        return [f"{corner_words(number)}: {name}" for number, name in enumerate(names)]

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
