"""The record of one run while it works."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from studio.errors import StudioError
from studio.job.recording import RecordSettings
from studio.storage import make_folder
from studio.trajectory import journal, sealed
from studio.trajectory.journal import JournalWriter
from studio.trajectory.record import StepState, Trajectory, TrajectoryHeader

log = logging.getLogger(__name__)


class Recording:
    """In memory for the window, in a journal for the day of a crash.

    A disk that says no ends the keeping, not the run: `problem` then holds the sentence, and the steps stay in memory.
    """

    def __init__(
        self, header: TrajectoryHeader, folder: Path, settings: RecordSettings, *, journaled: bool = True
    ) -> None:
        self.header = header
        self.problem = ""
        self._folder = folder
        self._settings = settings
        self._states: dict[int, StepState] = {}
        self._last: StepState | None = None
        self._journal: JournalWriter | None = None
        if journaled:
            self._try(self._open)

    @property
    def trajectory(self) -> Trajectory:
        """What is kept so far; grows with the run."""
        return Trajectory(self.header, MappingProxyType(self._states))

    def add(self, state: StepState) -> None:
        """Keep a state, if the settings want that step. The newest is remembered whatever they say."""
        self._last = state
        if self._settings.keeps(state.step, self.header.steps):
            self._states[state.step] = state
            self._try(lambda: self._journal.append(state) if self._journal else None)
            if self.problem:
                self.discard()

    def sync(self) -> None:
        """Have everything on the disk now."""
        self._try(lambda: self._journal.sync() if self._journal else None)

    @property
    def has_journal(self) -> bool:
        """Whether a journal takes space."""
        return self._journal is not None

    def seal(self, target: Path, *, cut_short: bool = False) -> Path | None:
        """Make a sealed file of it and drop the journal; where it is, or None with `problem` set.

        A run that was `cut_short` also keeps its newest state, so that one can go on exactly there. Where sealing
        fails, its journal stays, because nothing else has these steps.
        """
        if cut_short and self._last is not None:
            self._states[self._last.step] = self._last
        self._try_to_seal(target)
        if self.problem and cut_short:
            self.close()
            return None
        if self.problem and self.has_journal:
            self.discard()  # it may have had the room that was missing
            self._try_to_seal(target)
        self.discard()
        return None if self.problem else target

    def _try_to_seal(self, target: Path) -> None:
        self.problem = ""  # a full disk under the journal need not be one here
        self._try(lambda: _seal(self.trajectory, target))

    def discard(self) -> None:
        """Forget the journal: on a full disk the picture needs the room more. The steps stay in memory."""
        self.close()
        if self._journal is not None:
            with contextlib.suppress(OSError):
                self._journal.path.unlink()
        self._journal = None

    def close(self) -> None:
        """Write no more; the journal stays."""
        if self._journal is not None:
            self._journal.close()

    def _open(self) -> None:
        name = f"{os.getpid()}-{secrets.token_hex(4)}-{self.header.id}{journal.SUFFIX}"
        self._journal = JournalWriter(self._folder / name, self.header)

    def _try(self, act: Callable[[], None]) -> None:
        if self.problem:
            return
        try:
            act()
        except StudioError as problem:
            self.problem = problem.sentence
        except Exception as problem:
            # What a sampler remembers may be anything; a run must not end because it is recorded.
            log.info("the steps are not kept", exc_info=problem)
            self.problem = f"The steps could not be kept ({type(problem).__name__}: {str(problem)[:200]})."


def _seal(trajectory: Trajectory, target: Path) -> None:
    make_folder(target.parent)
    sealed.seal(trajectory, target)
