"""Lets a widget take codes: from the shelf, or as files; and pictures that are to become codes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from studio.errors import RefusedFile
from studio.ui.codes.code_mime import code_file_in, codes_in
from studio.ui.picture_drop import dropped_picture


class CodeDrop(QObject):
    """Watches the drags over `target`. `dropped(codes)` carries the ids of codes of the shelf.

    With `files`, code files and pictures are taken too: `file_dropped(Path)` and `picture_dropped(Path)`, or
    `refused(sentence)`. Everything else is left to whoever else watches.
    """

    dropped = Signal(object)
    file_dropped = Signal(object)
    picture_dropped = Signal(object)
    refused = Signal(str)

    def __init__(self, target: QWidget, *, files: bool = True) -> None:
        super().__init__(target)
        self._target, self._files = target, files
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Enter and move are kinds of drop to Qt.
        if not isinstance(event, QDropEvent) or not self._takes(event):
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() == QEvent.Type.Drop:
            self._drop(event.mimeData())
        return True

    def _takes(self, event: QDropEvent) -> bool:
        source = event.source()
        own = isinstance(source, QWidget) and (source is self._target or self._target.isAncestorOf(source))
        mime = event.mimeData()
        return not own and bool(codes_in(mime) or (self._files and mime.hasUrls()))

    def _drop(self, mime: QMimeData) -> None:
        codes, file = codes_in(mime), code_file_in(mime)
        if codes:
            self.dropped.emit(codes)
        elif file is not None:
            self.file_dropped.emit(file)
        else:
            try:
                self.picture_dropped.emit(dropped_picture(mime))
            except RefusedFile as problem:
                self.refused.emit(problem.sentence)
