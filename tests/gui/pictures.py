"""Pictures for tests, and ways to look at what a widget painted."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from studio.image import Image

Colour = tuple[int, int, int]


def speckled(width: int = 128, height: int = 128, seed: int = 0) -> Image:
    """Every pixel has its own random colour."""
    return Image(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def plain(colour: Colour, width: int = 128, height: int = 128) -> Image:
    """One colour everywhere."""
    return Image(np.full((height, width, 3), colour, np.uint8))


def colour_of(image: Image, i: int, j: int) -> Colour:
    """Column `i`, row `j`."""
    red, green, blue = (int(value) for value in image.pixels[j, i])
    return red, green, blue


def painted_at(widget: QWidget, place: QPointF) -> Colour:
    """The colour of the device pixel at `place` of what the widget paints."""
    shot = widget.grab().toImage()
    ratio = shot.devicePixelRatio()
    colour = QColor(shot.pixel(int(place.x() * ratio), int(place.y() * ratio)))
    return colour.red(), colour.green(), colour.blue()
