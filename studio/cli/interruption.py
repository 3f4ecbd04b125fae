"""Ctrl+C and SIGTERM: while jobs run, the first one cancels them; otherwise the command stops at once."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from studio.job.cancel import CancelToken

EXIT_CANCELLED = 130
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# A cancel is heard between two network calls; a plugin that asks for none is interrupted after so many seconds.
GRACE, AGAIN = 2.0, 0.5


class Interruptions:
    """Catches the signals while it is entered. `seen` says whether one came, however the program felt it."""

    def __init__(self) -> None:
        self.seen = False
        self._token: CancelToken | None = None
        self._over = threading.Event()
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
        self._over = over = threading.Event()
        if self.seen:
            token.cancel()
        try:
            yield token
        finally:
            self._token = None
            over.set()

    def _caught(self, _number: int, _frame: FrameType | None) -> None:
        again, self.seen = self.seen, True
        if self._token is None or again:
            raise KeyboardInterrupt
        self._token.cancel()
        threading.Thread(target=self._press, args=(self._over,), name="reverie-interruption", daemon=True).start()

    def _press(self, over: threading.Event) -> None:
        """Interrupt a plugin that comes to no end, as long as its job is not over."""
        seconds = GRACE
        while not over.wait(seconds):
            seconds = AGAIN
            if "studio.plugin.home" in sys.modules:
                from studio.plugin.home import plugin_host

                plugin_host().overseer.interrupt()
