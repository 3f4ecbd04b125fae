"""What the user has decided about plugins, and what became of them: one small file, written durably.

A file that is damaged or gone means that nothing is enabled but what comes with the program: trust is not guessed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from studio.storage import explained, make_folder, write_durably

FILE_MAXIMUM = 4_000_000


class Decision(BaseModel):
    """`digest` is the SHA-256 of the files that were agreed to; `i_know` that conformance failed and the user knows.

    `source` is the folder that it was installed from, for its author's next try.
    `failed` and `quarantined` are sentences why a plugin is off that the user has not switched off.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    enabled: bool = False
    digest: Annotated[str, Field(max_length=64)] = ""
    i_know: bool = False
    source: Annotated[str, Field(max_length=4096)] = ""
    failed: Annotated[str, Field(max_length=500)] = ""
    quarantined: Annotated[str, Field(max_length=500)] = ""


class _File(BaseModel):
    version: int = 1
    plugins: dict[str, Decision] = Field(default_factory=dict)


class Ledger:
    """The decisions by plugin id. Every change is on the disk before `change` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decisions: dict[str, Decision] = {}
        self.read_again()

    def read_again(self) -> None:
        """Take over what another program decided. What cannot be read changes nothing."""
        with contextlib.suppress(OSError):
            self._decisions = self._read()

    @property
    def decisions(self) -> Mapping[str, Decision]:
        return MappingProxyType(self._decisions)

    def of(self, plugin: str) -> Decision | None:
        """What was decided about a plugin, None if nothing was."""
        return self._decisions.get(plugin)

    def change(self, plugin: str, decision: Decision | None) -> None:
        """Decide, or with None forget. Raises `StorageError`; then nothing was changed.

        The file is read again first: another program may have decided meanwhile.
        """
        with explained(self._path):
            after = self._read()
        if decision is None:
            after.pop(plugin, None)
        else:
            after[plugin] = decision
        make_folder(self._path.parent)
        write_durably(self._path, _File(plugins=after).model_dump_json(indent=1).encode())
        self._decisions = after

    def _read(self) -> dict[str, Decision]:
        """What the file says, nothing where it is damaged. Raises `OSError` where it cannot be read."""
        try:
            if self._path.stat().st_size > FILE_MAXIMUM:
                return {}
            return _File.model_validate_json(self._path.read_bytes()).plugins
        except (FileNotFoundError, ValueError):  # a `ValidationError` is one, too
            return {}
