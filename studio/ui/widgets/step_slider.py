"""A slider in whole steps: a click jumps there, Shift+drag moves at a tenth, the wheel works only with focus."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from studio.ui.metrics import px
from studio.ui.widgets.field import NumberField, Wheel

SLOW = 0.1
HANDLE, GROOVE = 12, 4
STEPS: dict[int, int] = {**NumberField.STEPS, Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class StepSlider(QSlider):
    """`dragged(position)` is emitted for positions the user chose by mouse, `stepped(steps)` for keys and wheel."""

    dragged = Signal(int)
    stepped = Signal(int)

    def __init__(self, steps: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._wheel = Wheel()
        self._last = 0.0
        self._grip = 0.0
        self._exact = 0.0
        self.setRange(0, steps)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        # One stop of the Tab key a row: the field beside it knows the same keys.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        x = event.position().x()
        self._exact = float(self.value())
        on_handle = self._handle().contains(event.position())
        if on_handle or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._grip = x - self._x_of(self._exact)
        else:
            self._grip = 0.0
            self._exact = self._position_at(x)
            self.dragged.emit(round(self._exact))
        self._last = x

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.isSliderDown():
            return
        x = event.position().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            moved = self._exact + (x - self._last) / self._room() * self.maximum() * SLOW
            self._exact = min(max(moved, 0.0), float(self.maximum()))
            self._grip = x - self._x_of(self._exact)
        else:
            self._exact = self._position_at(x - self._grip)
        self._last = x
        self.dragged.emit(round(self._exact))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = STEPS.get(event.key())
        if steps is None:
            event.ignore()
        else:
            self.stepped.emit(steps)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette, role = self.palette(), QPalette.ColorRole
        handle, height = self._handle(), px(GROOVE)
        groove = QRectF(0, (self.height() - height) / 2, self.width(), height)
        filled = groove.adjusted(0, 0, handle.center().x() - groove.right(), 0)
        active = self.underMouse() or self.isSliderDown()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(role.Mid))
        painter.drawRoundedRect(groove, height / 2, height / 2)
        if self.isEnabled():
            painter.setBrush(palette.color(role.Dark))
            painter.drawRoundedRect(filled, height / 2, height / 2)
        painter.setBrush(palette.color(role.Text if active else role.PlaceholderText))
        painter.drawEllipse(handle)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        event.accept()
        notches = self._wheel.notches(event)
        if notches:
            self.stepped.emit(notches)

    def _position_at(self, x: float) -> float:
        inside = (x - px(HANDLE) / 2) / self._room()
        return min(max(inside, 0.0), 1.0) * self.maximum()

    def _x_of(self, position: float) -> float:
        return px(HANDLE) / 2 + position / self.maximum() * self._room()

    def _room(self) -> float:
        return float(max(1, self.width() - px(HANDLE)))

    def _handle(self) -> QRectF:
        size = px(HANDLE)
        centre = size / 2 + self.value() / self.maximum() * self._room()
        return QRectF(centre - size / 2, (self.height() - size) / 2, size, size)
