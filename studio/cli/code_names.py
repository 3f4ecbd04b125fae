"""Words for codes on the command line: a file, a seed, an id or the beginning of one, or a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.painted_text import ID_SHOWN
from studio.errors import InvalidField, RefusedFile
from studio.job.code import SUFFIX
from studio.job.recipe import SEED_MAXIMUM

if TYPE_CHECKING:
    from studio.trajectory.code_file import Code
    from studio.trajectory.code_store import CodeStore

_SEED = re.compile(r"[0-9]{1,25}")
_ID = re.compile(rf"[0-9a-f]{{{ID_SHOWN},64}}")
_SHOWN = 60


def is_seed(word: str) -> bool:
    """Whether a word means the noise of a seed."""
    return _SEED.fullmatch(word) is not None


def read_seed(word: str) -> int:
    """The seed that a word means. Raises `InvalidField`."""
    if int(word) > SEED_MAXIMUM:
        raise InvalidField("code", f"Seed {word} is out of range. Use 0 to {SEED_MAXIMUM}.")
    return int(word)


def is_file(word: str) -> bool:
    """Whether a word means the file of a code."""
    return word.lower().endswith(SUFFIX)


def named_code(word: str, store: CodeStore) -> Code:
    """The code of a file, or the one that is kept under an id or a name. Nothing is kept by it.

    Raises `InvalidField` for a word that means none or several, `RefusedFile` for a file that is not accepted.
    """
    from studio.trajectory.code_file import read_code

    return read_code(Path(word).expanduser()) if is_file(word) else store.find(code_id(word, store))


def code_id(word: str, store: CodeStore) -> str:
    """The id that a word means as an id, the beginning of one, or a name. A code that is named by its id is not read.

    Raises `InvalidField` for a word that means none or several.
    """
    begins = _ID.fullmatch(word) is not None
    found = [code for code, _ in store.kept() if code == word or (begins and code.startswith(word))]
    if found or (begins and len(word) == 64):
        return _only(word, found or [word])
    return _only(word, [code for code, name in names(store) if name == word])


def names(store: CodeStore) -> list[tuple[str, str]]:
    """The ids of the codes that are kept with their names, newest first. Those that are damaged are left out."""
    found = []
    for code, _ in store.kept():
        try:
            found.append((code, store.find(code).facts.name))
        except RefusedFile:
            continue
    return found


def _only(word: str, found: list[str]) -> str:
    shown = word[:_SHOWN]
    if not found:
        raise InvalidField("code", f"No code is called '{shown}'. See 'reverie codes list' for those that are kept.")
    if len(found) > 1:
        ids = ", ".join(code[:ID_SHOWN] for code in found[:5])
        raise InvalidField("code", f"'{shown}' is {len(found)} codes: {ids}. Give the id of the one that you mean.")
    return found[0]


class GivenCodes:
    """The codes of one command: those that were given, whether they are kept or not, and then those in the store."""

    def __init__(self, store: CodeStore, seed_code: Callable[[int], Code]) -> None:
        self._store, self._seed_code = store, seed_code
        self._given: dict[str, Code] = {}

    def take(self, word: str) -> str:
        """The id of what a word means. Raises `InvalidField` and `RefusedFile`."""
        code = self._seed_code(read_seed(word)) if is_seed(word) else named_code(word, self._store)
        self._given[code.id] = code
        return code.id

    def find(self, code: str) -> Code:
        return self._given[code] if code in self._given else self._store.find(code)

    def keep(self, code: Code) -> str:
        return self._store.keep(code)
