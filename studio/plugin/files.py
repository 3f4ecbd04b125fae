"""The files of a plugin, as a user is shown them before anything of it is run."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from studio.errors import RefusedFile
from studio.plugin.archive import BYTES_MAXIMUM, ENTRIES_MAXIMUM

# Python's own leavings say nothing about a plugin.
PASSED_OVER = frozenset({"__pycache__"})


@dataclass(frozen=True)
class PluginFiles:
    """Paths below the plugin's folder with their sizes in bytes, sorted; `digest` is the SHA-256 of names and bytes."""

    files: tuple[tuple[str, int], ...]
    digest: str


def look_at(folder: Path) -> PluginFiles:
    """Read all files of a plugin.

    Raises `RefusedFile` for links, devices, what cannot be read, and more than a plugin may hold.
    """
    try:
        return _read(folder)
    except OSError as problem:
        raise RefusedFile(f"{folder.name} cannot be read: {problem.strerror or problem}.") from None


def _read(folder: Path) -> PluginFiles:
    digest, total = hashlib.sha256(), 0
    found: list[tuple[str, int]] = []
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        total += path.stat().st_size
        if total > BYTES_MAXIMUM or len(found) >= ENTRIES_MAXIMUM:
            raise RefusedFile(f"{folder.name} holds more than a plugin may.")
        data = path.read_bytes()
        found.append((name, len(data)))
        digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
    return PluginFiles(tuple(found), digest.hexdigest())


def _walk(folder: Path) -> list[Path]:
    """All files, sorted by name."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER and not name.startswith("."))
        names = [name for name in names if not name.startswith(".")]
        for name in (*folders, *names):
            path = Path(place) / name
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise RefusedFile(f"{folder.name} holds a link or a device ({name[:60]}), so it is not used.")
        found += [Path(place) / name for name in names]
        if len(found) > ENTRIES_MAXIMUM:
            raise RefusedFile(f"{folder.name} holds more than a plugin may.")
    return sorted(found)


def _raise(problem: OSError) -> None:
    raise problem
