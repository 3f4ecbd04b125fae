"""What an export tells while it works. `ExportBegun`, a `FrameDone` a frame, then exactly one of the three endings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ExportId = int


@dataclass(frozen=True)
class ExportEvent:
    """What all events share: the id of their export, and how many of its `frames` are whole by now."""

    export: ExportId
    whole: int
    frames: int


@dataclass(frozen=True)
class ExportBegun(ExportEvent):
    """`whole` frames were there already, from the same export that was cut short."""


@dataclass(frozen=True)
class FrameDone(ExportEvent):
    """One frame more."""


@dataclass(frozen=True)
class Exported(ExportEvent):
    """All frames are at `path`, which is a folder for a PNG sequence. `notices` are sentences for the user."""

    path: Path
    bytes: int
    seconds: float
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportCancelled(ExportEvent):
    """What is whole lies at `path`, None if nothing is. The same export begins with it when it is asked for again."""

    path: Path | None = None

    @property
    def sentence(self) -> str:
        if self.path is None:
            return "Cancelled. Nothing was written."
        return f"Cancelled. {self.whole} of {self.frames} frames are whole, in {self.path}."


@dataclass(frozen=True)
class ExportFailed(ExportEvent):
    """The `sentence` says why, and what is kept; `field` names a value that is to blame. `path` as in a cancelled one.

    `can_go_on` says that the same export may go well if it is asked for again, as after a full disk.
    """

    sentence: str
    path: Path | None = None
    field: str | None = None
    detail: str = ""
    exit_code: int = 1
    can_go_on: bool = False


Ending = Exported | ExportCancelled | ExportFailed
ENDINGS = (Exported, ExportCancelled, ExportFailed)


@dataclass(frozen=True)
class Estimate:
    """What an export would be: so many frames, so long once through, and about so many bytes."""

    frames: int
    seconds: float
    bytes: int
