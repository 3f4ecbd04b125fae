"""Which code each inversion led to, so that the same one need not be walked again. All of it can be found anew."""

from __future__ import annotations

import re
from pathlib import Path

from studio.errors import StorageError
from studio.storage import make_folder, write_durably
from studio.trajectory.code_store import CodeStore

_WAY = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"[0-9a-f]{64}")


class FoundCodes:
    """Remembers codes of `codes` by the ids of the ways up that led to them, one small file each in `folder`."""

    def __init__(self, folder: Path, codes: CodeStore) -> None:
        self._folder, self._codes = folder, codes

    def find(self, way: str) -> str | None:
        """The id of the code, if it is known and still kept."""
        if not _WAY.fullmatch(way):
            return None
        try:
            with (self._folder / way).open("rb") as file:
                code = file.read(65).decode("ascii", "replace")
        except OSError:
            return None
        return code if _CODE.fullmatch(code) and self._codes.has([code]) else None

    def note(self, way: str, code: str) -> None:
        """Remember it; a disk that says no only means that it is walked again."""
        try:
            make_folder(self._folder)
            write_durably(self._folder / way, code.encode())
        except StorageError:
            return
