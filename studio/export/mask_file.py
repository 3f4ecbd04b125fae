"""Masks from picture files of any program."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.export.picture_file import Picture, read_picture
from studio.image import Mask
from studio.painting.selections import brightness


def read_mask(path: Path) -> Mask:
    """The picture in a file as a mask, by its brightness: see `as_mask`. Raises `RefusedFile` as `read_picture` does."""
    return as_mask(read_picture(path))


def as_mask(picture: Picture) -> Mask:
    """White is repainted; black, and what is transparent, is kept. A grey picture without a profile gives its values."""
    bright = brightness(picture.image)
    if picture.transparent is None:
        return bright
    # The picture lies on white: taking away as much as there is of that white leaves it on black.
    clear = picture.transparent.values
    return Mask(np.maximum(bright.values, clear) - clear)
