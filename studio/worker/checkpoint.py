"""The place between two steps of a run where others get their turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from studio.job.cancel import CancelToken


class Checkpoint(CancelToken):
    """A cancel token whose check, once after each step, also lets `visit` do what waits.

    A run checks before every network call, of which a step may make several; `open` says that a step has just ended,
    so that nothing is done in the middle of one. The flag `pause` is set by the window and read by the visitor.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pause = threading.Event()
        self._visit: Callable[[], None] | None = None
        self._is_open = False

    def visited_by(self, visit: Callable[[], None]) -> None:
        """Have `visit` called in the thread of the run."""
        self._visit = visit

    def open(self) -> None:
        """A step has ended."""
        self._is_open = True

    def check(self) -> None:
        """Let others work, then raise `CancelRequested` if the flag is set."""
        if self._is_open and self._visit is not None and not self.cancelled:
            self._is_open = False
            began = time.perf_counter()
            self._visit()
            self.waited += time.perf_counter() - began
        super().check()
