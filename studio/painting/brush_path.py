"""From the way of the pointer to the places of the dabs: smoothing and spacing."""

from __future__ import annotations

import math
from typing import NamedTuple

from studio.painting.brush import Brush

SPACING_PIXELS = 1.0
# Up to here dabs make a line, which then reaches to the pointer; beyond they are dots with their own rhythm.
_LINE_SPACING = 0.5
_SMOOTH_PIECES, _SMOOTH_PIECES_MAXIMUM = 4, 256
_PRESSURE_STEPS = 128


class Touch(NamedTuple):
    """A place of the pointer or of a dab, with the pressure there (0 to 1)."""

    x: float
    y: float
    pressure: float


class BrushPath:
    """The dabs of one stroke in a document of `width`×`height` pixels. The first lies where the pointer came down.

    What is too far outside to touch a pixel is left out, however far the pointer goes.
    """

    def __init__(self, brush: Brush, width: int, height: int) -> None:
        self._brush = brush
        self._width, self._height = width, height
        self._lag = brush.smoothing * (32 + brush.size / 2)
        self._pointer: Touch | None = None
        self._brush_at = Touch(0.0, 0.0, 0.0)
        self._since_dab = 0.0
        self._pressed = 0.0  # at the last dab

    def to(self, x: float, y: float, pressure: float) -> list[Touch]:
        """The dabs on the way to where the pointer is now."""
        target = Touch(x, y, min(max(pressure, 0.0), 1.0))
        pointer, self._pointer = self._pointer, target
        if pointer is None:
            self._brush_at, self._pressed = target, target.pressure
            return [target]
        if self._lag < 1:  # less than a pixel is not seen
            return self._walk(target)
        return [dab for place in self._followed(pointer, target) for dab in self._walk(place)]

    def end(self) -> list[Touch]:
        """The dabs on the rest of the way, to where the pointer went up."""
        if self._pointer is None:
            return []
        dabs = self._walk(self._pointer)
        if self._since_dab > 0 and self._brush.spacing <= _LINE_SPACING:
            dabs.append(self._pointer)
            self._since_dab = 0.0
        return dabs

    def size(self, pressure: float) -> float:
        """The diameter at this pressure, in steps that let dabs be used again."""
        if not self._brush.pressure_size:
            return self._brush.size
        return max(1.0, self._brush.size * math.ceil(pressure * _PRESSURE_STEPS) / _PRESSURE_STEPS)

    def _followed(self, pointer: Touch, target: Touch) -> list[Touch]:
        """The brush is drawn behind the pointer: dp/ds = (pointer(s) - p) / lag along the way s of the pointer.

        Solved exactly on a straight piece, so that it does not matter in how many events the system reports it.
        """
        length = math.hypot(target.x - pointer.x, target.y - pointer.y)
        if length == 0:
            return [self._brush_at._replace(pressure=target.pressure)]
        pieces = min(math.ceil(length / self._lag * _SMOOTH_PIECES), _SMOOTH_PIECES_MAXIMUM)
        lag, start = self._lag / length, self._brush_at
        places = []
        for piece in range(1, pieces + 1):
            part = piece / pieces
            rest = math.exp(-part / lag)
            values = zip(pointer, target, start, strict=True)
            places.append(Touch(*(a + (b - a) * (part - lag + lag * rest) + (p - a) * rest for a, b, p in values)))
        return places

    def _walk(self, target: Touch) -> list[Touch]:
        start, self._brush_at = self._brush_at, target
        length = math.hypot(target.x - start.x, target.y - start.y)
        size = self.size((start.pressure + target.pressure) / 2)
        step = max(SPACING_PIXELS, self._brush.spacing * size)
        first = max(0.0, step - self._since_dab)
        if length == 0 or first > length:
            self._since_dab += length
            return self._harder(target)
        self._pressed = target.pressure
        last = math.floor((length - first) / step)
        self._since_dab = length - (first + last * step)
        enter, leave = self._inside(start, target, self._brush.size / 2 + 1)
        begin = max(0, math.ceil((enter * length - first) / step))
        end = min(last, math.floor((leave * length - first) / step))
        return [_between(start, target, (first + index * step) / length) for index in range(begin, end + 1)]

    def _harder(self, target: Touch) -> list[Touch]:
        """A pen that is pressed harder where it is paints there at once."""
        reacts = self._brush.pressure_size or self._brush.pressure_opacity
        if not reacts or target.pressure <= self._pressed:
            return []
        self._pressed = target.pressure
        return [target]

    def _inside(self, start: Touch, target: Touch, margin: float) -> tuple[float, float]:
        """Between which parts (0 to 1) of the way a dab of this radius touches the document; none: (1, 0)."""
        enter, leave = 0.0, 1.0
        for at, to, most in ((start.x, target.x, self._width), (start.y, target.y, self._height)):
            way = to - at
            if way == 0:
                if not -margin <= at <= most + margin:
                    return 1.0, 0.0
                continue
            one, other = (-margin - at) / way, (most + margin - at) / way
            enter, leave = max(enter, min(one, other)), min(leave, max(one, other))
        return (enter, leave) if enter <= leave else (1.0, 0.0)


def _between(a: Touch, b: Touch, part: float) -> Touch:
    return Touch(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part, a.pressure + (b.pressure - a.pressure) * part)
