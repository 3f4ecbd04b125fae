"""Keeps the painting on the disk while it is painted on: it is there again however the program ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from studio.errors import StudioError
from studio.image import Image, Mask
from studio.painting.draft import Draft
from studio.painting.frame import Frame
from studio.ui.inpaint.draft_file import write_draft
from studio.ui.inpaint.painting import Painting

log = logging.getLogger(__name__)

# A stroke is on the disk at most this long after it was painted, and the time that the writing takes.
PAUSE_MS = 1000


class Keeper(Protocol):
    """Where pictures are kept by their ids."""

    def offer(self, pixels: Image | Mask) -> str: ...

    def secure(self, pixels: Iterable[str]) -> None: ...


@dataclass(frozen=True)
class Kept:
    """What is to be written."""

    picture: Image
    mask: Mask
    frame: Frame


class DraftKeeper(QObject):
    """Writes in a thread of its own, the newest first and last: what was not begun yet is replaced by what is newer.

    `painting()` gives what is painted on, None for nothing. `trouble(sentence)` tells that the disk does not take it.
    """

    trouble = Signal(str)

    def __init__(
        self, path: Path, sources: Keeper, painting: Callable[[], Painting | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._painting = painting
        self._writer = _Writer(path, sources, self.trouble.emit)
        self._kept: tuple[object, ...] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._keep)

    def changed(self) -> None:
        """Something is different. The clock runs from the first change on: who never rests is kept as well."""
        if not self._timer.isActive():
            self._timer.start()

    def shut_down(self) -> None:
        """Write what is still to be written, and end the thread. May be called twice."""
        self._timer.stop()
        self._keep()
        self._writer.end()

    def _keep(self) -> None:
        painting = self._painting()
        if painting is None:
            return
        state = (painting.picture, painting.document, painting.document.revision, painting.frame)
        if state != self._kept or self._writer.failed:
            self._kept = state
            self._writer.write(Kept(painting.picture, painting.document.snapshot(), painting.frame))


class _Writer:
    """One thread with one place for what waits. It is there while there is something to write.

    `failed` says that what was to be written last is not on the disk.
    """

    def __init__(self, path: Path, sources: Keeper, trouble: Callable[[str], object]) -> None:
        self._path, self._sources, self._trouble = path, sources, trouble
        self._lock = threading.Lock()
        self._waiting: Kept | None = None
        self._thread: threading.Thread | None = None
        self.failed = False

    def write(self, kept: Kept) -> None:
        """Have it written, instead of what still waits."""
        with self._lock:
            self._waiting = kept
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="reverie-draft")
                self._thread.start()

    def end(self) -> None:
        """Wait until all is written."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                kept, self._waiting = self._waiting, None
                if kept is None:
                    self._thread = None
                    return
            self.failed = not self._wrote(kept)

    def _wrote(self, kept: Kept) -> bool:
        try:
            self._sources.secure([self._sources.offer(kept.picture)])
            write_draft(self._path, Draft(kept.picture.id, kept.mask, kept.frame))
        except StudioError as problem:
            self._trouble(problem.sentence)
            return False
        except Exception:  # whatever it is, the next one is tried
            log.exception("The painting was not kept")
            return False
        return True
