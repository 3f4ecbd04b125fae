"""Masks from picture files of any program."""

from __future__ import annotations

import numpy as np

from studio.export.picture_file import Picture
from studio.image import Mask
from studio.painting.selections import brightness


def as_mask(picture: Picture) -> Mask:
    """A picture read as a mask, by its brightness: white is repainted; black, and what is transparent, is kept.

    A grey picture without a colour profile gives its very values.
    """
    bright = brightness(picture.image)
    if picture.transparent is None:
        return bright
    # The picture lies on white: taking away as much as there is of that white leaves it on black.
    clear = picture.transparent.values
    return Mask(np.maximum(bright.values, clear) - clear)
