"""Where a mouse, a pen or a finger is, in pixels of the picture: the same for all tools."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QTabletEvent

from studio.ui.canvas.view_transform import TINY, ViewTransform

Kind = Literal["press", "move", "release", "double", "enter", "back"]


@dataclass(frozen=True)
class Pointer:
    """`place` in the widget, (`x`, `y`) the same in picture pixels at `zoom`; `pressure` is 0 to 1.

    A "double" is a press that followed another one at once; "enter" and "back" are keys, and say nothing of the place.
    """

    kind: Kind
    place: QPointF
    x: float
    y: float
    zoom: float
    pressure: float = 1.0
    shift: bool = False
    alt: bool = False
    eraser: bool = False

    def moved_on(self, kind: Kind) -> Pointer:
        """The same place, where something else happens."""
        return replace(self, kind=kind)

    def far_from(self, other: Pointer, distance: float) -> bool:
        """Whether both are at least `distance` logical pixels apart."""
        return (self.place - other.place).manhattanLength() >= distance


def at(kind: Kind, place: QPointF, view: ViewTransform, modifiers: Qt.KeyboardModifier) -> Pointer:
    """A pointer at `place` of the widget."""
    x, y = view.to_picture(place.x(), place.y())
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    return Pointer(kind, place, x, y, view.zoom, shift=shift, alt=bool(modifiers & Qt.KeyboardModifier.AltModifier))


def of_mouse(kind: Kind, event: QMouseEvent, view: ViewTransform, ratio: float) -> Pointer:
    """A mouse stands on a device pixel: its middle is meant, as far as that is in the picture pixel it stands on."""
    corner = event.position()
    inside = QPointF(_middle(corner.x(), view.left, view.zoom, ratio), _middle(corner.y(), view.top, view.zoom, ratio))
    return at(kind, inside, view, event.modifiers())


def of_pen(kind: Kind, event: QTabletEvent, view: ViewTransform) -> Pointer:
    """A pen knows its place more finely than the screen, and how hard it is pressed."""
    eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
    return replace(at(kind, event.position(), view, event.modifiers()), pressure=event.pressure(), eraser=eraser)


def _middle(along: float, origin: float, zoom: float, ratio: float) -> float:
    device = along * ratio
    if device != round(device):
        return along
    pixel = math.floor((along - origin) / zoom)
    return min((device + 0.5) / ratio, origin + (pixel + 1 - TINY) * zoom)
