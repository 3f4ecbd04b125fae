"""What is dropped on the shelf: pictures to be inverted, and files of codes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QWidget

from studio.errors import RefusedFile
from studio.ui.canvas.card import DropFrame
from studio.ui.codes.code_mime import code_file_in, codes_in
from studio.ui.picture_drop import dropped_picture
from studio.ui.qimage import from_qimage


class CodesDrop(QObject):
    """`picture_dropped(Path)` and `image_dropped(Image)` are pictures, `code_dropped(Path)` a file of a code.

    A picture that is dragged from canvas or history comes as its file if it has one: that knows its recipe.
    """

    picture_dropped = Signal(object)
    image_dropped = Signal(object)
    code_dropped = Signal(object)
    refused = Signal(str)

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        self._frame = DropFrame(target)
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self._frame.hide()
            return True
        if not isinstance(event, QDropEvent):
            return False
        mime = event.mimeData()
        if codes_in(mime) or not (mime.hasUrls() or mime.hasImage()):
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if kind == QEvent.Type.DragEnter:
            self._invite(event)
        elif kind == QEvent.Type.Drop:
            self._frame.hide()
            self._take(event)
        return True

    def _invite(self, event: QDropEvent) -> None:
        try:
            if code_file_in(event.mimeData()) is not None:
                self._frame.invite(self.tr("Drop to put this code on the shelf."))
                return
            if event.mimeData().hasUrls():
                dropped_picture(event.mimeData())
            self._frame.invite(self.tr("Drop to invert this picture."))
        except RefusedFile as problem:
            self._frame.refuse(problem.sentence)

    def _take(self, event: QDropEvent) -> None:
        mime = event.mimeData()
        code = code_file_in(mime)
        if code is not None:
            self.code_dropped.emit(code)
        elif mime.hasUrls():
            try:
                self.picture_dropped.emit(dropped_picture(mime))
            except RefusedFile as problem:
                self.refused.emit(problem.sentence)
        else:
            image = mime.imageData()
            if isinstance(image, QImage) and not image.isNull():
                self.image_dropped.emit(from_qimage(image))
