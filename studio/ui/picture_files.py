"""What is done with picture files from the window: open, copy, save a copy, show in the folder, delete."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.errors import StorageError, StudioError
from studio.export.picture_file import read_picture
from studio.image import Image
from studio.storage import write_durably

PICTURE_FILTER = "*.png *.jpg *.jpeg *.webp"


class PictureFiles(QObject):
    """Tells what it did, or why not, in sentences: `done(sentence)` and `refused(sentence)`.

    `opened(picture, path)` follows a picture that was read.
    """

    done = Signal(str)
    refused = Signal(str)
    opened = Signal(object, object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def ask(self, folder: Path) -> Path | None:
        """Let the user choose a picture; None if the user does not."""
        title = self.tr("Open a picture")
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, title, str(folder), self.tr("Pictures ({patterns})").format(patterns=PICTURE_FILTER)
        )
        return Path(chosen) if chosen else None

    def open(self, path: Path) -> None:
        """Read a picture and the recipe inside it."""
        try:
            picture = read_picture(path)
        except StudioError as problem:
            self.refused.emit(problem.sentence)
            return
        self.opened.emit(picture, path)

    def copy(self, mime: QMimeData) -> None:
        """Put a picture on the clipboard."""
        QGuiApplication.clipboard().setMimeData(mime)
        self.done.emit(self.tr("Copied."))

    def ask_and_save_copy(self, path: Path | None) -> None:
        """Save a copy of a picture file where the user wants it."""
        if path is None:
            self.refused.emit(self.tr("This picture is not saved as a file yet."))
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save a copy"),
            path.name,
            self.tr("PNG picture ({patterns})").format(patterns="*.png"),
        )
        if chosen:
            self.save_copy(path, Path(chosen).with_suffix(".png"))

    def save_copy(self, source: Path, target: Path) -> None:
        """Copy a picture file byte for byte, so that its recipe goes with it."""
        try:
            write_durably(target, source.read_bytes())
        except StorageError as problem:
            self.refused.emit(problem.sentence)
        except OSError as problem:
            self.refused.emit(
                self.tr("{name} could not be read: {why}.").format(name=source.name, why=problem.strerror)
            )
        else:
            self.done.emit(self.tr("Copied to {name}.").format(name=target.name))

    def show_in_folder(self, path: Path) -> None:
        """Open the folder of a file, with the file selected where the system can."""
        if not path.exists():
            self.refused.emit(self.tr("{name} is not there any more.").format(name=path.name))
        elif not _select_in_file_browser(path):
            self.open_folder(path.parent)

    def open_folder(self, folder: Path) -> None:
        """Show a folder, made if it is missing."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            why = problem.strerror
            self.refused.emit(self.tr("The folder {name} cannot be made: {why}.").format(name=folder, why=why))
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.done.emit(self.tr("The pictures are in {folder}").format(folder=folder))

    def delete(self, path: Path) -> bool:
        """Delete a picture file; whether it is gone."""
        try:
            path.unlink(missing_ok=True)
        except OSError as problem:
            why = problem.strerror
            self.refused.emit(self.tr("{name} could not be deleted: {why}.").format(name=path.name, why=why))
            return False
        self.done.emit(self.tr("Deleted {name}.").format(name=path.name))
        return True


def load_image(path: Path) -> Image:
    """The picture in a file. Raises a `StudioError`."""
    return read_picture(path).image


def _select_in_file_browser(path: Path) -> bool:
    """Whether the system's file browser was asked to select the file."""
    command = {"darwin": ["open", "-R", str(path)], "win32": ["explorer", f"/select,{path}"]}.get(sys.platform)
    if command is None or shutil.which(command[0]) is None:
        return False
    subprocess.Popen(command)
    return True
