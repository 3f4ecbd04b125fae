"""What the run foot shows: where the run is, in one word and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from studio.job.recipe import Recipe


class Phase(Enum):
    """Where the run is. A series is a job of many pictures, or of none: it is never paused."""

    IDLE = auto()
    QUEUED = auto()
    LOADING = auto()
    SAMPLING = auto()
    SERIES = auto()
    PAUSED = auto()
    DECODING = auto()
    CANCELLING = auto()
    FINISHED = auto()
    CANCELLED = auto()
    FAILED = auto()


@dataclass(frozen=True)
class RunStatus:
    """What the foot shows: the text, how far the run is (0 to 1, None where nobody knows), and how many jobs wait.

    `resumable` is the recipe of a run that was cancelled and whose steps are kept. `quiet`: nobody asked for what
    works, so the buttons stay as they are.
    """

    phase: Phase = Phase.IDLE
    text: str = ""
    fraction: float | None = 0.0
    waiting: int = 0
    path: Path | None = None
    resumable: Recipe | None = None
    quiet: bool = False

    @property
    def running(self) -> bool:
        return self.phase in RUNNING


RUNNING = (
    Phase.QUEUED,
    Phase.LOADING,
    Phase.SAMPLING,
    Phase.SERIES,
    Phase.PAUSED,
    Phase.DECODING,
    Phase.CANCELLING,
)


@dataclass(frozen=True)
class PausedRun:
    """A run that waits after `step` steps. `trajectory` is the id of its record, empty if it has none."""

    job: int
    recipe: Recipe
    step: int
    trajectory: str
