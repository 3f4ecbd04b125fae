"""Cancellation: a flag that the worker reads before every network call."""

from __future__ import annotations

import threading

from studio.errors import CancelRequested


class CancelToken:
    """Set from any thread, read by the worker. A flag and not a queued signal: a busy worker reads no queue.

    `waited` is for how many seconds the run stood still because it was paused or others were served.
    """

    def __init__(self) -> None:
        self._flag = threading.Event()
        self.waited = 0.0

    def cancel(self) -> None:
        self._flag.set()

    @property
    def cancelled(self) -> bool:
        return self._flag.is_set()

    def check(self) -> None:
        """Raise `CancelRequested` if the flag is set."""
        if self._flag.is_set():
            raise CancelRequested
