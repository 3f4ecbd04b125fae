"""Pictures of steps, asked of the worker one after the other, what is looked at first. The window never waits."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from studio.image import Image
from studio.job.view import AnyView, ViewReady

CACHE_BYTES = 128 * 1024 * 1024
"""How much memory decoded views may take; the one that was not looked at for longest goes first."""

PATIENCE_SECONDS = 3.0
AHEAD_ROOM = 12
QUICK_SECONDS = 0.25


class Views(QObject):
    """Keeps exact views; `arrived(ViewReady)` follows each answer.

    Only one request is on its way, so that a wish can still be changed.
    """

    arrived = Signal(object)

    def __init__(self, send: Callable[[AnyView], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._send = send
        self._cache: OrderedDict[AnyView, Image] = OrderedDict()
        self._bytes = 0
        self._refused: dict[AnyView, str] = {}
        self._wishes: list[AnyView] = []
        self._looked_at: AnyView | None = None
        self._asked: AnyView | None = None
        self._asked_at = 0.0
        self._last_seconds = 0.0
        self._largest = 0

    @property
    def held_bytes(self) -> int:
        """What the decoded views take."""
        return self._bytes

    @property
    def quick(self) -> bool:
        """Whether steps nearby may be asked for in advance: the last answer came soon, and several have room."""
        return self._last_seconds < QUICK_SECONDS and self._largest * AHEAD_ROOM <= CACHE_BYTES

    def picture(self, request: AnyView) -> Image | None:
        """The view, if it was decoded already."""
        image = self._cache.get(request)
        if image is not None:
            self._cache.move_to_end(request)
        return image

    def sentence(self, request: AnyView) -> str:
        """Why there is no such view, or ""."""
        return self._refused.get(request, "")

    def want(self, wishes: Sequence[AnyView]) -> None:
        """Ask for these, the first one first: it is looked at. They replace those that were not sent yet."""
        self._looked_at = wishes[0] if wishes else None
        self._wishes = [wish for wish in wishes if wish not in self._cache and wish not in self._refused]
        self._ask()

    @Slot(object)
    def take(self, ready: ViewReady) -> None:
        """Keep an answer of the worker."""
        if ready.request == self._asked:
            self._asked = None
            self._last_seconds = time.monotonic() - self._asked_at
        if ready.image is None:
            self._refused[ready.request] = ready.sentence
        elif ready.request.exact:
            self._keep(ready.request, ready.image)
        self._wishes = [wish for wish in self._wishes if wish != ready.request]
        self.arrived.emit(ready)
        self._ask()

    def forget_refusals(self) -> None:
        """The record has grown: what could not be shown may be there now."""
        self._refused.clear()

    def _ask(self) -> None:
        waits = self._asked is not None and time.monotonic() - self._asked_at < PATIENCE_SECONDS
        if waits or not self._wishes:
            return
        self._asked = self._wishes.pop(0)
        self._asked_at = time.monotonic()
        self._send(self._asked)

    def _keep(self, request: AnyView, image: Image) -> None:
        old = self._cache.pop(request, None)
        self._bytes += image.pixels.nbytes - (old.pixels.nbytes if old else 0)
        self._cache[request] = image
        self._largest = max(self._largest, image.pixels.nbytes)
        others = [other for other in self._cache if other not in (request, self._looked_at)]
        while self._bytes > CACHE_BYTES and others:
            self._bytes -= self._cache.pop(others.pop(0)).pixels.nbytes
