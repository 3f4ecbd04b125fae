"""Lets a part of the window take a code: dragged from the shelf, or the file of one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.card import DropFrame
from studio.ui.codes.code_mime import code_file_in, codes_in


class StartDrop(QObject):
    """`dropped(code)` is one of the shelf, `file_dropped(Path)` a file that is not opened yet; `refused(sentence)`.

    `catcher` is the widget that drags reach, `pane` the one that is framed and says what would happen: `invitation`.
    Whatever is no code is left to others.
    """

    dropped = Signal(str)
    file_dropped = Signal(object)
    refused = Signal(str)

    def __init__(self, catcher: QWidget, pane: QWidget, invitation: str) -> None:
        super().__init__(catcher)
        self._invitation = invitation
        self._frame = DropFrame(pane)
        self._held = False
        catcher.setAcceptDrops(True)
        catcher.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragLeave and self._held:
            self._let_go()
            return True
        if not isinstance(event, QDropEvent) or not _has_code(event.mimeData()):
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if kind == QEvent.Type.DragEnter:
            self._hold(event.mimeData())
        elif kind == QEvent.Type.Drop:
            self._let_go()
            self._take(event.mimeData())
        return True

    def _hold(self, mime: QMimeData) -> None:
        self._held = True
        if len(codes_in(mime)) > 1:
            self._frame.refuse(self._one())
        else:
            self._frame.invite(self._invitation)

    def _let_go(self) -> None:
        self._held = False
        self._frame.hide()

    def _take(self, mime: QMimeData) -> None:
        codes, path = codes_in(mime), code_file_in(mime)
        if len(codes) > 1:
            self.refused.emit(self._one())
        elif codes:
            self.dropped.emit(codes[0])
        elif path is not None:
            self.file_dropped.emit(path)

    def _one(self) -> str:
        return self.tr("A picture starts from one code. Drop one at a time.")


def _has_code(mime: QMimeData) -> bool:
    return bool(codes_in(mime)) or code_file_in(mime) is not None
