"""The one writer for every durable file: after it, and after a kill at any moment, there is the old version or the new.

A file is written beside its place under a temporary name, flushed, read back, renamed, and the folder is flushed.
Temporary files hold a lock while their writer lives, so that the next one knows a leftover. Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from studio.errors import StorageError

Verify = Callable[[Path], None]

TEMPORARY_PREFIX, TEMPORARY_SUFFIX = ".reverie-", ".tmp"
LEFTOVER_SECONDS = 60.0
CHUNK = 1 << 20
NAMES_MAXIMUM = 100_000
_WRITE_FLAGS = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_INSPECT_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.EBADF, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS}


def write_durably(path: Path, data: bytes, verify: Verify | None = None) -> None:
    """Put `data` at `path`, replacing an older version. A link is followed.

    `verify` is called with the temporary file before it takes its place; whatever it raises stops the writing.
    Raises `StorageError` that names the cause; the old version is then still there and no temporary file is left.
    """
    target = Path(os.path.realpath(path))
    with explained(path):
        _check_replaceable(target)
        with _temporary(target.parent, data, verify) as temporary:
            os.replace(temporary, target)
    flush_folder(target)


def write_new(folder: Path, names: Iterable[str], data: bytes, verify: Verify | None = None) -> Path:
    """Put `data` into `folder` under the first of `names` that is free, and say where. Never overwrites a file.

    Two programs that write at the same time get two names. Raises `StorageError` as `write_durably` does.
    """
    with explained(folder), _temporary(folder, data, verify) as temporary:
        target = _first_free(temporary, folder, names)
    flush_folder(target)
    return target


def place_new(file: Path, names: Iterable[str]) -> Path:
    """Name a file that was written whole by the first of `names` that is free in its folder, as `write_new` does."""
    with explained(file.parent):
        with file.open("rb+") as written:
            os.fsync(written.fileno())
        target = _first_free(file, file.parent, names)
        _remove(file)
    flush_folder(target)
    return target


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it if they are missing. Raises `StorageError`."""
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)


def check_writable(folder: Path) -> None:
    """Raise `StorageError` unless a file can be made in `folder` now. Leaves nothing behind."""
    with explained(folder), _temporary(folder, b"", None):
        pass


def _check_replaceable(target: Path) -> None:
    """A rename would replace a device or a write-protected file without asking, so ask first."""
    if not target.exists():
        return
    if not target.is_file():
        raise StorageError(f"{target} is not a file and cannot be replaced by one. Choose another name.")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextlib.contextmanager
def _temporary(folder: Path, data: bytes, verify: Verify | None) -> Iterator[Path]:
    """A flushed and verified file with `data` in `folder`, under its writer's lock. At the end its name is gone."""
    _remove_leftovers(folder)
    with contextlib.ExitStack() as names, contextlib.ExitStack() as files:
        path, descriptor = _create(folder, names, files)
        _write(descriptor, data)
        os.fsync(descriptor)
        _read_back(path, data)
        if verify is not None:
            verify(path)
        if sys.platform == "win32":  # an open file cannot be renamed there
            files.close()
        yield path


def _create(folder: Path, names: contextlib.ExitStack, files: contextlib.ExitStack) -> tuple[Path, int]:
    """A new empty file under our lock; the stacks remove its name and close it at their end.

    Another writer that cleans up may take the file between its making and its lock; then the next one will do.
    """
    while True:
        path = folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
        descriptor = os.open(path, _WRITE_FLAGS, 0o666)
        names.callback(_remove, path)
        files.callback(_close, descriptor)
        if lock(descriptor) is not False and os.path.lexists(path):
            return path, descriptor


def _remove(path: Path) -> None:
    """Remove a name that may be gone already. What cannot be removed now is removed by the next writer."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def _close(descriptor: int) -> None:
    """Close without complaint: the data is on the disk by now, or given up."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


