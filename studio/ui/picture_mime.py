"""A picture on its way to another program: for the clipboard and for dragging out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from studio.ui.metrics import px

DRAGGED = 96
"""Longer side of what hangs at the pointer, in logical pixels."""


def picture_mime(image: QImage | None, path: Path | None) -> QMimeData:
    """The picture as pixels and, if it was saved, as its file, which carries the recipe."""
    mime = QMimeData()
    if image is not None:
        mime.setImageData(image)
    if path is not None:
        mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def drag_picture(source: QWidget, mime: QMimeData, image: QImage | None) -> None:
    """Drag `mime` out of `source`, with a small `image` at the pointer. Returns when it is dropped or given up."""
    drag = QDrag(source)
    drag.setMimeData(mime)
    if image is not None:
        ratio = source.devicePixelRatioF()
        edge = round(px(DRAGGED) * ratio)
        mode = Qt.TransformationMode.SmoothTransformation
        small = QPixmap.fromImage(image.scaled(edge, edge, Qt.AspectRatioMode.KeepAspectRatio, mode))
        small.setDevicePixelRatio(ratio)
        drag.setPixmap(small)
        drag.setHotSpot(QPoint(round(small.width() / ratio / 2), round(small.height() / ratio / 2)))
    drag.exec(Qt.DropAction.CopyAction)
