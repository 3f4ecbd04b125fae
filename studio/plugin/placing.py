"""Putting a plugin's folder where it belongs, and taking it away: whole or not at all, also if the program is killed.

A folder cannot be replaced by one rename. The one before waits in a hidden folder meanwhile, from which the next
installation puts it back if its place is still empty.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from studio.errors import StorageError
from studio.plugin.files import PluginFiles, look_at
from studio.storage import explained, flush_folder, make_folder

# Younger ones may belong to another program that is at it right now.
LEFTOVER_SECONDS = 60.0
PLACING, UNPACKING = ".placing-", ".unpacking-"
NEW, BEFORE = "new", "before"


def put_in_place(source: Path, target: Path, then: Callable[[], None]) -> None:
    """Copy a plugin to `target`, in the place of what was there, and do `then`.

    Raises `RefusedFile`, `StorageError` and what `then` raises; everything is as it was then.
    """
    files = look_at(source)
    make_folder(target.parent)
    with (
        explained(target),
        tempfile.TemporaryDirectory(prefix=PLACING, dir=target.parent, ignore_cleanup_errors=True) as scratch,
    ):
        made, before = Path(scratch) / NEW, Path(scratch) / BEFORE / target.name
        _copy(source, made, files)
        _exchange(made, target, before, then)
    flush_folder(target)


def put_away(folder: Path, then: Callable[[], None]) -> None:
    """Take a plugin away and do `then`. Raises `StorageError` and what `then` raises; it is there again then."""
    with (
        explained(folder),
        tempfile.TemporaryDirectory(prefix=PLACING, dir=folder.parent, ignore_cleanup_errors=True) as scratch,
    ):
        gone = Path(scratch) / folder.name
        os.replace(folder, gone)
        try:
            then()
        except BaseException:
            os.replace(gone, folder)
            raise


def restore_interrupted(place: Path) -> None:
    """Put back what an installation that was killed had moved out of the way, and clear what else it left.

    Raises `StorageError`.
    """
    if not place.is_dir():
        return
    with explained(place):
        lefts = [path for path in place.iterdir() if path.name.startswith((PLACING, UNPACKING))]
        for left in [path for path in lefts if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS]:
            for before in (left / BEFORE).glob("*"):
                if not os.path.lexists(place / before.name):
                    os.replace(before, place / before.name)
            shutil.rmtree(left, ignore_errors=True)


def _exchange(made: Path, target: Path, before: Path, then: Callable[[], None]) -> None:
    replaced = os.path.lexists(target)
    if replaced:
        before.parent.mkdir()
        os.replace(target, before)
    try:
        os.replace(made, target)
        then()
    except BaseException:
        if os.path.lexists(target):
            os.replace(target, made)
        if replaced:
            os.replace(before, target)
        raise


def _copy(source: Path, made: Path, files: PluginFiles) -> None:
    """Write each file durably and read all of them again."""
    made.mkdir()
    for name, _ in files.files:
        copy = made / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with (source / name).open("rb") as old, copy.open("xb") as new:
            shutil.copyfileobj(old, new)
            new.flush()
            os.fsync(new.fileno())
    if look_at(made).digest != files.digest:
        raise StorageError(f"{source.name} could not be copied as it is, so it was not installed. Try it again.")
