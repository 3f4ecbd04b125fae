"""Where trajectories lie: journals of working runs, sealed files beside pictures, steps of runs that were cut short."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.errors import RefusedFile, StudioError
from studio.job.recording import RecordSettings
from studio.job.shelf import Usage
from studio.trajectory import journal, sealed
from studio.trajectory.journal import read_journal
from studio.trajectory.lock import is_held
from studio.trajectory.record import StepState, Trajectory, TrajectoryHeader
from studio.trajectory.recording import Recording
from studio.trajectory.space import KeptFile, Space, kept_file

OPENED_BYTES = 256 * 1024 * 1024

__all__ = ["Kept", "Recording", "StepState", "TrajectoryStore", "Unfinished"]


@dataclass(frozen=True)
class Unfinished:
    """A run of a program that crashed: `path` is its journal."""

    path: Path
    trajectory: Trajectory
    when: float


@dataclass(frozen=True)
class Kept:
    """What became of a recording: where it is, and sentences about what went less well."""

    path: Path | None
    notices: tuple[str, ...] = ()


class TrajectoryStore:
    """Begins recordings and finds trajectories by id. `pictures` tells the folder of the pictures of that moment.

    Used by one thread alone.
    """

    def __init__(
        self, folder: Path, pictures: Callable[[], Path], settings: Callable[[], RecordSettings] = RecordSettings
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._space = Space(folder, pictures)
        self._working: dict[str, Recording] = {}
        self._opened = _Opened()
        self._ids: dict[KeptFile, str] = {}
        self._places: dict[str, Path] = {}

    @property
    def wanted(self) -> bool:
        """Whether the user wants steps kept at all."""
        return self._settings().mode != "none"

    def begin(self, header: TrajectoryHeader, again: RecordSettings | None = None) -> Recording | None:
        """A recording for a run that begins, or None if the user wants none.

        With `again` it is one of something that is there already, kept as that says. It has no journal: a crash loses
        nothing.
        """
        settings = again or self._settings()
        if settings.mode == "none":
            return None
        recording = Recording(header, self._folder, settings, journaled=again is None)
        self._working[header.id] = recording
        return recording

    def keep(self, recording: Recording, picture: Path) -> Kept:
        """The run is over: seal its steps beside `picture` and make room for them. Never raises."""
        self._working.pop(recording.header.id, None)
        path = recording.seal(sealed.beside(picture))
        if path is None:
            return Kept(None, (f"The picture is saved, but not its steps. {recording.problem}",))
        self._remember(path, recording.trajectory)
        self.forget_unfinished(recording.header.id)
        return Kept(path, self._make_room(path))

    def keep_cut_short(self, recording: Recording) -> Kept:
        """The run ended without a picture: seal its steps among the unfinished ones. Never raises."""
        trajectory_id = recording.header.id
        self._working.pop(trajectory_id, None)
        path = recording.seal(self._space.cut_short(trajectory_id), cut_short=True)
        if path is None:
            return Kept(None, (recording.problem,))
        self._remember(path, recording.trajectory)
        self._forget_journals(trajectory_id)
        return Kept(path, self._make_room(path))

    def drop(self, recording: Recording) -> None:
        """Nothing of the run is worth keeping."""
        self._working.pop(recording.header.id, None)
        recording.discard()

    def sync(self) -> None:
        """Have all steps of the working runs on the disk now."""
        for recording in self._working.values():
            recording.sync()

    def find(self, trajectory_id: str) -> Trajectory | None:
        """The trajectory of that id, wherever it lies, or None. That of a working run grows."""
        working, known = self._working.get(trajectory_id), self._opened.get(trajectory_id)
        # The same recipe may be running once more while somebody looks at its first picture.
        if working is not None and (known is None or known.done <= working.trajectory.done):
            return working.trajectory
        if known is not None:
            return known
        for path in self._candidates(trajectory_id):
            with contextlib.suppress(StudioError):
                return self.open(path)
        return None

    def beside(self, picture: Path) -> Trajectory:
        """The trajectory that lies beside a picture. From now on it is found by its id too. Raises `RefusedFile`."""
        path = sealed.beside(picture)
        if not path.is_file():
            raise RefusedFile("The steps of this picture are not kept. Record them again to see them.")
        return self.open(path)

    def open(self, path: Path) -> Trajectory:
        """A trajectory file or journal at `path`. Raises `RefusedFile`."""
        if path.name.endswith(journal.SUFFIX):
            return read_journal(path)
        trajectory = sealed.read_sealed(path)
        self._remember(path, trajectory)
        return trajectory

    def path_of(self, trajectory_id: str) -> Path | None:
        """Where the sealed trajectory of that id lies, or None."""
        return next((path for path in self._candidates(trajectory_id) if path.name.endswith(sealed.SUFFIX)), None)

    def unfinished(self) -> list[Unfinished]:
        """Runs of programs that crashed, newest first. Journals of programs that still run are theirs."""
        self._space.clear_unborn()
        found: dict[str, Unfinished] = {}
        for file in self._space.journals():
            trajectory = self._crashed(file.path)
            if trajectory is None:
                continue
            other = found.get(trajectory.header.id)
            if other is None or other.trajectory.done < trajectory.done:
                found[trajectory.header.id] = Unfinished(file.path, trajectory, file.age)
        return list(found.values())

    def unfinished_of(self, trajectory_id: str) -> Trajectory | None:
        """The steps of a run that was cut short, so that the same recipe goes on where it stopped."""
        runs = [self._crashed(file.path) for file in self._journals_of(trajectory_id)]
        with contextlib.suppress(StudioError):
            runs.append(sealed.read_sealed(self._space.cut_short(trajectory_id)))
        found = [run for run in runs if run is not None and run.header.id == trajectory_id and run.states]
        return max(found, key=lambda run: run.done, default=None)

    def forget_unfinished(self, trajectory_id: str) -> None:
        """The run was finished, or the user does not want its steps."""
        with contextlib.suppress(OSError):
            self._space.cut_short(trajectory_id).unlink()
        self._forget_journals(trajectory_id)

    def pin(self, trajectory_id: str, pinned: bool) -> None:
        """Keep a trajectory whatever the limit on space, or no longer. Raises `StorageError`."""
        self._space.pin(trajectory_id, pinned)

    def usage(self) -> Usage:
        """The space that all trajectories take now."""
        files = [*self._space.sealed(), *self._space.journals()]
        return Usage(sum(file.bytes for file in files), len(files), self._settings().limit, self._space.pinned())

    def _make_room(self, keep: Path) -> tuple[str, ...]:
        limit = self._settings().limit
        gone = self._space.make_room(limit, keep, self._id_of) if limit else []
        if not gone:
            return ()
        pictures = "1 older picture" if len(gone) == 1 else f"{len(gone)} older pictures"
        return (
            f"The steps of {pictures} were let go to stay below {limit / 1e6:,.0f} MB. "
            "Recording a picture again brings its steps back.",
        )

    def _remember(self, path: Path, trajectory: Trajectory) -> None:
        self._places[trajectory.header.id] = path
        self._opened.put(path, trajectory)

    def _candidates(self, trajectory_id: str) -> Iterator[Path]:
        """Where it was last seen, then beside the pictures, then what was cut short or crashed."""
        place = self._places.get(trajectory_id)
        if place is not None and place.is_file() and self._id_of(place) == trajectory_id:
            yield place
        for file in self._space.sealed():
            if file.path != place and self._id_of(file.path) == trajectory_id:
                yield file.path
        for file in self._journals_of(trajectory_id):
            if not is_held(file.path):
                yield file.path

    def _journals_of(self, trajectory_id: str) -> list[KeptFile]:
        return [file for file in self._space.journals() if file.path.name.endswith(trajectory_id + journal.SUFFIX)]

    def _crashed(self, path: Path) -> Trajectory | None:
        """What is in the journal of a program that died; None if it lives, or if all is sealed beside a picture."""
        if is_held(path):
            return None
        try:
            trajectory = read_journal(path)
        except StudioError:
            return None
        cut_short = self._space.cut_short(trajectory.header.id)
        sealed_beside = trajectory.complete and self.path_of(trajectory.header.id) not in (None, cut_short)
        if sealed_beside:
            with contextlib.suppress(OSError):
                path.unlink()
        return None if sealed_beside else trajectory

    def _forget_journals(self, trajectory_id: str) -> None:
        for file in self._journals_of(trajectory_id):
            if not is_held(file.path):
                with contextlib.suppress(OSError):
                    file.path.unlink()

    def _id_of(self, path: Path) -> str:
        """The id of a sealed trajectory, "" for a damaged one. Its header is read once for each version of the file."""
        file = kept_file(path)
        if file is None:
            return ""
        if file not in self._ids:
            try:
                self._ids[file] = sealed.read_header_of(path).id
            except StudioError:
                self._ids[file] = ""
        return self._ids[file]


class _Opened:
    """The trajectories that were looked at last, as long as their files stay as they are."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[KeptFile, Trajectory]] = OrderedDict()

    def get(self, trajectory_id: str) -> Trajectory | None:
        file, trajectory = self._known.get(trajectory_id, (None, None))
        if file is None or kept_file(file.path) != file:
            self._known.pop(trajectory_id, None)
            return None
        self._known.move_to_end(trajectory_id)
        return trajectory

    def put(self, path: Path, trajectory: Trajectory) -> None:
        file = kept_file(path)
        if file is None:
            return
        self._known[trajectory.header.id] = file, trajectory
        self._known.move_to_end(trajectory.header.id)
        while len(self._known) > 1 and sum(known.nbytes for _, known in self._known.values()) > OPENED_BYTES:
            self._known.popitem(last=False)
