"""A mailbox with one slot: the newest preview wins, so a slow window never holds up a run."""

from __future__ import annotations

import threading

from studio.job.event import PreviewReady


class PreviewMailbox:
    """The worker puts, the window takes. A preview that was not taken in time is replaced by the next one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slot: PreviewReady | None = None

    def put(self, preview: PreviewReady) -> bool:
        """Leave a preview; True if the slot was empty, so that the window must be told."""
        with self._lock:
            empty = self._slot is None
            self._slot = preview
            return empty

    def take(self) -> PreviewReady | None:
        """The newest preview, or None if it was taken already."""
        with self._lock:
            preview, self._slot = self._slot, None
            return preview
