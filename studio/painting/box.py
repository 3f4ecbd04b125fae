"""A rectangle of whole pixels."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """Half open: the pixels left ≤ x < right, top ≤ y < bottom. Any box without a pixel is empty."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        return max(0, self.bottom - self.top)

    @property
    def is_empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns: `values[box.slices]` is the part of an array that the box names."""
        return slice(self.top, max(self.top, self.bottom)), slice(self.left, max(self.left, self.right))

    def united(self, other: Box) -> Box:
        """The smallest box that holds both; an empty box adds nothing."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Box(left, top, max(self.right, other.right), max(self.bottom, other.bottom))

    def intersected(self, other: Box) -> Box:
        """What both have in common, `EMPTY` if that is nothing."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        common = Box(left, top, min(self.right, other.right), min(self.bottom, other.bottom))
        return EMPTY if common.is_empty else common

    def grown(self, pixels: int) -> Box:
        """Larger by so many pixels on each side (smaller, if negative); an empty box stays empty."""
        if self.is_empty:
            return EMPTY
        grown = Box(self.left - pixels, self.top - pixels, self.right + pixels, self.bottom + pixels)
        return EMPTY if grown.is_empty else grown


EMPTY = Box(0, 0, 0, 0)
