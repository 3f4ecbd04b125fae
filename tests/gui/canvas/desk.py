"""A canvas on which a mask is painted, and hands for it: mouse, pen and fingers by places of the picture."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.image import Image
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.canvas.picture_view import PictureView

NONE, SHIFT, ALT = (Qt.KeyboardModifier[name] for name in ("NoModifier", "ShiftModifier", "AltModifier"))
LEFT, RIGHT, MIDDLE, NO_BUTTON = (Qt.MouseButton[f"{name}Button"] for name in ("Left", "Right", "Middle", "No"))
PEN = QPointingDevice(
    "pen", 11, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
    QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 3,
)  # fmt: skip
ERASER = QPointingDevice(
    "other end", 12, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Eraser,
    QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 3,
)  # fmt: skip
Place = tuple[float, float]


@dataclass
class Desk:
    """`places` are in pixels of the picture, everywhere; fractions are parts of a pixel."""

    canvas: Canvas

    @property
    def editor(self) -> MaskEditor:
        return self.canvas.editor

    @property
    def view(self) -> PictureView:
        return self.canvas.view

    @property
    def document(self) -> MaskDocument:
        return self.editor.easel.paper.document

    @property
    def values(self) -> np.ndarray:
        return self.document.values

    @property
    def frame(self) -> Frame:
        return self.editor.easel.paper.frame

    def open(self, width: int, height: int, colour: tuple[int, int, int] = (128, 128, 128)) -> None:
        """A plain picture without a mask."""
        picture = Image(np.full((height, width, 3), colour, np.uint8))
        self.editor.open(picture, MaskDocument(width, height), Frame.whole(width, height))

    def take(self, tool: str, **brush: float) -> None:
        """Take a tool, and change the brush."""
        self.editor.set_tool(tool)
        self.editor.set_brush(replace(self.editor.brush, **brush))

    def show(self, zoom: float, x: float, y: float) -> None:
        """Zoom, with (x, y) of the picture in the middle of the view."""
        self.view.zoom_to(zoom)
        middle = QPointF(self.view.width() / 2, self.view.height() / 2)
        self.view.pan(middle - self.place(x, y))

    def place(self, x: float, y: float) -> QPointF:
        """Where that is in the view."""
        return QPointF(*self.view.transform().to_widget(x, y))

    def press(self, at: Place, modifiers=NONE, button=LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonPress, at, button, button, modifiers)

    def double(self, at: Place) -> None:
        self._mouse(QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, NONE)

    def move(self, at: Place, modifiers=NONE, button=LEFT) -> None:
        self._mouse(QEvent.Type.MouseMove, at, NO_BUTTON, button, modifiers)

    def release(self, at: Place, modifiers=NONE, button=LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonRelease, at, button, NO_BUTTON, modifiers)

    def click(self, at: Place, modifiers=NONE) -> None:
        self.press(at, modifiers)
        self.release(at, modifiers)

    def drag(self, *places: Place, modifiers=NONE, button=LEFT) -> None:
        self.press(places[0], modifiers, button)
        for at in places[1:]:
            self.move(at, modifiers, button)
        self.release(places[-1], modifiers, button)

    def pen(self, kind: str, at: Place, pressure: float = 1.0, device: QPointingDevice = PEN, modifiers=NONE) -> bool:
        """`kind` is Press, Move or Release. Whether it was taken."""
        place = self.place(*at)
        held = NO_BUTTON if kind == "Release" else LEFT
        event = QTabletEvent(
            QEvent.Type[f"Tablet{kind}"], device, place, QPointF(self.view.mapToGlobal(place)), pressure,
            0.0, 0.0, 0.0, 0.0, 0.0, modifiers, NO_BUTTON if kind == "Move" else LEFT, held,
        )  # fmt: skip
        event.ignore()
        QApplication.sendEvent(self.view, event)
        return event.isAccepted()

    def key(self, key: Qt.Key, modifiers=NONE) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def _mouse(self, kind: QEvent.Type, at: Place, button, buttons, modifiers) -> None:
        place = self.place(*at)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            event = QMouseEvent(kind, place, QPointF(self.view.mapToGlobal(place)), button, buttons, modifiers)
        QApplication.sendEvent(self.view, event)
