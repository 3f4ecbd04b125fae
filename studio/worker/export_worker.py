"""The object that lives in the exporting thread: packs frames, one after another, while the window answers.

Decoding needs the model, which lives in the generation thread. So each frame is asked for through the window's thread
and waited for here; a run that works serves it between its steps.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Signal, Slot

from studio.errors import CancelRequested, StudioError
from studio.export.export_event import Estimate, ExportId
from studio.export.order import ExportOrder
from studio.job.cancel import CancelToken
from studio.job.view import ViewReady, ViewRequest

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True)
class EstimateReady:
    """What an order would give, or the `sentence` why that is not known."""

    order: ExportOrder
    estimate: Estimate | None
    sentence: str = ""


@dataclass(frozen=True)
class ExportTask:
    """An order that waits: to be carried out, or only to be estimated."""

    id: ExportId
    order: ExportOrder
    cancel: CancelToken
    only_estimate: bool = False


class FrameTray:
    """The window puts views here, the exporting thread waits for the one it has asked for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted: ViewRequest | None = None
        self._ready: ViewReady | None = None

    def expect(self, request: ViewRequest) -> None:
        """From now on the answer to `request` is kept, and no other."""
        with self._changed:
            self._wanted, self._ready = request, None

    def put(self, ready: ViewReady) -> None:
        """A view has come, perhaps the one that is waited for."""
        with self._changed:
            if ready.request == self._wanted:
                self._ready = ready
                self._changed.notify_all()

    def wait(self, cancel: CancelToken) -> ViewReady:
        """The answer to what is expected. Raises `CancelRequested`."""
        with self._changed:
            while self._ready is None:
                cancel.check()
                self._changed.wait(LOOK_AGAIN_SECONDS)
            ready, self._wanted, self._ready = self._ready, None, None
            return ready


class ExportWorker(QObject):
    """Carries out orders and tells of them; every export ends with exactly one of its endings.

    `told` carries an `ExportEvent`, `estimated` an `EstimateReady`, `frame_wanted` the `ViewRequest` of a frame.
    """

    told = Signal(object)
    estimated = Signal(object)
    frame_wanted = Signal(object)

    def __init__(self, tasks: SimpleQueue[ExportTask], tray: FrameTray) -> None:
        super().__init__()
        self._tasks, self._tray = tasks, tray

    @Slot()
    def work(self) -> None:
        """Carry out what waits."""
        while True:
            try:
                task = self._tasks.get_nowait()
            except Empty:
                return
            if task.only_estimate:
                self._estimate(task)
            else:
                self._export(task)

    def _export(self, task: ExportTask) -> None:
        from studio.export.run_export import run_export

        for event in run_export(task.id, task.order, self._source(task), task.cancel):
            self.told.emit(event)

    def _estimate(self, task: ExportTask) -> None:
        """Those whose answer nobody waits for any more are passed over."""
        from studio.export.estimate import estimate

        try:
            task.cancel.check()
            found = estimate(task.order, self._source(task), task.cancel)
            self.estimated.emit(EstimateReady(task.order, found))
        except CancelRequested:
            return
        except Exception as problem:
            log.info("an export could not be estimated", exc_info=problem)
            sentence = problem.sentence if isinstance(problem, StudioError) else ""
            self.estimated.emit(EstimateReady(task.order, None, sentence))

    def _source(self, task: ExportTask) -> Callable[[int], ViewReady]:
        def source(step: int) -> ViewReady:
            task.cancel.check()
            request = ViewRequest(task.order.facts.trajectory, step, task.order.view)
            self._tray.expect(request)
            self.frame_wanted.emit(request)
            return self._tray.wait(task.cancel)

        return source
