"""The one file in which a painting survives a restart. Called from any thread but one at a time. No Qt."""

from __future__ import annotations

import os
from pathlib import Path

from studio.errors import RefusedFile
from studio.painting.draft import Draft
from studio.storage import make_folder, write_durably

BYTES_MAXIMUM = 200_000_000
DAMAGED_SUFFIX = ".damaged-"


def write_draft(path: Path, draft: Draft) -> None:
    """Keep `draft` in place of the one before. Raises `StorageError`; the one before is then still there."""
    make_folder(path.parent)
    write_durably(path, draft.to_bytes())


def read_draft(path: Path) -> Draft | None:
    """The draft that was kept last, None if there is none.

    Raises `RefusedFile` with a sentence for a damaged one, after it was set aside.
    """
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAXIMUM)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise RefusedFile(f"The painting of the last time cannot be read: {problem.strerror or problem}.") from None
    try:
        return Draft.from_bytes(data)
    except RefusedFile as problem:
        raise RefusedFile(f"{problem.sentence} {set_aside(path)}") from None


def set_aside(path: Path) -> str:
    """Rename a file that cannot be used to a free name, and say which."""
    number = 1
    while (target := path.with_name(f"{path.name}{DAMAGED_SUFFIX}{number}")).exists():
        number += 1
    try:
        os.rename(path, target)
    except OSError as problem:
        return f"The file could not be set aside: {problem.strerror or problem}."
    return f"The file is kept as {target.name}."
