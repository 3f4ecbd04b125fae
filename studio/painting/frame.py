"""The part of a picture that is worked on, in pixels of the picture. It may reach beyond it: that is outpainting."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import PIL.Image

from studio.image import Image, Mask, Pixels
from studio.painting.box import Box

EDGES = frozenset({"left", "top", "right", "bottom"})
_BAND = 64  # rows that are made at a time, so that a large picture is never copied whole
_LANCZOS = PIL.Image.Resampling.LANCZOS
_REDUCED = 3.0
_SUPPORT = 3  # pixels that Lanczos looks to each side, more if it shrinks


@dataclass(frozen=True)
class Frame:
    """Its first pixel is (`x`, `y`), which may be negative; `width` and `height` are at least 1."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"A frame has at least one pixel, not {self.width}×{self.height}.")

    @property
    def box(self) -> Box:
        return Box(self.x, self.y, self.x + self.width, self.y + self.height)

    @classmethod
    def whole(cls, width: int, height: int) -> Frame:
        """Exactly a picture of this size."""
        return cls(0, 0, width, height)

    @classmethod
    def fit(cls, width: int, height: int, working_width: int, working_height: int) -> Frame:
        """The smallest frame of the working size's shape that holds all of the picture, in its middle."""
        if width * working_height >= height * working_width:
            return cls._centred(width, height, width, -(-width * working_height // working_width))
        return cls._centred(width, height, -(-height * working_width // working_height), height)

    @classmethod
    def crop(cls, width: int, height: int, working_width: int, working_height: int) -> Frame:
        """The largest frame of the working size's shape that lies inside the picture, in its middle."""
        if width * working_height >= height * working_width:
            return cls._centred(width, height, max(1, height * working_width // working_height), height)
        return cls._centred(width, height, width, max(1, width * working_height // working_width))

    @classmethod
    def actual(cls, width: int, height: int, working_width: int, working_height: int) -> Frame:
        """One pixel of the picture for one that is worked on, in the middle of the picture."""
        return cls._centred(width, height, working_width, working_height)

    def moved(self, dx: int, dy: int) -> Frame:
        """Elsewhere, as large as before."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    def dragged(self, edges: Collection[str], dx: float, dy: float, step: float = 8) -> Frame:
        """With some of its edges ("left", "top", "right", "bottom") drawn by (dx, dy); the others stay where they are.

        A side that is drawn becomes a multiple of `step` pixels of the picture: 8 pixels that are worked on, so at one
        to one it is 8. A side is never shorter than one step. Raises `ValueError` for an unknown edge.
        """
        if not EDGES.issuperset(edges) or step <= 0:
            raise ValueError(f"Edges are {sorted(EDGES)}, a step is more than 0; not {edges}, {step}.")
        x, width = _drawn(self.x, self.width, dx, step, low="left" in edges, high="right" in edges)
        y, height = _drawn(self.y, self.height, dy, step, low="top" in edges, high="bottom" in edges)
        return Frame(x, y, width, height)

    def limited(self, width: int, height: int) -> Frame:
        """Moved as little as is needed to have at least a pixel in common with a picture of this size."""
        x, y = min(max(self.x, 1 - self.width), width - 1), min(max(self.y, 1 - self.height), height - 1)
        return replace(self, x=x, y=y)

    @classmethod
    def _centred(cls, width: int, height: int, frame_width: int, frame_height: int) -> Frame:
        return cls((width - frame_width) // 2, (height - frame_height) // 2, frame_width, frame_height)


def _drawn(start: int, length: int, by: float, step: float, *, low: bool, high: bool) -> tuple[int, int]:
    """The new start and length of one side. What is not drawn is not snapped either."""
    if by == 0 or low == high:
        return start, length
    wanted = length - by if low else length + by
    drawn = max(1, round(max(1, round(wanted / step)) * step))
    return (start + length - drawn if low else start), drawn


class _Side(NamedTuple):
    """One axis: target pixels `first` to `last` show the picture from `low` to `high`; the others lie beyond it."""

    size: int
    first: int
    last: int
    low: float
    high: float
    exact: bool  # a pixel of the picture for a pixel of the target

    @property
    def beyond(self) -> tuple[int, int]:
        return self.first, self.size - self.last


def working(picture: Image, mask: Pixels, frame: Frame, size: tuple[int, int]) -> tuple[Image, Mask]:
    """What the frame shows, `size` = (width, height) pixels large.

    `mask` has the size of the picture. Beyond the picture its edge pixels go on and the mask is 255. Where a pixel of
    the frame is a pixel of the result, these are the very pixels; else they are resampled (Lanczos for the picture; the
    mean, or even steps, for the mask). Raises `ValueError` for a mask of another size and for a frame that does not
    overlap the picture.
    """
    if mask.shape != (picture.height, picture.width):
        raise ValueError(f"The picture is {picture.width}×{picture.height}, the mask {mask.shape[::-1]}.")
    across = _side(frame.x, frame.width, size[0], picture.width)
    down = _side(frame.y, frame.height, size[1], picture.height)
    around = (down.beyond, across.beyond)
    shrinks = size[0] <= frame.width and size[1] <= frame.height
    even = PIL.Image.Resampling.BOX if shrinks else PIL.Image.Resampling.BILINEAR
    shown = np.pad(_resampled(picture.pixels, across, down, _LANCZOS), (*around, (0, 0)), mode="edge")
    masked = np.pad(_resampled(mask, across, down, even), around, constant_values=255)
    for made in (shown, masked):
        made.setflags(write=False)  # theirs alone: no further copy is needed
    return Image(shown), Mask(masked)


def _side(start: int, length: int, size: int, picture: int) -> _Side:
    """A target pixel shows the picture if its middle lies on it; at least one does, however thin the picture is."""
    low, high = max(0, start), min(picture, start + length)
    if low >= high:
        raise ValueError("The frame does not overlap the picture.")
    scale = length / size
    first = min(max(math.ceil(-start / scale - 0.5), 0), size)
    last = min(max(math.ceil((picture - start) / scale - 0.5), 0), size)
    if first >= last:
        first = min(int(((low + high) / 2 - start) / scale), size - 1)
        last = first + 1
    begin, end = start + first * scale, start + last * scale
    return _Side(size, first, last, min(max(begin, low), high), min(max(end, low), high), exact=length == size)


def _resampled(values: Pixels, across: _Side, down: _Side, method: PIL.Image.Resampling) -> Pixels:
    """The part of the target that shows the picture."""
    if across.exact and down.exact:
        return values[int(down.low) : int(down.high), int(across.low) : int(across.high)]
    rows, columns = down.last - down.first, across.last - across.first
    made = np.empty((rows, columns, *values.shape[2:]), np.uint8)
    step = (down.high - down.low) / rows
    left, right = _seen(across.low, across.high, (across.high - across.low) / columns, values.shape[1])
    for row in range(0, rows, _BAND):
        end = min(row + _BAND, rows)
        low, high = down.low + row * step, min(down.low + end * step, down.high)
        top, bottom = _seen(low, high, step, values.shape[0])
        source = PIL.Image.fromarray(np.ascontiguousarray(values[top:bottom, left:right]))
        box = (across.low - left, low - top, across.high - left, high - top)
        # A picture that shrinks very much is first reduced to three times its size: no difference that is seen.
        gap = _REDUCED if method == _LANCZOS else None
        made[row:end] = np.asarray(source.resize((columns, end - row), method, box, gap))
    return made


def _seen(low: float, high: float, scale: float, most: int) -> tuple[int, int]:
    """The whole pixels that resampling low to high looks at."""
    margin = math.ceil(_SUPPORT * max(1.0, scale)) + 1
    return max(0, math.floor(low) - margin), min(most, math.ceil(high) + margin)
