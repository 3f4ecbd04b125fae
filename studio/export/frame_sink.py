"""Where frames go: into one file, into a folder, or onto a sheet."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple, Protocol

from studio import storage
from studio.errors import StorageError
from studio.export.container import Container
from studio.export.metadata import Made
from studio.export.order import Order
from studio.export.part_file import PartFile
from studio.image import Image


class Leftover(NamedTuple):
    """How many frames of an export that was cut short are whole, and where; None if none is."""

    whole: int
    path: Path | None


class FrameSink(Protocol):
    """Takes the frames of one export, numbered from 0. Raises `StorageError` where the disk says no."""

    @property
    def missing(self) -> Sequence[int]:
        """The numbers of the frames that are not there yet, rising. Known once it is made."""
        ...

    def add(self, number: int, frame: Image, gain: float, made: Made | None = None) -> None:
        """Write a frame that is missing; they come in order. `gain` is by how much its view is amplified.

        `made` says how a frame that is a picture of its own was made.
        """
        ...

    def finish(self) -> Path:
        """All frames are there: give the export its name, and say where it is."""
        ...

    def stop(self) -> Leftover:
        """Leave what is whole, so that the same export can go on with it."""
        ...


def free_names(target: Path) -> Iterator[str]:
    """The name of a file, and with a number if it is taken: clip.gif, clip-2.gif, …"""
    return chain([target.name], (f"{target.stem}-{number}{target.suffix}" for number in count(2)))


class ClipFile:
    """A file of moving pictures. It grows under a name of its own and gets its final one when it is whole."""

    def __init__(self, order: Order, container: Container) -> None:
        self._target, self._container = order.target, container
        self._frames = len(order.plan.frames)
        storage.make_folder(self._target.parent)
        storage.check_writable(self._target.parent)
        stem = part_stem(order)
        with storage.explained(self._target):
            self._part = PartFile(self._target.parent, stem, self._target.suffix, container)

    @property
    def missing(self) -> Sequence[int]:
        return range(self._part.frames, self._frames)

    def add(self, number: int, frame: Image, gain: float, made: Made | None = None) -> None:
        with storage.explained(self._target):
            self._part.add(self._container.frame(number, frame))

    def finish(self) -> Path:
        with storage.explained(self._target):
            self._flush()
            if self._part.frames != self._frames:
                raise StorageError(f"{self._target} could not be read again as written. Export it again.")
            if sys.platform == "win32":  # an open file cannot be renamed there
                self._part.close()
            path = self._placed(self._part.path)
        self._part.remove()
        return path

    def stop(self) -> Leftover:
        """A full disk may have no room for the frames that the encoder still holds; those are not whole then."""
        with contextlib.suppress(OSError):
            self._flush()
        if not self._part.frames:
            self._part.remove()
            return Leftover(0, None)
        self._part.close()
        return Leftover(self._part.frames, self._part.path)

    def _flush(self) -> None:
        """Have all frames in the file, and the file on the disk. Once it is closed there is nothing left to do."""
        if not self._part.closed:
            self._part.add(self._container.rest())
            self._part.sync()

    def _placed(self, part: Path) -> Path:
        settled = part.with_stem(part.stem + "-settled")
        try:
            whole = settled if self._container.settle(part, settled) else part
            return storage.place_new(whole, free_names(self._target))
        finally:
            settled.unlink(missing_ok=True)


def part_stem(order: Order) -> str:
    """What the unfinished file of an export is called."""
    return f"{order.target.stem}-part-{order.fingerprint}"
