"""Decoded views, kept so that scrubbing back and forth waits for no worker."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace

from studio.job.view import SIGNED_KINDS, AnyView, ViewReady, ViewRequest

CACHE_BYTES = 256 * 1024 * 1024


class ViewCache:
    """The worker puts, the window gets. Beyond `limit` bytes the one that was not used for longest goes."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._views: OrderedDict[AnyView, ViewReady] = OrderedDict()
        self._bytes = 0

    @property
    def held_bytes(self) -> int:
        """What the pictures take."""
        return self._bytes

    def put(self, ready: ViewReady) -> None:
        """Keep a view; sentences are not kept, because what they tell may change."""
        if ready.image is None or ready.image.pixels.nbytes > self._limit:
            return
        with self._lock:
            key = _same(ready.request)
            old = self._views.pop(key, None)
            self._bytes += ready.image.pixels.nbytes - _size(old)
            self._views[key] = ready
            while self._bytes > self._limit:
                self._bytes -= _size(self._views.popitem(last=False)[1])

    def get(self, request: AnyView) -> ViewReady | None:
        """The view as an answer to `request`, or None."""
        with self._lock:
            key = _same(request)
            ready = self._views.get(key)
            if ready is None:
                return None
            self._views.move_to_end(key)
            return replace(ready, request=request)


def _same(request: AnyView) -> AnyView:
    """Requests that have the same picture: signed quantities are not decoded."""
    if isinstance(request, ViewRequest) and request.kind in SIGNED_KINDS:
        return replace(request, exact=False)
    return request


def _size(ready: ViewReady | None) -> int:
    return 0 if ready is None or ready.image is None else ready.image.pixels.nbytes