def lock(descriptor: int) -> bool | None:
    """Take the lock of a temporary file: true if it is ours now, false if a living writer has it.

    None if there are no such locks (Windows, some network disks). The kernel frees a lock when its process dies.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove_leftovers(folder: Path) -> None:
    """Remove temporary files whose writer is dead. What cannot be removed is left for the next time."""
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if e.name.startswith(TEMPORARY_PREFIX) and e.name.endswith(TEMPORARY_SUFFIX)]
    for name in names:
        with contextlib.suppress(OSError):
            _remove_if_abandoned(folder / name)


def _remove_if_abandoned(path: Path) -> None:
    descriptor = os.open(path, _INSPECT_FLAGS)
    try:
        ours = lock(descriptor)
        if ours is None:
            ours = time.time() - os.fstat(descriptor).st_mtime > LEFTOVER_SECONDS
        if ours and sys.platform != "win32":  # under the lock, so that no claim of somebody else is hit
            os.unlink(path)
    finally:
        _close(descriptor)
    if ours and sys.platform == "win32":  # an open file cannot be removed there
        os.unlink(path)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest[: 16 * CHUNK])
        if written <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


def _read_back(path: Path, data: bytes) -> None:
    """Raise an input/output error unless the file at `path` holds exactly `data`."""
    wanted, place = memoryview(data), 0
    descriptor = os.open(path, _READ_FLAGS)
    try:
        while chunk := os.read(descriptor, CHUNK):
            if wanted[place : place + len(chunk)] != chunk:
                raise OSError(errno.EIO, "what was read back differs from what was written")
            place += len(chunk)
    finally:
        os.close(descriptor)
    if place != len(data):
        raise OSError(errno.EIO, "the file is shorter than what was written")


def _first_free(temporary: Path, folder: Path, names: Iterable[str]) -> Path:
    for count, name in enumerate(names):
        if count >= NAMES_MAXIMUM:
            break
        if _place_new(temporary, folder / name):
            return folder / name
    raise StorageError(f"Every name for this file is taken in {folder}. Choose another folder.")


def _place_new(temporary: Path, target: Path) -> bool:
    """Give the temporary file its name; false if that name is taken. The check and the naming are one act."""
    try:
        if sys.platform == "win32":  # a rename there fails when the name is taken
            os.rename(temporary, target)
        else:
            os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError as problem:
        if sys.platform == "win32" or problem.errno not in _NO_LINKS:
            raise
        return _place_with_claim(temporary, target)
    return True


def _place_with_claim(temporary: Path, target: Path) -> bool:
    """For disks without hard links (exFAT): whoever makes and locks the claim file of a name may use that name."""
    mark = hashlib.sha256(target.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    claim = target.parent / f"{TEMPORARY_PREFIX}{mark}{TEMPORARY_SUFFIX}"
    try:
        descriptor = os.open(claim, _WRITE_FLAGS, 0o666)
    except FileExistsError:
        return False
    try:
        if lock(descriptor) is False or not _has_name(descriptor, claim):
            return False  # a writer that cleans up was faster; the next name will do
        try:
            if os.path.lexists(target):
                return False
            os.replace(temporary, target)
            return True
        finally:
            _remove(claim)
    finally:
        _close(descriptor)


def _has_name(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def flush_folder(target: Path) -> None:
    """Make the new name of `target` itself durable. Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as problem:
        if problem.errno not in _NO_FOLDER_SYNC:  # some network file systems do not know the call
            raise StorageError(
                f"{target} was written, but the disk did not confirm that it is safe ({problem.strerror}). "
                "Check the disk and save it again."
            ) from problem


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says into one sentence: what happened, what is kept, what to do."""
    try:
        yield
    except OSError as problem:
        cause, remedy = _CAUSES.get(problem.errno or 0, (f"the system says: {problem.strerror or problem}", _ELSEWHERE))
        if problem.errno == errno.ENOENT and os.path.isdir(path):
            cause, remedy = "no file can be made there", "Choose another folder."
        told = f"{path} could not be written: {cause}. What was there before is kept. {remedy}"
        raise StorageError(told) from problem


_ELSEWHERE = "Choose another folder or try again."
_SPACE = ("there is no space left on the disk", "Free some space or choose another folder, then try again.")
_PERMISSION = ("you have no permission", "Choose another folder or change its permissions.")
_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: _SPACE,
    getattr(errno, "EDQUOT", errno.ENOSPC): _SPACE,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: ("the disk is read-only", "Choose a folder on another disk."),
    errno.ENOENT: ("its folder does not exist", "Make the folder or choose another one."),
    errno.ENOTDIR: ("a part of its path is a file and not a folder", "Choose another folder."),
    errno.EISDIR: ("a folder has this name", "Choose another name."),
    errno.EEXIST: ("a file has the name of the folder", "Choose another folder."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one."),
    errno.EFBIG: ("the file is too large for this disk", "Choose a folder on another disk."),
    errno.EIO: ("the disk reports an input/output error", "Check the disk or save to another one."),
}
