"""A store in a folder of its own, and what the tests put into it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from studio.job.recording import RecordSettings
from studio.trajectory.store import TrajectoryStore
from tests.unit.trajectory.made import STEPS, header, state


class Shelf:
    """A store with its folders."""

    def __init__(self, folder: Path) -> None:
        self.kept, self.pictures = folder / "kept", folder / "pictures"
        self.kept.mkdir()
        self.pictures.mkdir()
        self.settings = RecordSettings()
        self.clock = 1_700_000_000.0
        self.store = self.again()

    def again(self) -> TrajectoryStore:
        return TrajectoryStore(self.kept, lambda: self.pictures, lambda: self.settings)

    def record(self, seed: int, picture: str | None = None, steps: range = range(STEPS + 1)) -> Any:
        """A run with that seed; kept beside a picture, or cut short."""
        recording = self.store.begin(header(seed=seed))
        assert recording is not None
        for step in steps:
            recording.add(state(step))
        if picture is None:
            return self.store.keep_cut_short(recording)
        kept = self.store.keep(recording, self.pictures / picture)
        if kept.path is not None:
            self.clock += 10
            os.utime(kept.path, (self.clock, self.clock))
        return kept

    def files(self) -> list[str]:
        return sorted(path.name for path in self.pictures.iterdir())


def name(seed: int) -> str:
    return header(seed=seed).id
