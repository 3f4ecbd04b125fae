"""Work that would keep the window waiting, such as opening a large picture: done in a thread, told on the main one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from studio.errors import StudioError

log = logging.getLogger(__name__)
T = TypeVar("T")
Refused = Callable[[str], object]


class Background(QObject):
    """One thing after the other, in the order asked for. `shut_down` waits for what works and drops the rest."""

    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool: ThreadPoolExecutor | None = None
        self._ended.connect(lambda act: act(), Qt.ConnectionType.QueuedConnection)
        self._closed = False

    def run(self, work: Callable[[], T], done: Callable[[T], object], refused: Refused) -> None:
        """Have `work` done; then `done(result)` is called on the main thread, or `refused(sentence)`."""
        if self._closed:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="reverie-background")
        self._pool.submit(work).add_done_callback(lambda future: self._tell(future, done, refused))

    def shut_down(self) -> None:
        """Nothing is told from now on. May be called twice."""
        self._closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _tell(self, future: Future[T], done: Callable[[T], object], refused: Refused) -> None:
        if self._closed or future.cancelled():
            return
        problem = future.exception()
        if problem is None:
            result = future.result()
            self._ended.emit(lambda: self._act(lambda: done(result)))
        else:
            sentence = problem.sentence if isinstance(problem, StudioError) else self._unexpected(problem)
            self._ended.emit(lambda: self._act(lambda: refused(sentence)))

    def _act(self, act: Callable[[], object]) -> None:
        if not self._closed:
            act()

    def _unexpected(self, problem: BaseException) -> str:
        log.error("Work in the background failed", exc_info=problem)
        return self.tr("That did not work: {problem}.").format(problem=str(problem) or type(problem).__name__)
