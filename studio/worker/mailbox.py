"""A mailbox with one slot: the newest wins, so that nobody works through what is out of date."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """One thread puts, another takes. What was not taken in time is replaced by what comes next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slot: T | None = None

    def put(self, thing: T) -> bool:
        """Leave a thing; True if the slot was empty, so that the other side must be told."""
        with self._lock:
            empty = self._slot is None
            self._slot = thing
            return empty

    def take(self) -> T | None:
        """The newest thing, or None if it was taken already."""
        with self._lock:
            thing, self._slot = self._slot, None
            return thing
