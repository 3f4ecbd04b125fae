"""A small copy of a picture, to be told apart from others."""

from __future__ import annotations

from studio.generation.inpainting.crop import resized
from studio.image import Image

THUMBNAIL = 128


def small(image: Image) -> Image:
    """The picture with its longer side at most 128 pixels."""
    longer = max(image.width, image.height)
    if longer <= THUMBNAIL:
        return image
    width, height = (max(1, round(side * THUMBNAIL / longer)) for side in (image.width, image.height))
    return Image(resized(image.pixels, width, height))
