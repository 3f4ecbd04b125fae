"""Pictures and masks as arrays with a stated meaning. No Qt, no Pillow."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def _frozen(pixels: Pixels) -> Pixels:
    """A contiguous read-only array, so that a picture can cross threads without a race; copied if it is writeable."""
    if pixels.flags.writeable or not pixels.flags.c_contiguous:
        pixels = np.array(pixels, order="C")
        pixels.setflags(write=False)
    return pixels


def _named(kind: str, pixels: Pixels) -> str:
    """64 hexadecimal digits that name these pixels: the SHA-256 of their kind, size and values."""
    digest = hashlib.sha256(f"{kind} {pixels.shape[1]}x{pixels.shape[0]}\n".encode())
    digest.update(pixels.data)
    return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Image:
    """A picture: `pixels` has shape (height, width, 3), uint8, sRGB, rows from top to bottom. Read-only."""

    pixels: Pixels

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 3 or self.pixels.shape[2] != 3:
            raise ValueError(f"an image is uint8 of shape (h, w, 3), not {self.pixels.dtype} {self.pixels.shape}")
        object.__setattr__(self, "pixels", _frozen(self.pixels))

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @cached_property
    def id(self) -> str:
        """Equal pixels have the same id, wherever they are kept."""
        return _named("image", self.pixels)


@dataclass(frozen=True, eq=False)
class Mask:
    """What may change: `values` has shape (height, width), uint8; 255 = repaint, 0 = keep, between = partly."""

    values: Pixels

    def __post_init__(self) -> None:
        if self.values.dtype != np.uint8 or self.values.ndim != 2:
            raise ValueError(f"a mask is uint8 of shape (h, w), not {self.values.dtype} {self.values.shape}")
        object.__setattr__(self, "values", _frozen(self.values))

    @property
    def width(self) -> int:
        return int(self.values.shape[1])

    @property
    def height(self) -> int:
        return int(self.values.shape[0])

    @cached_property
    def id(self) -> str:
        """Equal values have the same id, wherever they are kept."""
        return _named("mask", self.values)
