"""Pictures between the arrays of the program and Qt. On the main thread; every result owns its pixels."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColorSpace, QImage

from studio.image import Image


def to_qimage(image: Image) -> QImage:
    """A copy of `image` as an opaque sRGB `QImage`. Bytes per line are told to Qt, which else would expect padding."""
    height, width = image.height, image.width
    borrowed = QImage(image.pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    owned = borrowed.copy()
    owned.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    return owned


def from_qimage(picture: QImage) -> Image:
    """A copy of `picture` as an `Image`. Transparent parts come out on white. Raises `ValueError` for a null one."""
    if picture.isNull():
        raise ValueError("a null QImage has no pixels")
    standard = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if picture.colorSpace().isValid() and picture.colorSpace() != standard:
        picture = picture.convertedToColorSpace(standard)
    rgba = picture.convertToFormat(QImage.Format.Format_RGBA8888)
    lines = np.frombuffer(rgba.constBits(), dtype=np.uint8).reshape(rgba.height(), rgba.bytesPerLine())
    pixels = lines[:, : 4 * rgba.width()].reshape(rgba.height(), rgba.width(), 4)
    if not picture.hasAlphaChannel():
        # A copy in any case: of a single pixel the slice would still point into Qt's memory.
        return Image(pixels[..., :3].copy())
    alpha = pixels[..., 3:].astype(np.uint32)
    mixed = (pixels[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return Image(mixed.astype(np.uint8))
