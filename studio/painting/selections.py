"""Operations on the whole mask, and masks that come from elsewhere."""

from __future__ import annotations

import numpy as np
import PIL.Image

from studio.image import Image, Mask, Pixels
from studio.painting.operation import Operation


def invert() -> Operation:
    """What was kept is repainted, and the other way round."""
    return lambda values: np.invert(values)


def clear() -> Operation:
    """Nothing is repainted: 0 everywhere."""
    return lambda values: np.zeros_like(values)


def everything() -> Operation:
    """All is repainted: 255 everywhere."""
    return lambda values: np.full_like(values, 255)


def from_values(values: Pixels) -> Operation:
    """Another mask takes the place of this one. It must have the same size: see `scaled`."""
    return lambda _: values


def scaled(mask: Mask, width: int, height: int) -> Mask:
    """The mask at another size: the mean of what comes together, even steps between what is drawn apart."""
    if (mask.width, mask.height) == (width, height):
        return mask
    shrinks = width <= mask.width and height <= mask.height
    method = PIL.Image.Resampling.BOX if shrinks else PIL.Image.Resampling.BILINEAR
    return Mask(np.asarray(PIL.Image.fromarray(mask.values).resize((width, height), method)))


def brightness(picture: Image) -> Mask:
    """A picture read as a mask: white is repainted, black is kept. A grey picture gives its very values."""
    red, green, blue = (picture.pixels[..., channel].astype(np.uint32) for channel in range(3))
    return Mask(((299 * red + 587 * green + 114 * blue + 500) // 1000).astype(np.uint8))
