"""The space that trajectories take: what is there, what is pinned, and what goes when the limit is reached."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.storage import make_folder, write_durably
from studio.trajectory import journal, sealed
from studio.trajectory.lock import is_held

UNFINISHED, PINNED = "unfinished", "pinned"
UNBORN_SECONDS = 60.0


@dataclass(frozen=True)
class KeptFile:
    """A trajectory or journal on the disk; `age` is when it was last written, in seconds since 1970."""

    path: Path
    bytes: int
    age: float


def kept_file(path: Path) -> KeptFile | None:
    """What is at `path`, None if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return KeptFile(path, status.st_size, status.st_mtime)


class Space:
    """Looks after the trajectories beside the pictures and those of runs that were cut short.

    A pin is an empty file named for the trajectory: there is nothing in it that could be damaged.
    """

    def __init__(self, folder: Path, pictures: Callable[[], Path]) -> None:
        self._folder = folder
        self._pictures = pictures

    def sealed(self) -> list[KeptFile]:
        """The sealed trajectories, newest first."""
        paths = [*self._pictures().glob(f"*{sealed.SUFFIX}"), *(self._folder / UNFINISHED).glob(f"*{sealed.SUFFIX}")]
        return _newest_first(paths)

    def journals(self) -> list[KeptFile]:
        """The journals, newest first."""
        return _newest_first(self._folder.glob(f"*{journal.SUFFIX}"))

    def clear_unborn(self) -> None:
        """Remove journals whose program died before they had their name."""
        for file in _newest_first(self._folder.glob(f"*{journal.SUFFIX}{journal.UNBORN}")):
            if not is_held(file.path) and time.time() - file.age > UNBORN_SECONDS:
                with contextlib.suppress(OSError):
                    file.path.unlink()

    def cut_short(self, trajectory_id: str) -> Path:
        """Where the steps of a run without a picture lie."""
        return self._folder / UNFINISHED / (trajectory_id + sealed.SUFFIX)

    def pinned(self) -> frozenset[str]:
        """The ids that stay whatever the limit."""
        return frozenset(path.name for path in (self._folder / PINNED).glob("*") if not path.name.startswith("."))

    def pin(self, trajectory_id: str, pinned: bool) -> None:
        """Keep a trajectory whatever the limit, or no longer. Raises `StorageError`."""
        path = self._folder / PINNED / trajectory_id
        if pinned:
            make_folder(path.parent)
            write_durably(path, b"")
        else:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def make_room(self, limit: int, keep: Path, id_of: Callable[[Path], str]) -> list[KeptFile]:
        """Let go of the oldest until `limit` bytes are kept, except `keep` and what is pinned. What went."""
        files = [*self.sealed(), *self.journals()]
        over = sum(file.bytes for file in files) - limit
        gone: list[KeptFile] = []
        for file in self._droppable(keep, id_of) if over > 0 else ():
            try:
                file.path.unlink()
            except OSError:
                continue
            gone.append(file)
            over -= file.bytes
            if over <= 0:
                break
        return gone

    def _droppable(self, keep: Path, id_of: Callable[[Path], str]) -> Iterator[KeptFile]:
        """Oldest first. Journals are not among them: a crash left them, and nobody has decided yet."""
        pinned = self.pinned()
        for file in reversed(self.sealed()):
            if file.path != keep and id_of(file.path) not in pinned:
                yield file


def _newest_first(paths: Iterable[Path]) -> list[KeptFile]:
    files = [file for path in paths if (file := kept_file(path)) is not None]
    return sorted(files, key=lambda file: file.age, reverse=True)
