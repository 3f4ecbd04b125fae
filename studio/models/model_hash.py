"""The hash that says which model made a picture: SHA-256 over the files that decide what the model computes."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path

from studio import paths
from studio.errors import RefusedFile, StorageError
from studio.models.json_file import read_json_object
from studio.models.model_folder import ModelFolder
from studio.storage import make_folder, write_durably

CACHE_NAME = "model-hashes.json"
CACHE_MAXIMUM_BYTES = 4_000_000
CACHE_MAXIMUM_FILES = 2_000
# A file that was just written may be written again without its time or size showing it.
RESTING_NANOSECONDS = 2_000_000_000

Stamp = list[object]


def model_hash(folder: ModelFolder, cache: Path | None = None) -> str:
    """64 hexadecimal digits, equal for equal files wherever the folder lies and whatever it is called.

    The hash of each file is kept in `cache` (the program's cache folder by default) beside the file's size and time, so
    that only changed files are read again. Raises `RefusedFile` if a file cannot be read.
    """
    place = (paths.cache() if cache is None else cache) / CACHE_NAME
    known = _known(place)
    fresh: dict[str, Stamp] = {}
    total = hashlib.sha256()
    for name, file in sorted(folder.files.items()):
        digest = _file_hash(file, known, fresh)
        total.update(f"{digest} {name}\n".encode())
    if fresh:
        _remember(place, known, fresh)
    return total.hexdigest()


def _file_hash(file: Path, known: Mapping[str, object], fresh: dict[str, Stamp]) -> str:
    try:
        before = file.stat()
        stamp: Stamp = [before.st_size, before.st_mtime_ns]
        seen = known.get(str(file))
        if isinstance(seen, list) and seen[:2] == stamp and len(seen) == 3 and _is_digest(seen[2]):
            return str(seen[2])
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as problem:
        raise RefusedFile(f"The file {file} cannot be read: {problem.strerror or problem}.") from None
    if time.time_ns() - before.st_mtime_ns > RESTING_NANOSECONDS:
        fresh[str(file)] = [*stamp, digest]
    return digest


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _known(place: Path) -> dict[str, object]:
    """What earlier calls found out. A damaged cache knows nothing."""
    try:
        return read_json_object(place, CACHE_MAXIMUM_BYTES)
    except RefusedFile:
        return {}


def _remember(place: Path, known: Mapping[str, object], fresh: Mapping[str, Stamp]) -> None:
    """Keep the newest hashes. Where nothing can be written, the next call reads the files again."""
    kept = [(name, stamp) for name, stamp in known.items() if name not in fresh] + list(fresh.items())
    try:
        make_folder(place.parent)
        write_durably(place, json.dumps(dict(kept[-CACHE_MAXIMUM_FILES:]), indent=0).encode())
    except StorageError:
        return
