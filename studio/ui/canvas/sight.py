"""What a layer must know to paint itself: where the picture lies in the widget, and what of it is seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter

from studio.painting.box import Box
from studio.ui.canvas.view_transform import Pair, ViewTransform


@dataclass(frozen=True)
class Sight:
    """`picture` is width and height in picture pixels, `room` the widget, `exposed` the part to be painted now.

    `ratio` device pixels make a logical one; `sharp` says that picture pixels are shown as squares.
    """

    view: ViewTransform
    picture: Pair
    room: QRectF
    exposed: QRect
    ratio: float
    sharp: bool

    def place(self, x: float, y: float) -> QPointF:
        """From picture pixels to the widget."""
        return QPointF(*self.view.to_widget(x, y))

    def area(self, left: float, top: float, right: float, bottom: float) -> QRectF:
        """From picture pixels to the widget."""
        return QRectF(self.place(left, top), self.place(right, bottom))

    def pixels(self, spare: int = 0) -> Box:
        """The picture pixels that touch `exposed`, with `spare` more on each side; it may reach beyond the picture."""
        area = self.exposed
        left, top = self.view.to_picture(area.left(), area.top())
        right, bottom = self.view.to_picture(area.left() + area.width(), area.top() + area.height())
        return Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)).grown(spare)


class Layer(Protocol):
    """Something that is painted over the picture."""

    def paint(self, painter: QPainter, sight: Sight) -> None:
        """Paint what of it lies in `sight.exposed`. The painter's clip may be wider; its settings are given back."""
