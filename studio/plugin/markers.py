"""Marks of who is at work, so that after a crash it is known who was: one byte in a file that is held open.

Written without a flush: the system keeps it when the program dies, which is all that is asked.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.storage import lock

WORKING, RESTING = b"1", b"0"
SUFFIX = ".mark"


class Markers:
    """Marks in `folder`. Where the disk says no, nothing is marked and nothing fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, int] = {}
        self._depth: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def working(self, plugin: str) -> Iterator[None]:
        """While this is entered the plugin is at work."""
        with self._lock:
            self._depth[plugin] += 1
            self._write(self._mark(plugin), WORKING)
        try:
            yield
        finally:
            with self._lock:
                self._depth[plugin] -= 1
                if not self._depth[plugin]:  # it may be at work in two threads, or inside itself
                    self._write(self._open.get(plugin), RESTING)

    def rest(self, plugin: str, rests: bool) -> None:
        """A plugin at work waits for the network: if the program ends now, it is not the plugin's fault."""
        with self._lock:
            self._write(self._open.get(plugin), RESTING if rests else WORKING)

    def crashed(self) -> list[str]:
        """The plugins at whose work a program ended that does not run any more. Their marks are taken away."""
        found = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with contextlib.suppress(OSError):
                if self._left(path):
                    found.append(path.name.split(".")[0])
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """The program ends as it should."""
        for plugin, mark in list(self._open.items()):
            with contextlib.suppress(OSError):
                os.close(mark)
                self._path(plugin).unlink()
        self._open.clear()

    def _mark(self, plugin: str) -> int | None:
        if plugin not in self._open:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                mark = os.open(self._path(plugin), os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                return None
            lock(mark)
            self._open[plugin] = mark
        return self._open[plugin]

    def _path(self, plugin: str) -> Path:
        return self._folder / f"{plugin}.{os.getpid()}{SUFFIX}"

    @staticmethod
    def _write(mark: int | None, byte: bytes) -> None:
        if mark is not None:
            with contextlib.suppress(OSError):
                os.lseek(mark, 0, os.SEEK_SET)
                os.write(mark, byte)

    @staticmethod
    def _left(path: Path) -> bool:
        """Whether nobody holds the mark any more and it says that somebody worked. It is taken away then."""
        mark = os.open(path, os.O_RDWR)
        try:
            if lock(mark) is False:
                return False
            worked = os.read(mark, 1) == WORKING
        finally:
            os.close(mark)
        path.unlink()
        return worked
