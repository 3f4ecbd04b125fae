"""The codes that are kept here, found by the names of their values."""

from __future__ import annotations

import contextlib
import os
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import RLock

from studio.errors import RefusedFile
from studio.image import Image
from studio.job.code import SUFFIX, CodeFacts
from studio.job.recipe import checked
from studio.storage import explained, make_folder, write_durably
from studio.trajectory.code_file import Code, code_bytes, read_code

REMEMBERED = 16
REMOVED = ".removed"


class CodeStore:
    """Keeps codes in `folder`, one file each, named `<id>.code.safetensors`. May be used from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = RLock()
        self._remembered: OrderedDict[str, Code] = OrderedDict()

    def keep(self, code: Code) -> str:
        """Have a code on the disk and tell its id. Raises `StorageError`.

        One that is here and whole stays as it is: it may have been given another name.
        """
        if not self._is_whole(code.id):
            self._write(code)
        return code.id

    def find(self, code: str) -> Code:
        """The code with that id. Raises `RefusedFile` with a sentence if it is not here or damaged."""
        with self._lock:
            known = self._remembered.get(code)
        if known is not None:
            return known
        path = self.path(code)
        if not path.is_file():
            raise RefusedFile("The code that this starts from is not on this computer. Open its file first.")
        found = read_code(path)
        if found.id != code:
            raise RefusedFile(f"{path.name} was changed since it was kept, so it is not used.")
        self._remember(found)
        return found

    def has(self, codes: Iterable[str]) -> bool:
        """Whether all of them are here. No file is opened."""
        return all(code in self._remembered or self.path(code).is_file() for code in codes)

    def rename(self, code: str, name: str) -> None:
        """Call a code something else. Raises `RefusedFile`, `InvalidField` for a name that is empty or too long."""
        known = self.find(code)
        facts = {**known.facts.model_dump(), "name": name}
        self._write(replace(known, facts=checked(CodeFacts, **facts)))

    def picture(self, code: str, thumbnail: Image) -> None:
        """Show a code by another picture. Raises `RefusedFile` and `StorageError`."""
        self._write(replace(self.find(code), thumbnail=thumbnail))

    def remove(self, code: str) -> None:
        """Take a code away. Until the next `sweep` it can be brought back. Raises `StorageError`."""
        path = self.path(code)
        with explained(path), contextlib.suppress(FileNotFoundError):
            os.replace(path, path.with_name(path.name + REMOVED))
        with self._lock:
            self._remembered.pop(code, None)

    def bring_back(self, code: str) -> None:
        """Undo `remove`. Raises `StorageError`."""
        path = self.path(code)
        with explained(path):
            os.replace(path.with_name(path.name + REMOVED), path)

    def sweep(self) -> None:
        """Forget for good what was removed."""
        for path in self.folder.glob(f"*{SUFFIX}{REMOVED}"):
            with contextlib.suppress(OSError):
                path.unlink()

    def kept(self) -> list[tuple[str, os.stat_result]]:
        """The ids of all codes that are here, with what the disk says of their files; the newest first."""
        found = []
        for path in self.folder.glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                found.append((path.name.removesuffix(SUFFIX), path.stat()))
        return sorted(found, key=lambda file: (-file[1].st_mtime_ns, file[0]))

    def path(self, code: str) -> Path:
        """Where the code with that id lies, if it is here."""
        return self.folder / f"{code}{SUFFIX}"

    def _write(self, code: Code) -> None:
        make_folder(self.folder)
        write_durably(self.path(code.id), code_bytes(code))
        self._remember(code)

    def _is_whole(self, code: str) -> bool:
        """Whether the file of a code is here and can be read; what is remembered of it does not count."""
        try:
            return read_code(self.path(code)).id == code
        except RefusedFile:
            return False

    def _remember(self, code: Code) -> None:
        with self._lock:
            self._remembered[code.id] = code
            self._remembered.move_to_end(code.id)
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
