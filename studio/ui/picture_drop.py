"""Lets a widget take dropped pictures: one file at a time, PNG, JPEG or WebP. The file is not opened here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from studio.errors import RefusedFile
from studio.ui.codes.code_mime import codes_in

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


def dropped_picture(mime: QMimeData) -> Path:
    """The one picture file in `mime`. Raises `RefusedFile` with a sentence for anything else."""
    urls = mime.urls()
    if len(urls) != 1:
        raise RefusedFile(_tr("Drop one picture at a time."))
    if not urls[0].isLocalFile():
        raise RefusedFile(_tr("This picture is not on this computer. Save it as a file first, then drop the file."))
    path = Path(urls[0].toLocalFile())
    if path.is_dir():
        raise RefusedFile(_tr("{name} is a folder. Drop a picture: PNG, JPEG or WebP.").format(name=path.name))
    if path.suffix.lower() not in SUFFIXES:
        raise RefusedFile(
            _tr("{name} is not a picture that is read here. Drop PNG, JPEG or WebP.").format(name=path.name)
        )
    return path


class PictureDrop(QObject):
    """Watches the drags over `target`, but not those that begin in `target` itself.

    `hovering(sentence)` is emitted while files are held over it: "" if they would be taken, else why not;
    `ended()` when they are dropped or leave. Then `dropped(Path)` or `refused(sentence)`.
    """

    hovering = Signal(str)
    ended = Signal()
    dropped = Signal(object)
    refused = Signal(str)

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        self._target = target
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self.ended.emit()
            return True
        # Enter and move are kinds of drop to Qt.
        if not isinstance(event, QDropEvent):
            return False
        if not event.mimeData().hasUrls() or self._own(event) or codes_in(event.mimeData()):
            event.ignore()
            return True
        # Files of the wrong kind are taken too: only so can it be said why they are refused.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if kind == QEvent.Type.DragEnter:
            self._enter(event)
        elif kind == QEvent.Type.Drop:
            self._drop(event)
        return True

    def _own(self, event: QDropEvent) -> bool:
        source = event.source()
        return isinstance(source, QWidget) and (source is self._target or self._target.isAncestorOf(source))

    def _enter(self, event: QDropEvent) -> None:
        try:
            dropped_picture(event.mimeData())
        except RefusedFile as problem:
            self.hovering.emit(problem.sentence)
        else:
            self.hovering.emit("")

    def _drop(self, event: QDropEvent) -> None:
        self.ended.emit()
        try:
            path = dropped_picture(event.mimeData())
        except RefusedFile as problem:
            self.refused.emit(problem.sentence)
        else:
            self.dropped.emit(path)


def _tr(text: str) -> str:
    return QCoreApplication.translate("PictureDrop", text)
