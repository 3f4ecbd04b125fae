"""Where trajectories lie: journals of working runs, sealed files beside pictures, steps of runs that were cut short."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from studio.errors import StudioError
from studio.job.recording import RecordSettings
from studio.storage import make_folder
from studio.trajectory import journal, sealed
from studio.trajectory.journal import JournalWriter, read_journal
from studio.trajectory.record import StepState, Trajectory, TrajectoryHeader

UNFINISHED = "unfinished"


class Recording:
    """The record of one run while it works: in memory for the window, in a journal for the day of a crash.

    A disk that says no ends the keeping, not the run: `problem` then holds the sentence, and the steps stay in memory.
    """

    def __init__(self, header: TrajectoryHeader, folder: Path, settings: RecordSettings) -> None:
        self.header = header
        self.problem = ""
        self._folder = folder
        self._settings = settings
        self._states: dict[int, StepState] = {}
        self._journal: JournalWriter | None = None
        self._try(self._open)

    @property
    def trajectory(self) -> Trajectory:
        """What is kept so far."""
        return Trajectory(self.header, dict(self._states))

    def add(self, state: StepState) -> None:
        """Keep a state, if the settings want that step."""
        if not self._settings.keeps(state.step, self.header.steps):
            return
        self._states[state.step] = state
        self._try(lambda: self._journal.append(state) if self._journal else None)

    def sync(self) -> None:
        """Have everything on the disk now."""
        self._try(lambda: self._journal.sync() if self._journal else None)

    def seal(self, picture: Path | None, last: StepState | None = None) -> Path | None:
        """Put the record beside its picture, or among the unfinished ones if there is none; where it is, or None.

        `last` is the state where a run was cut short: it is kept whatever the settings, so that one can go on there.
        """
        if last is not None:
            self._states[last.step] = last
        target = sealed.beside(picture) if picture else self._folder / UNFINISHED / (self.header.id + sealed.SUFFIX)
        self._close()
        if not self._states:
            return None
        self._try(lambda: _seal(self.trajectory, target))
        if self.problem:
            return None
        self.discard()
        return target

    def discard(self) -> None:
        """Forget the journal."""
        self._close()
        if self._journal is not None:
            self._journal.path.unlink(missing_ok=True)

    def _open(self) -> None:
        name = f"{os.getpid()}-{self.header.id}{journal.SUFFIX}"
        self._journal = JournalWriter(self._folder / name, self.header)

    def _close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def _try(self, act: Callable[[], None]) -> None:
        if self.problem:
            return
        try:
            act()
        except (StudioError, OSError) as problem:
            self.problem = problem.sentence if isinstance(problem, StudioError) else str(problem)


def _seal(trajectory: Trajectory, target: Path) -> None:
    make_folder(target.parent)
    sealed.seal(trajectory, target)


@dataclass(frozen=True)
class Unfinished:
    """A run that did not come to its end: `path` is its journal, or its sealed steps if it was cancelled."""

    path: Path
    trajectory: Trajectory
    crashed: bool


class TrajectoryStore:
    """Begins recordings and finds trajectories by id. `pictures` tells the folder of the pictures of that moment."""

    def __init__(
        self, folder: Path, pictures: Callable[[], Path], settings: Callable[[], RecordSettings] = RecordSettings
    ) -> None:
        self._folder = folder
        self._pictures = pictures
        self._settings = settings
        self._ids: dict[tuple[Path, int], str] = {}
        self._opened: Trajectory | None = None

    def begin(self, header: TrajectoryHeader) -> Recording | None:
        """A recording for a run that begins, or None if the user wants none."""
        settings = self._settings()
        return None if settings.mode == "none" else Recording(header, self._folder, settings)

    def find(self, trajectory_id: str) -> Trajectory | None:
        """The trajectory of that id, wherever it lies, or None. The last one found stays in memory."""
        if self._opened is not None and self._opened.header.id == trajectory_id:
            return self._opened
        for path in self._candidates(trajectory_id):
            try:
                self._opened = sealed.read_sealed(path)
            except StudioError:
                continue
            return self._opened
        return None

    def unfinished_of(self, trajectory_id: str) -> Trajectory | None:
        """The steps of a run that was cut short, so that the same recipe goes on where it stopped."""
        paths = [self._cut_short(trajectory_id), *self._folder.glob(f"*-{trajectory_id}{journal.SUFFIX}")]
        for path in paths:
            if not path.exists() or (path.name.endswith(journal.SUFFIX) and _is_alive(path)):
                continue
            try:
                return self.open(path)
            except StudioError:
                continue
        return None

    def forget_unfinished(self, trajectory_id: str) -> None:
        """The run was finished, or the user does not want its steps."""
        for path in (self._cut_short(trajectory_id), *self._folder.glob(f"*-{trajectory_id}{journal.SUFFIX}")):
            if not (path.name.endswith(journal.SUFFIX) and _is_alive(path)):
                path.unlink(missing_ok=True)

    def path_of(self, trajectory_id: str) -> Path | None:
        """Where the sealed trajectory of that id lies, or None."""
        return next(iter(self._candidates(trajectory_id)), None)

    def unfinished(self) -> list[Unfinished]:
        """Runs of a program that crashed, newest first. Journals of programs that still run are theirs."""
        found = []
        for path in sorted(self._folder.glob(f"*{journal.SUFFIX}"), key=_age, reverse=True):
            if _is_alive(path):
                continue
            try:
                found.append(Unfinished(path, read_journal(path), crashed=True))
            except StudioError:
                # Not even one step is whole, so there is nothing to go on from.
                path.unlink(missing_ok=True)
        return found

    def open(self, path: Path) -> Trajectory:
        """A trajectory file or journal at `path`. Raises `RefusedFile`."""
        return read_journal(path) if path.name.endswith(journal.SUFFIX) else sealed.read_sealed(path)

    def _candidates(self, trajectory_id: str) -> Iterator[Path]:
        cut_short = self._cut_short(trajectory_id)
        for path in sorted(self._pictures().glob(f"*{sealed.SUFFIX}"), key=_age, reverse=True):
            if self._id_of(path) == trajectory_id:
                yield path
        if cut_short.exists():
            yield cut_short

    def _cut_short(self, trajectory_id: str) -> Path:
        return self._folder / UNFINISHED / (trajectory_id + sealed.SUFFIX)

    def _id_of(self, path: Path) -> str:
        key = (path, int(_age(path) * 1e6))
        if key not in self._ids:
            try:
                self._ids[key] = sealed.read_header_of(path).id
            except StudioError:
                self._ids[key] = ""
        return self._ids[key]


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _is_alive(path: Path) -> bool:
    """Whether the program that writes this journal still runs."""
    number = path.name.split("-", 1)[0]
    if not number.isdigit():
        return False
    if int(number) == os.getpid():
        return True
    try:
        written_before: bool = psutil.Process(int(number)).create_time() <= _age(path)
    except psutil.Error:
        return False
    return written_before
