"""Fingers on a view while a mask is painted: one paints, two move and zoom."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QEventPoint, QTouchEvent

from studio.ui.canvas.picture_view import PictureView
from studio.ui.canvas.pointer import Kind, Pointer, at
from studio.ui.canvas.pointing import Pointing

SHORT = 24.0
"""Logical pixels: a stroke shorter than that was the first of two fingers, and is taken back."""

Touching = Generator[None, QTouchEvent, None]


class Fingers(QObject):
    """Gives the first finger to `pointing` as a pointer of full pressure."""

    def __init__(self, view: PictureView, pointing: Pointing) -> None:
        super().__init__(view)
        self._view, self._pointing = view, pointing
        self._touching: Touching | None = None
        kind = QEvent.Type
        self._answers: dict[QEvent.Type, Callable[[QTouchEvent], None]] = {
            kind.TouchBegin: self._begin,
            kind.TouchUpdate: self._go_on,
            kind.TouchEnd: self._go_on,
            kind.TouchCancel: self._cancel,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        answer = self._answers.get(event.type())
        if answer is None or not isinstance(event, QTouchEvent):
            return False
        answer(event)
        event.accept()
        return True

    def _begin(self, event: QTouchEvent) -> None:
        self._touching = self._touch(event)
        next(self._touching)

    def _go_on(self, event: QTouchEvent) -> None:
        if self._touching is None:
            return
        try:
            self._touching.send(event)
        except StopIteration:
            self._touching = None

    def _cancel(self, event: QTouchEvent) -> None:
        self._touching = None
        self._pointing.cancel()

    def _touch(self, event: QTouchEvent) -> Touching:
        first = event.points()[0].id()
        begun = self._pointer("press", event, first)
        if len(event.points()) == 1 and not self._pointing.pans:
            self._pointing.begin(begun)
            event = yield
            last = begun
            while len(event.points()) == 1 and event.type() == QEvent.Type.TouchUpdate:
                last = self._pointer("move", event, first)
                self._pointing.send(last)
                event = yield
            if event.type() == QEvent.Type.TouchEnd:
                self._pointing.finish()
                return
            if last.far_from(begun, SHORT):
                self._pointing.finish()
            else:
                self._pointing.cancel()
        yield from self._pinch(event)

    def _pinch(self, event: QTouchEvent) -> Touching:
        before: list[QPointF] = []
        while event.type() != QEvent.Type.TouchEnd:
            held = [point for point in event.points() if point.state() != QEventPoint.State.Released]
            places = [point.position() for point in held[:2]]
            # A finger that comes or goes moves the middle, but not the picture.
            if places and len(places) == len(before):
                self._move(before, places)
            before = places
            event = yield

    def _move(self, before: list[QPointF], places: list[QPointF]) -> None:
        middle, was = ((pair[0] + pair[-1]) / 2 for pair in (places, before))
        apart, were = (math.dist(pair[0].toTuple(), pair[-1].toTuple()) for pair in (places, before))
        self._view.pan(middle - was)
        if were > 0:
            self._view.zoom_to(self._view.transform().zoom * apart / were, middle)

    def _pointer(self, kind: Kind, event: QTouchEvent, finger: int) -> Pointer:
        place = next(point.position() for point in event.points() if point.id() == finger)
        return at(kind, place, self._view.transform(), event.modifiers())
