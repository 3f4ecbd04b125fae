"""A clip that is not finished yet: a file beside its place, of whole frames, that can be played and gone on with.

Its name tells which export it belongs to, so that the same export finds it again, also after the program was killed.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
from pathlib import Path
from typing import BinaryIO

from studio import storage
from studio.export.container import Container, Extent, Patch


class PartFile:
    """A file of this container in `folder`, opened behind its last whole frame; a new one if there is none yet.

    Locked while it is open: another program that exports the same takes the next name. Its methods raise `OSError`.
    """

    def __init__(self, folder: Path, stem: str, suffix: str, container: Container) -> None:
        self._container = container
        header = container.header()
        self._file, self.path = _opened(folder, stem, suffix)
        self._extent = self._find(header)
        if not self._extent.end:
            try:
                self._write(header, Extent(0, len(header)))
            except OSError:
                self.remove()
                raise
        container.begin(self._extent.frames)

    @property
    def frames(self) -> int:
        """How many frames are whole."""
        return self._extent.frames

    def add(self, data: bytes) -> None:
        """Write the bytes of frames behind the others. What cannot be written whole is taken away again."""
        found = self._container.extent(io.BytesIO(data))
        try:
            self._write(data, Extent(self.frames + found.frames, self._extent.end + found.end))
        except OSError:
            with contextlib.suppress(OSError):
                self._write(b"", self._extent)
            raise

    def sync(self) -> None:
        """Have everything on the disk now."""
        os.fsync(self._file.fileno())

    @property
    def closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        with contextlib.suppress(OSError):
            self._file.close()

    def remove(self) -> None:
        """Nobody needs it any more."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _write(self, data: bytes, extent: Extent) -> None:
        """Write behind the last whole frame, so that the file is a clip of this extent.

        Its end is overwritten and written again, and cut off last: without new frames that needs no room.
        """
        trailer = self._container.end(extent.frames)
        self._file.seek(self._extent.end)
        _write_all(self._file, data + trailer)
        self._file.truncate()
        for patch in self._container.patches(extent.frames, extent.end + len(trailer)):
            self._file.seek(patch.offset)
            _write_all(self._file, patch.data)
        self._extent = extent

    def _find(self, header: bytes) -> Extent:
        """The whole frames behind a header like this one; nothing behind another."""
        found = self._file.read(len(header))
        patches = self._container.patches(0, 0)
        if _unpatched(found, patches) != _unpatched(header, patches):
            return Extent(0, 0)
        return self._container.extent(self._file)


def _opened(folder: Path, stem: str, suffix: str) -> tuple[BinaryIO, Path]:
    """The first file of that name that no other program has open."""
    number = 1
    while True:
        path = folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        if storage.lock(descriptor) is not False:
            return os.fdopen(descriptor, "rb+", buffering=0), path
        os.close(descriptor)
        number += 1


def _write_all(file: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = file.write(rest)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


def _unpatched(header: bytes, patches: tuple[Patch, ...]) -> bytes:
    """The header without what is corrected later."""
    bare = bytearray(header)
    for patch in patches:
        bare[patch.offset : patch.offset + len(patch.data)] = bytes(len(patch.data))
    return bytes(bare)
