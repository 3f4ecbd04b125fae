"""Pictures to paint on: from files and from the clipboard. Files are read in the background."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from studio.errors import RefusedFile
from studio.export.picture_file import Picture, read_picture
from studio.export.picture_header import PIXELS_MAXIMUM
from studio.image import Mask
from studio.ui.background import Background
from studio.ui.picture_drop import dropped_picture
from studio.ui.qimage import from_qimage


class Opening(QObject):
    """`began(name)` is followed by `opened(picture, path)` or `refused(sentence)`. Of several the last one counts.

    `path` is None for a picture of the clipboard.
    """

    began = Signal(str)
    opened = Signal(object, object)
    refused = Signal(str)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._asked = 0

    def open(self, path: Path) -> None:
        """Read a picture file."""
        self._asked += 1
        asked = self._asked
        self.began.emit(path.name)
        self._background.run(
            lambda: _read(path),
            lambda picture: self.opened.emit(picture, path) if asked == self._asked else None,
            lambda sentence: self.refused.emit(sentence) if asked == self._asked else None,
        )

    def paste(self) -> None:
        """Take what lies on the clipboard: the file of a picture, or a picture."""
        mime = QGuiApplication.clipboard().mimeData()
        if mime.hasUrls():
            self._open_dropped(mime)
        elif mime.hasImage():
            self._take(QGuiApplication.clipboard().image())
        else:
            self.refused.emit(self.tr("There is no picture on the clipboard. Copy one first."))

    def _open_dropped(self, mime: QMimeData) -> None:
        try:
            path = dropped_picture(mime)
        except RefusedFile as problem:
            self.refused.emit(problem.sentence)
        else:
            self.open(path)

    def _take(self, image: QImage) -> None:
        self._asked += 1
        if image.isNull() or image.width() * image.height() > PIXELS_MAXIMUM:
            millions = PIXELS_MAXIMUM // 1_000_000
            sentence = self.tr("The picture on the clipboard cannot be used: it may have up to {count} megapixels.")
            self.refused.emit(sentence.format(count=millions))
        else:
            self.opened.emit(Picture(from_qimage(image), transparent=transparency(image)), None)


def transparency(image: QImage) -> Mask | None:
    """How far each pixel is clear, 255 = wholly; None for an image that cannot be."""
    if not image.hasAlphaChannel():
        return None
    alpha = image.convertToFormat(QImage.Format.Format_RGBA8888)
    lines = np.frombuffer(alpha.constBits(), np.uint8).reshape(alpha.height(), alpha.bytesPerLine())
    pixels = lines[:, : 4 * alpha.width()].reshape(alpha.height(), alpha.width(), 4)
    return Mask(np.invert(pixels[..., 3]))


def _read(path: Path) -> Picture:
    picture = read_picture(path)
    # Naming the pixels takes a while, too: afterwards the picture knows its name.
    _ = picture.image.id
    return picture
