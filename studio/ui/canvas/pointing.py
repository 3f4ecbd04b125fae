"""Mouse and pen over a view while a mask is painted: what they do goes to the tool in hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QTabletEvent

from studio.ui.canvas.navigation import Navigation
from studio.ui.canvas.picture_view import PictureView
from studio.ui.canvas.pointer import Kind, Pointer, of_mouse, of_pen
from studio.ui.canvas.tools.gesture import CLICK, Bench, Gesture, Tool
from studio.ui.canvas.tools.resize import resize

KEYS: dict[int, Kind] = {Qt.Key.Key_Return: "enter", Qt.Key.Key_Enter: "enter", Qt.Key.Key_Backspace: "back"}
Button = Qt.MouseButton


class Pointing(QObject):
    """`hovered(Pointer | None)` tells where the pointer is, None when it has left; `menu_requested(QPoint)` that the
    right button was clicked and not dragged, in the widget.

    Space, the middle button and the wheel are left to `navigation`.
    """

    hovered = Signal(object)
    menu_requested = Signal(QPoint)

    def __init__(self, view: PictureView, navigation: Navigation, bench: Bench, tool: Callable[[], Tool]) -> None:
        super().__init__(view)
        self._view, self._navigation, self._bench, self._tool = view, navigation, bench, tool
        self._gesture: Gesture | None = None
        self._button: Qt.MouseButton | None = None
        self._press: Pointer | None = None
        self._last: Pointer | None = None
        kind = QEvent.Type
        self._answers: dict[QEvent.Type, Callable[..., bool]] = {
            kind.MouseButtonPress: self._mouse_press,
            kind.MouseButtonDblClick: self._mouse_press,
            kind.MouseMove: self._mouse_move,
            kind.MouseButtonRelease: self._mouse_release,
            kind.TabletPress: self._pen_press,
            kind.TabletMove: self._pen_move,
            kind.TabletRelease: self._pen_release,
            kind.Leave: self._leave,
            kind.FocusOut: self._let_go,
            kind.WindowDeactivate: self._let_go,
            kind.Hide: self._let_go,
            kind.ShortcutOverride: self._claim,
            kind.KeyPress: self._key,
            kind.ContextMenu: self._menu,
        }

    @property
    def pans(self) -> bool:
        """Whether a press moves the view instead of beginning something."""
        return self._navigation.pans

    @property
    def is_busy(self) -> bool:
        """Whether a tool is in the middle of something."""
        return self._gesture is not None

    def begin(self, press: Pointer, tool: Tool | None = None) -> None:
        """Start the tool in hand, or `tool`; a tool that waits for more gets the press instead."""
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._press = self._last = press
        if self._gesture is not None:
            self.send(press)
            return
        self._gesture = (tool or self._tool())(self._bench, press)
        self._go_on(lambda gesture: next(gesture))

    def send(self, pointer: Pointer) -> None:
        """Tell the tool what happens next."""
        self._last = pointer
        self._go_on(lambda gesture: gesture.send(pointer))

    def finish(self) -> None:
        """The button is up, or nobody knows: what was drawn counts."""
        self._button = None
        if self._gesture is not None and self._last is not None:
            self.send(self._last.moved_on("release"))

    def cancel(self) -> None:
        """Take back what the tool has begun."""
        gesture, self._gesture, self._button = self._gesture, None, None
        if gesture is not None:
            gesture.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        answer = self._answers.get(event.type())
        return answer(event) if answer else False

    def _go_on(self, step: Callable[[Gesture], None]) -> None:
        gesture = self._gesture
        if gesture is None:
            return
        try:
            step(gesture)
        except StopIteration:
            self._gesture = None
        except BaseException:
            self._gesture = self._button = None
            raise

    def _mouse_press(self, event: QMouseEvent) -> bool:
        if self._button is not None:
            return True
        right = event.button() == Button.RightButton
        if self._navigation.pans or not (right or event.button() == Button.LeftButton):
            return False
        self._button = event.button()
        if right and self.is_busy:
            self._press = None
            return True
        press = self._of_mouse(_pressed(event), event)
        self.hovered.emit(press)
        self.begin(press, resize if right else None)
        return True

    def _mouse_move(self, event: QMouseEvent) -> bool:
        pointer = self._of_mouse("move", event)
        if self._button is not None and not event.buttons() & self._button:
            # Another window swallowed the release.
            self.finish()
        resizing = self._button == Button.RightButton
        if self.is_busy and not (self._navigation.is_panning):
            self.send(pointer)
        if not resizing:
            self.hovered.emit(pointer)
        if self._button is None:
            return False
        self._navigation.hovered.emit(event.position())
        return True

    def _mouse_release(self, event: QMouseEvent) -> bool:
        if event.button() != self._button:
            return self._button is not None
        press, last = self._press, self._of_mouse("release", event)
        right = self._button == Button.RightButton
        self._button = None
        if self.is_busy:
            self.send(last)
        if right and press is not None and not last.far_from(press, CLICK):
            self.menu_requested.emit(event.position().toPoint())
        self.hovered.emit(last)
        return True

    def _pen_press(self, event: QTabletEvent) -> bool:
        if self._button is not None or self._navigation.pans or event.button() != Button.LeftButton:
            # What is not taken here comes again as a mouse.
            event.ignore()
            return self._button is not None
        self._button = Button.LeftButton
        press = of_pen("press", event, self._view.transform())
        self.hovered.emit(press)
        self.begin(press)
        event.accept()
        return True

    def _pen_move(self, event: QTabletEvent) -> bool:
        if self._button is None or self._navigation.is_panning:
            event.ignore()
            return False
        pointer = of_pen("move", event, self._view.transform())
        if self.is_busy:
            self.send(pointer)
        self.hovered.emit(pointer)
        self._navigation.hovered.emit(event.position())
        event.accept()
        return True

    def _pen_release(self, event: QTabletEvent) -> bool:
        if self._button is None:
            event.ignore()
            return False
        self._button = None
        if self.is_busy:
            self.send(of_pen("release", event, self._view.transform()))
        event.accept()
        return True

    def _leave(self, event: QEvent) -> bool:
        self.hovered.emit(None)
        return False

    def _let_go(self, event: QEvent) -> bool:
        if self._button is not None:
            self.finish()
        return False

    def _claim(self, event: QKeyEvent) -> bool:
        """Keys that belong to what is being drawn, before a shortcut of the window gets them."""
        mine = event.key() in KEYS or event.key() == Qt.Key.Key_Escape
        if not self.is_busy or not mine or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        event.accept()
        return True

    def _key(self, event: QKeyEvent) -> bool:
        if not self.is_busy or self._last is None:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
            return True
        if event.key() not in KEYS:
            return False
        self.send(self._last.moved_on(KEYS[event.key()]))
        return True

    def _menu(self, event: QContextMenuEvent) -> bool:
        """The right button opens it when it is released; the key of the keyboard at once."""
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            self.menu_requested.emit(event.pos())
        return True

    def _of_mouse(self, kind: Kind, event: QMouseEvent) -> Pointer:
        return of_mouse(kind, event, self._view.transform(), self._view.devicePixelRatioF())


def _pressed(event: QMouseEvent) -> Kind:
    return "double" if event.type() == QEvent.Type.MouseButtonDblClick else "press"
