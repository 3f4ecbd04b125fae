"""How a lane is told from another: a letter, a colour, and from the fifth on a dash. Colour never speaks alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from studio.ui.colours import current_tokens

DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


def lane_colour(number: int) -> QColor:
    """One of the four colours of lanes, in the theme of now."""
    lanes = current_tokens().lanes
    return QColor(lanes[number % len(lanes)])


def lane_pen(number: int, width: int) -> QPen:
    """The line of a lane: four colours, then the same with dashes, then with dots."""
    pen = QPen(lane_colour(number), width)
    pen.setStyle(DASHES[number // len(current_tokens().lanes) % len(DASHES)])
    pen.setCosmetic(True)
    return pen
