"""What the window has asked for and the worker has not answered yet."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterable

from studio.job.facts import FactsRequest
from studio.job.shelf import Question
from studio.job.view import AnyView, ViewRequest

PREFETCH_MAXIMUM = 1000

Request = AnyView | FactsRequest | Question


class Requests:
    """Questions are served first and in their order, then views, the newest first, quick ones before exact ones.

    Of one trajectory only the newest quick and the newest exact view are served: whoever scrubs does not want to see
    the steps passed over. What may be needed soon comes last, in its order; if it is too much, the oldest is dropped.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._questions: deque[FactsRequest | Question | ViewRequest] = deque()
        self._views: dict[bool, OrderedDict[Hashable, AnyView]] = {False: OrderedDict(), True: OrderedDict()}
        self._soon: OrderedDict[AnyView, None] = OrderedDict()
        self._closed = False

    def ask(self, question: FactsRequest | Question | ViewRequest) -> None:
        """Every question is answered, but the same one is not asked twice. A view can be asked for like this, too."""
        with self._lock:
            if question not in self._questions:
                self._questions.append(question)

    def look(self, view: AnyView) -> None:
        """Replaces the view of the same process that waits."""
        with self._lock:
            self._soon.pop(view, None)
            views = self._views[view.exact]
            views.pop(_process(view), None)
            views[_process(view)] = view

    def expect(self, views: Iterable[AnyView]) -> None:
        """These may be looked at soon."""
        with self._lock:
            for view in views:
                self._soon[view] = None
            while len(self._soon) > PREFETCH_MAXIMUM:
                self._soon.popitem(last=False)

    def drop(self, trajectory: str) -> None:
        """Nobody looks at that trajectory any more."""
        with self._lock:
            for views in self._views.values():
                views.pop(trajectory, None)
            for view in [v for v in self._soon if _process(v) == trajectory]:
                del self._soon[view]

    def close(self) -> None:
        """Nothing is served any more."""
        with self._lock:
            self._closed = True

    def take(self) -> Request | None:
        """What somebody waits for, or None."""
        with self._lock:
            if self._closed:
                return None
            if self._questions:
                return self._questions.popleft()
            for views in (self._views[False], self._views[True]):
                if views:
                    return views.popitem()[1]
            return None

    def take_soon(self) -> AnyView | None:
        """What somebody may look at next, or None."""
        with self._lock:
            return self._soon.popitem(last=False)[0] if self._soon and not self._closed else None


def _process(view: AnyView) -> Hashable:
    return view.trajectory if isinstance(view, ViewRequest) else view.picture
