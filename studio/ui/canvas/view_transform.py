"""Where the pixels of a picture lie in a widget: one zoom and one origin, kept as floats. No Qt.

Lengths in the widget are logical pixels, so 100 % shows one picture pixel as one logical pixel on every screen.
Nothing is rounded before the last moment: `pixel_at` floors, `snapped` rounds for painting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

ZOOM_MINIMUM, ZOOM_MAXIMUM = 0.05, 32.0
SHARP_FROM = 8.0
STAYS_VISIBLE = 48.0
LADDER = (
    *(ZOOM_MINIMUM, 0.075, 0.1, 0.15, 0.2, 0.25, 1 / 3, 0.5, 2 / 3),
    *(1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0, ZOOM_MAXIMUM),
)
TINY = 1e-6

Pair = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ViewTransform:
    """`zoom` logical pixels for each picture pixel (0.05 to 32); the picture's corner lies at (`left`, `top`)."""

    zoom: float = 1.0
    left: float = 0.0
    top: float = 0.0

    @classmethod
    def fit(cls, picture: Pair, view: Pair, margin: float = 0.0) -> ViewTransform:
        """The whole of `picture` in the middle of `view`: at the largest whole zoom with `margin` left, or below 1."""
        room = (max(1.0, view[0] - 2 * margin), max(1.0, view[1] - 2 * margin))
        zoom = min(room[0] / picture[0], room[1] / picture[1])
        return cls.centred(math.floor(zoom + TINY) if zoom + TINY >= 1 else zoom, picture, view)

    @classmethod
    def centred(cls, zoom: float, picture: Pair, view: Pair) -> ViewTransform:
        """The middle of `picture` in the middle of `view`."""
        zoom = _limited(zoom)
        return cls(zoom, (view[0] - picture[0] * zoom) / 2, (view[1] - picture[1] * zoom) / 2)

    def to_widget(self, x: float, y: float) -> Pair:
        """From picture pixels to the widget. Pixel (i, j) covers i to i+1, j to j+1."""
        return self.left + x * self.zoom, self.top + y * self.zoom

    def to_picture(self, x: float, y: float) -> Pair:
        """From the widget to picture pixels, not rounded."""
        return (x - self.left) / self.zoom, (y - self.top) / self.zoom

    def pixel_at(self, x: float, y: float, picture: Pair) -> tuple[int, int] | None:
        """The picture's pixel under a point of the widget, or None beside the picture."""
        across, down = self.to_picture(x, y)
        i, j = math.floor(across), math.floor(down)
        return (i, j) if 0 <= i < picture[0] and 0 <= j < picture[1] else None

    def box(self, picture: Pair) -> Box:
        """Left, top, width and height of the whole picture in the widget."""
        return self.left, self.top, picture[0] * self.zoom, picture[1] * self.zoom

    def zoomed(self, zoom: float, anchor: Pair) -> ViewTransform:
        """Another zoom, kept within the limits; what lies under `anchor` of the widget stays there."""
        zoom = _limited(zoom)
        growth = zoom / self.zoom
        left, top = (a - (a - corner) * growth for a, corner in zip(anchor, (self.left, self.top), strict=True))
        return ViewTransform(zoom, left, top)

    def stepped(self, steps: int, anchor: Pair) -> ViewTransform:
        """`steps` rungs up or down the ladder of zooms, around `anchor`."""
        zoom = self.zoom
        for _ in range(abs(steps)):
            zoom = _next_rung(zoom, up=steps > 0)
        return self.zoomed(zoom, anchor)

    def panned(self, across: float, down: float) -> ViewTransform:
        return replace(self, left=self.left + across, top=self.top + down)

    def kept_in(self, picture: Pair, view: Pair) -> ViewTransform:
        """Moved as little as needed so that a strip of the picture stays within reach on both axes."""
        left = _within_reach(self.left, picture[0] * self.zoom, view[0])
        top = _within_reach(self.top, picture[1] * self.zoom, view[1])
        return replace(self, left=left, top=top)

    def resized(self, before: Pair, after: Pair) -> ViewTransform:
        """What was in the middle of the view is in the middle of the resized view."""
        return self.panned((after[0] - before[0]) / 2, (after[1] - before[1]) / 2)

    def snapped(self, ratio: float) -> ViewTransform:
        """The corner on a whole device pixel, `ratio` of which make a logical one: whole zooms become exact."""
        left, top = (math.floor(corner * ratio + 0.5) / ratio for corner in (self.left, self.top))
        return replace(self, left=left, top=top)

    def is_sharp(self, ratio: float) -> bool:
        """Whether pixels are shown as squares: from 800 %, and where each is one device pixel. Else they are blended.

        Blended also at whole zooms: a small picture at 400 % then reads as a picture, not as a mosaic.
        """
        return self.zoom >= SHARP_FROM - TINY or abs(self.zoom * ratio - 1) < TINY


def _limited(zoom: float) -> float:
    return min(max(zoom, ZOOM_MINIMUM), ZOOM_MAXIMUM)


def _next_rung(zoom: float, *, up: bool) -> float:
    if up:
        return next((rung for rung in LADDER if rung > zoom * (1 + TINY)), ZOOM_MAXIMUM)
    return next((rung for rung in reversed(LADDER) if rung < zoom * (1 - TINY)), ZOOM_MINIMUM)


def _within_reach(corner: float, length: float, room: float) -> float:
    strip = min(STAYS_VISIBLE, length, room)
    return min(max(corner, strip - length), room - strip)
