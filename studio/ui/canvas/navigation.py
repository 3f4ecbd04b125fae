"""What mouse, wheel, touchpad and the space bar do to a `PictureView`. Each gesture reads as one piece of code."""

from __future__ import annotations

from collections.abc import Callable, Generator

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from studio.ui.canvas.picture_view import PictureView
from studio.ui.widgets.field import Wheel

Gesture = Generator[None, QMouseEvent, "Callable[[], None] | None"]


class Navigation(QObject):
    """Wheel and pinch zoom at the pointer; the middle button, or the left one with space held, pans.

    `hovered(QPointF | None)` tells where the pointer is; `dragged_out()` that a drag of the picture begins. With `hand`
    the left button always pans.
    """

    hovered = Signal(object)
    dragged_out = Signal()

    def __init__(self, view: PictureView) -> None:
        super().__init__(view)
        self._view = view
        self._wheel = Wheel()
        self._space = False
        self._hand = False
        self._cursor: Qt.CursorShape | None = None
        self._gesture: Gesture | None = None
        kind = QEvent.Type
        self._answers: dict[QEvent.Type, Callable[..., bool]] = {
            kind.Wheel: self._turn,
            kind.NativeGesture: self._pinch,
            kind.MouseButtonPress: self._press,
            kind.MouseMove: self._go_on,
            kind.MouseButtonRelease: self._go_on,
            kind.Leave: self._leave,
            kind.KeyPress: self._key,
            kind.KeyRelease: self._key,
            kind.FocusOut: self._focus_out,
        }
        view.installEventFilter(self)

    @property
    def pans(self) -> bool:
        """Whether the left button pans."""
        return self._space or self._hand

    @property
    def is_panning(self) -> bool:
        """Whether a button is held that moves the picture."""
        return self._gesture is not None

    def set_tool(self, cursor: Qt.CursorShape | None = None, *, hand: bool = False) -> None:
        """The cursor while nothing pans, None for the usual one, and whether the left button pans."""
        self._cursor, self._hand = cursor, hand
        if self._gesture is None:
            self._show_cursor()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        answer = self._answers.get(event.type())
        # A view that goes while it has the focus still loses it.
        return answer(event) if answer and isValid(self._view) else False

    def _turn(self, event: QWheelEvent) -> bool:
        notches = self._wheel.notches(event)
        if notches:
            self._view.zoom_by(notches, event.position())
            self.hovered.emit(event.position())
        return True

    def _pinch(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._view.zoom_to(self._view.transform().zoom * (1 + event.value()), event.position())
        return True

    def _press(self, event: QMouseEvent) -> bool:
        button = Qt.MouseButton
        if self._gesture and event.buttons() != event.button():
            return True
        if event.button() == button.MiddleButton or (event.button() == button.LeftButton and self.pans):
            self._gesture = self._pan(event)
        elif event.button() == button.LeftButton and self._view.pixel_at(event.position()):
            self._gesture = self._drag_out(event)
        else:
            return False
        next(self._gesture)
        # Not eaten: the view still takes the focus that a click gives.
        return False

    def _go_on(self, event: QMouseEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove:
            self.hovered.emit(event.position())
        if self._gesture is None:
            return False
        try:
            self._gesture.send(event)
        except StopIteration as ended:
            self._gesture = None
            if ended.value:
                ended.value()
        return True

    def _pan(self, press: QMouseEvent) -> Gesture:
        last: QPointF = press.position()
        self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
        event = yield
        while _still_held(event):
            self._view.pan(event.position() - last)
            last = event.position()
            event = yield
        self._show_cursor()
        return None

    def _drag_out(self, press: QMouseEvent) -> Gesture:
        start: QPointF = press.position()
        event = yield
        while _still_held(event):
            if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
                # Emitted by the caller: a drag runs its own event loop, in which this generator must not be running.
                return self.dragged_out.emit
            event = yield
        return None

    def _leave(self, event: QEvent) -> bool:
        self.hovered.emit(None)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Space or event.modifiers():
            return False
        if not event.isAutoRepeat():
            self._hold_space(event.type() == QEvent.Type.KeyPress)
        return True

    def _focus_out(self, event: QEvent) -> bool:
        self._hold_space(False)
        return False

    def _hold_space(self, held: bool) -> None:
        self._space = held
        if self._gesture is None:
            self._show_cursor()

    def _show_cursor(self) -> None:
        if self.pans:
            self._view.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._cursor is not None:
            self._view.setCursor(self._cursor)
        else:
            self._view.unsetCursor()


def _still_held(event: QMouseEvent) -> bool:
    """Whether the drag goes on. A release that another window swallowed shows as a move without buttons."""
    return event.type() == QEvent.Type.MouseMove and event.buttons() != Qt.MouseButton.NoButton
