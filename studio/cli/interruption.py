"""Ctrl+C and SIGTERM: while jobs run, the first one cancels them; otherwise the command stops at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from studio.job.cancel import CancelToken

EXIT_CANCELLED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruptions:
    """Catches the signals while it is entered. `seen` says whether one came, however the program felt it."""

    def __init__(self) -> None:
        self.seen = False
        self._token: CancelToken | None = None
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruptions:
        if threading.current_thread() is threading.main_thread():  # only there can signals be caught
            wanted = (number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN)  # as nohup does
            self._former = {number: signal.signal(number, self._caught) for number in wanted}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def cancelling(self) -> Iterator[CancelToken]:
        """A token that the first signal sets. A second signal no longer waits for the jobs to notice."""
        self._token = token = CancelToken()
        if self.seen:
            token.cancel()
        try:
            yield token
        finally:
            self._token = None

    def _caught(self, _number: int, _frame: FrameType | None) -> None:
        again, self.seen = self.seen, True
        if self._token is None or again:
            raise KeyboardInterrupt
        self._token.cancel()
