"""The part of a picture around its mask, to be worked on at the size of the recipe and put back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import PIL.Image

from studio.image import Image, Mask, Pixels


@dataclass(frozen=True)
class Crop:
    """Pixels `left` to `right` and `top` to `bottom` of a picture, half open."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def of(self, pixels: Pixels) -> Pixels:
        """This part of an array of shape (h, w, …)."""
        return pixels[self.top : self.bottom, self.left : self.right]

    def image(self, image: Image, width: int, height: int) -> Image:
        """This part of a picture at another size."""
        return Image(resized(self.of(image.pixels), width, height))

    def mask(self, mask: Mask, width: int, height: int) -> Mask:
        """This part of a mask at another size: a pixel may change as far as any that falls on it may."""
        return Mask(_largest(self.of(mask.values), width, height))


def crop_around(mask: Mask, padding: int, width: int, height: int) -> Crop:
    """What lies around the painted pixels with `padding` on each side, in the proportions of `width` to `height`.

    It stays inside the picture; where the picture is too small for the proportions, it ends with the picture.
    """
    rows, columns = (np.flatnonzero(mask.values.any(axis=axis)) for axis in (1, 0))
    top, bottom = max(0, int(rows[0]) - padding), min(mask.height, int(rows[-1]) + 1 + padding)
    left, right = max(0, int(columns[0]) - padding), min(mask.width, int(columns[-1]) + 1 + padding)
    wide, high = right - left, bottom - top
    wide, high = max(wide, round(high * width / height)), max(high, round(wide * height / width))
    left, right = _widened(left, right, wide, mask.width)
    top, bottom = _widened(top, bottom, high, mask.height)
    return Crop(left, top, right, bottom)


def _widened(first: int, last: int, length: int, room: int) -> tuple[int, int]:
    """A stretch of `length` with the old one in its middle, moved so that it lies in 0 to `room`."""
    length = min(length, room)
    first = min(max(0, (first + last - length) // 2), room - length)
    return first, first + length


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """A picture of another size, by Lanczos' filter; the same pixels where nothing changes."""
    if pixels.shape[:2] == (height, width):
        return pixels
    scaled = PIL.Image.fromarray(np.ascontiguousarray(pixels)).resize((width, height), PIL.Image.Resampling.LANCZOS)
    return np.asarray(scaled)


def _largest(values: Pixels, width: int, height: int) -> Pixels:
    """Larger by repeating pixels, smaller by their maximum, each axis for itself."""
    for axis, length in ((0, height), (1, width)):
        size = values.shape[axis]
        starts = np.arange(length) * size // length
        values = np.maximum.reduceat(values, starts, axis=axis) if length <= size else np.take(values, starts, axis)
    return values
