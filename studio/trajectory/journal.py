"""The journal of a working run: an append-only file of records, each with its length and checksum.

A crash at any moment leaves the records that were whole; the first broken one ends the reading. The file is flushed to
the disk at most once a second, and when the run is paused.
"""

from __future__ import annotations

import json
import os
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from studio.errors import RefusedFile, StorageError
from studio.storage import flush_folder
from studio.trajectory.lock import hold
from studio.trajectory.packing import DAMAGED, header_text, pack_state, read_header, unpack_state
from studio.trajectory.record import StepState, Trajectory, TrajectoryHeader

SUFFIX = ".journal"
UNBORN = ".new"
MAGIC = b"RVRJ0001"
SYNC_SECONDS = 1.0
_HEAD = struct.Struct("<cIQ")
_HEADER, _STATE = b"H", b"S"


class JournalWriter:
    """Appends states. The file gets its name when the header is in it; raises `StorageError` where the disk says no.

    It is locked while it is open, so that others can tell that its run still works.
    """

    def __init__(self, path: Path, header: TrajectoryHeader) -> None:
        self.path = path
        self._synced = time.monotonic()
        self._named = False
        unborn = path.with_name(path.name + UNBORN)
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = unborn.open("wb")
            try:
                hold(self._file.fileno())
                self._file.write(MAGIC)
                self._write(_HEADER, header_text(header).encode())
                self._be_born(unborn)
            except OSError:
                self._file.close()
                unborn.unlink(missing_ok=True)
                raise

    def append(self, state: StepState) -> None:
        """Write one state behind the others."""
        plain, tensors = pack_state(state)
        payload = save_tensors(tensors, metadata={"state": json.dumps(plain)})
        with _explained(self.path):
            self._write(_STATE, payload)
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                self.sync()

    def sync(self) -> None:
        """Have everything on the disk now."""
        with _explained(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
            if not self._named:
                flush_folder(self.path)
                self._named = True
        self._synced = time.monotonic()

    def close(self) -> None:
        """No more states come. May be called twice."""
        try:
            self._file.close()
        except OSError:
            return  # what could not be flushed is told when it is synced

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _be_born(self, unborn: Path) -> None:
        """Windows renames no open file."""
        if os.name == "nt":
            self._file.close()
            os.replace(unborn, self.path)
            self._file = self.path.open("ab")
        else:
            os.replace(unborn, self.path)

    def _write(self, kind: bytes, payload: bytes) -> None:
        self._file.write(_HEAD.pack(kind, zlib.crc32(payload), len(payload)))
        self._file.write(payload)
        self._file.flush()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns what the disk says into a sentence."""
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise StorageError(
            f"The steps could not be kept in {path.parent}: {reason}. Free some space or turn recording off."
        ) from problem


def read_journal(path: Path) -> Trajectory:
    """What is whole in a journal; perhaps no state at all. Raises `RefusedFile` if not even its header is."""
    try:
        with path.open("rb") as file:
            return _read(file, path.stat().st_size)
    except OSError as problem:
        raise StorageError(f"The journal {path.name} could not be read: {problem.strerror}.") from problem


def _read(file: BinaryIO, size: int) -> Trajectory:
    if file.read(len(MAGIC)) != MAGIC:
        raise RefusedFile("This file is no journal of Reverie.")
    records = _records(file, size)
    kind, payload = next(records, (b"", b""))
    if kind != _HEADER:
        raise RefusedFile(DAMAGED)
    header = read_header(payload.decode("utf-8", errors="replace"))
    states: dict[int, StepState] = {}
    for kind, payload in records:
        try:
            state = _state(payload) if kind == _STATE else None
        except RefusedFile:
            break
        if state is None or state.step > header.steps:
            break
        states[state.step] = state
    return Trajectory(header, states)


def _records(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The whole records, in order."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        kind, checksum, length = _HEAD.unpack(head)
        if length > size - file.tell():
            return
        payload = file.read(length)
        if zlib.crc32(payload) != checksum:
            return
        yield kind, payload


def _state(payload: bytes) -> StepState:
    try:
        tensors = load_tensors(payload)
        length = int.from_bytes(payload[:8], "little")
        plain = json.loads(json.loads(payload[8 : 8 + length])["__metadata__"]["state"])
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, RecursionError):
        raise RefusedFile(DAMAGED) from None
    return unpack_state(plain, tensors)
