"""Unpacking a plugin from a zip that a stranger made. The standard library's extraction checks too little.

Names are judged as text before anything is written; bytes are counted while they stream; what is unpacked appears under
its final name only when all of it is there.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from studio.errors import RefusedFile
from studio.plugin.manifest import FILE_NAME
from studio.storage import explained, make_folder

BYTES_MAXIMUM = 50_000_000
ENTRIES_MAXIMUM = 2_000
RATIO_MAXIMUM = 100
DEPTH_MAXIMUM = 16
NAME_MAXIMUM = 120
CHUNK = 65_536
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LOCAL_HEADER = 30
# The list of entries at the end of a zip: a generous share for each, read only if all of it is no longer than this.
DIRECTORY_MAXIMUM = ENTRIES_MAXIMUM * 1_024
END_RECORD, END_MARK, LARGE_MARK, LARGE_LOCATOR = 22, b"PK\5\6", b"PK\6\7", 20
COMMENT_MAXIMUM = 65_535
UTF8_FLAG = 0x800
# Names that are devices on Windows, whatever their suffix.
_PORTS = (f"{name}{number}" for name in ("com", "lpt") for number in "123456789¹²³")
RESERVED = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$", *_PORTS})
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError, RuntimeError, KeyError,
    IndexError,
)  # fmt: skip
FORBIDDEN = frozenset('<>:"|?*\\')


@contextmanager
def unpacked(archive: Path, beside: Path) -> Iterator[Path]:
    """The folder of the plugin in `archive`, in a place of its own inside `beside` that is gone afterwards.

    Whoever wants to keep it moves it away. Raises `RefusedFile`, and `StorageError` where the disk says no.
    """
    make_folder(beside)
    with explained(beside):
        place = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=beside))
    try:
        _unpack(archive, place)
        yield _root(archive, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unpack(archive: Path, place: Path) -> None:
    try:
        _check_directory(archive)
        with zipfile.ZipFile(archive) as file:
            entries = _checked(archive, file)
            left = BYTES_MAXIMUM
            for entry in entries:
                left -= _extract(archive, file, entry, place, left)
    except DAMAGE:
        raise _damaged(archive) from None
    except OSError as problem:
        if isinstance(problem, FileNotFoundError) and not archive.exists():
            raise RefusedFile(f"{archive.name} is not there.") from None
        if problem.errno == errno.EINVAL:  # a place before the beginning of the file
            raise _damaged(archive) from None
        with explained(place):
            raise


def _check_directory(archive: Path) -> None:
    """Refuse a list of entries that is too long before the standard library reads all of it."""
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - END_RECORD - COMMENT_MAXIMUM - LARGE_LOCATOR))
        tail = file.read()
    ends = [place for place in range(len(tail)) if tail.startswith(END_MARK, place)] if END_MARK in tail else []
    for end in ends:
        record = tail[end : end + END_RECORD]
        large = tail[max(0, end - LARGE_LOCATOR) : end].startswith(LARGE_MARK)
        if large or (len(record) == END_RECORD and int.from_bytes(record[12:16], "little") > DIRECTORY_MAXIMUM):
            raise _refused(archive, f"it has more than {ENTRIES_MAXIMUM:,} entries")


def _checked(archive: Path, file: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries, if all of them can be trusted."""
    entries = file.infolist()
    if len(entries) > ENTRIES_MAXIMUM:
        raise _refused(archive, f"it has more than {ENTRIES_MAXIMUM:,} entries")
    if sum(entry.file_size for entry in entries) > BYTES_MAXIMUM:
        raise _refused(archive, f"it holds more than {BYTES_MAXIMUM // 1_000_000} MB")
    seen: dict[str, bool] = {}
    for entry in entries:
        problem = name_problem(entry.orig_filename) or name_problem(entry.filename) or _kind_problem(entry)
        if problem:
            raise _refused(archive, f"'{entry.filename[:60]}' {problem}")
        _note_name(archive, entry, seen)
    _check_overlap(archive, entries, file.start_dir)
    return entries


def name_problem(name: str) -> str:
    """What is wrong with the name of an entry, or ""."""
    if not name or "\0" in name or "\\" in name or name.startswith("/"):
        return "has a name that is not inside the plugin"
    parts = PurePosixPath(name).parts
    if ".." in name.split("/") or "." in name.rstrip("/").split("/") or "" in name.rstrip("/").split("/"):
        return "has a name that leads elsewhere"
    if len(parts) > DEPTH_MAXIMUM or any(len(part.encode()) > NAME_MAXIMUM for part in parts):
        return "has a name that is too long"
    for part in parts:
        if FORBIDDEN & set(part) or any(ord(letter) < 32 for letter in part) or part.endswith((".", " ")):
            return "has a name that not every system can hold"
        if part.split(".")[0].rstrip(" ").casefold() in RESERVED:
            return "has the name of a device"
    return ""


def _kind_problem(entry: zipfile.ZipInfo) -> str:
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if entry.flag_bits & 0x1:
        return "is encrypted"
    if entry.compress_type not in METHODS:
        return "is packed in a way that is not read here"
    if entry.file_size > RATIO_MAXIMUM * max(entry.compress_size, 1) and entry.file_size > CHUNK:
        return f"grows to more than {RATIO_MAXIMUM} times its size"
    return ""


def _note_name(archive: Path, entry: zipfile.ZipInfo, seen: dict[str, bool]) -> None:
    """No two entries may become one file on any system, and no file may be a folder as well."""
    key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", entry.filename).casefold())
    folder = key.endswith("/")
    key = key.rstrip("/")
    if key in seen and not (folder and seen[key]):
        raise _refused(archive, f"two entries are called '{entry.filename[:60]}'")
    seen[key] = folder
    parents = key.split("/")[:-1]
    for depth in range(1, len(parents) + 1):
        parent = "/".join(parents[:depth])
        if seen.setdefault(parent, True) is False:
            raise _refused(archive, f"'{entry.filename[:60]}' lies in a file")


def _check_overlap(archive: Path, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Entries that share bytes are how a small archive becomes a large one."""
    end = -1
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise _refused(archive, "two of its entries share bytes")
        name = entry.orig_filename.encode("utf-8" if entry.flag_bits & UTF8_FLAG else "cp437")
        end = entry.header_offset + LOCAL_HEADER + len(name) + entry.compress_size
    if end > directory:
        raise _refused(archive, "an entry lies in the list of its entries")


def _extract(archive: Path, file: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, left: int) -> int:
    """Write one entry. How many bytes it had."""
    target = place.joinpath(*PurePosixPath(entry.filename).parts)
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with file.open(entry) as packed, target.open("xb") as out:
        while chunk := packed.read(CHUNK):
            written += len(chunk)
            if written > left or written > entry.file_size:
                raise _refused(archive, "it holds more than it says")
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return written


def _root(archive: Path, place: Path) -> Path:
    """Where the manifest is: at the top, or in the one folder that is there."""
    if (place / FILE_NAME).is_file():
        return place
    inside = [path for path in place.iterdir() if path.name != "__MACOSX"]
    if len(inside) == 1 and (inside[0] / FILE_NAME).is_file():
        return inside[0]
    raise RefusedFile(f"{archive.name} holds no plugin: there is no {FILE_NAME} at its top.")


def _refused(archive: Path, why: str) -> RefusedFile:
    return RefusedFile(f"{archive.name} was not unpacked: {why}.")


def _damaged(archive: Path) -> RefusedFile:
    return RefusedFile(f"{archive.name} is damaged or no zip, so nothing was unpacked.")
