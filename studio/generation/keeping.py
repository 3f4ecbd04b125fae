"""What becomes of the states of a run: kept while it works, sealed when it ends, however it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.errors import StorageError
from studio.generation.journey import Arrival
from studio.job.event import GeneratedImage
from studio.job.recording import RecordSettings
from studio.trajectory.record import StepState, TrajectoryHeader
from studio.trajectory.recording import Recording
from studio.trajectory.store import Kept, TrajectoryStore


class Keeping:
    """Gives the states of a run to its recording, if there is one. What gets no picture is kept as cut short.

    With `again` the run is recorded as it says, for a picture that is there already; cut short it leaves nothing.
    """

    def __init__(
        self, store: TrajectoryStore | None, header: TrajectoryHeader, again: RecordSettings | None = None
    ) -> None:
        self._store = store
        self._recording: Recording | None = None
        if store is not None:
            self._recording = store.begin(header, again)
        self._again = again is not None
        self._over = False
        self._arrived = False

    @property
    def trajectory(self) -> str:
        """The id under which the steps are kept, empty if they are not."""
        return self._recording.header.id if self._recording else ""

    def share(self, states: list[StepState]) -> None:
        """Keep what is known before the run begins, and have it on the disk."""
        if self._recording is not None:
            for state in states:
                self._recording.add(state)
            self._recording.sync()

    def add(self, arrival: Arrival) -> None:
        """Keep what the run has reached."""
        if self._recording is not None:
            self._recording.add(arrival.kept())
            self._arrived = True

    def save(self, generated: GeneratedImage, save: Callable[[GeneratedImage], Path]) -> Path:
        """Save the picture. If the disk says no, its steps make room for it and it is tried again."""
        try:
            return save(generated)
        except StorageError:
            if self._recording is None or not self._recording.has_journal:
                raise
            self._recording.discard()
        return save(generated)

    def keep(self, picture: Path | None) -> Kept:
        """The run came to its end; without a picture there is nothing that its steps could lie beside."""
        self._over = True
        if self._store is None or self._recording is None:
            return Kept(None)
        if picture is None:
            self._store.drop(self._recording)
            return Kept(None)
        return self._store.keep(self._recording, picture)

    def keep_apart(self) -> None:
        """The run came to its end and has no picture, but its steps are worth keeping."""
        self._over = True
        if self._store is not None and self._recording is not None:
            self._store.keep_cut_short(self._recording)

    def __enter__(self) -> Keeping:
        return self

    def __exit__(self, *_: object) -> None:
        if self._over or self._store is None or self._recording is None:
            return
        if self._arrived and not self._again:
            self._store.keep_cut_short(self._recording)
        else:
            self._store.drop(self._recording)
