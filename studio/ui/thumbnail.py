"""Small copies of pictures, for strips and lists."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap

from studio.image import Image
from studio.ui.qimage import from_qimage, to_qimage

THUMBNAIL = 256
"""Longer side of a thumbnail in pixels."""


def thumbnail(image: Image) -> Image:
    """`image` itself if it is small enough, else a copy whose longer side is 256 pixels."""
    if max(image.width, image.height) <= THUMBNAIL:
        return image
    whole = Qt.AspectRatioMode.KeepAspectRatio
    small = to_qimage(image).scaled(THUMBNAIL, THUMBNAIL, whole, Qt.TransformationMode.SmoothTransformation)
    return from_qimage(small)


def thumbnail_pixmap(image: Image, size: QSize, ratio: float) -> QPixmap:
    """`image` as large as `size` (logical pixels, at device pixel `ratio`) allows, uncropped."""
    room = (round(size.width() * ratio), round(size.height() * ratio))
    whole = Qt.AspectRatioMode.KeepAspectRatio
    scaled = to_qimage(image).scaled(*room, whole, Qt.TransformationMode.SmoothTransformation)
    pixmap = QPixmap.fromImage(scaled)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
