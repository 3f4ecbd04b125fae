"""The window's side of exports: orders go in, events come out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QObject, Qt, QThread, Signal, SignalInstance, Slot

from studio.export.export_event import ENDINGS, ExportCancelled, ExportEvent, ExportId
from studio.export.frames_order import FramesOrder
from studio.export.order import ExportOrder
from studio.job.cancel import CancelToken
from studio.job.view import ViewReady, ViewRequest
from studio.worker.export_worker import ExportTask, ExportWorker, FrameTray


class ExportDesk(QObject):
    """Owns the exporting thread, which starts with the first order. Its methods are called on the main thread.

    `told` carries the `ExportEvent`s of exports in order, `estimated` an `EstimateReady`, `view_ready` a `ViewReady`.
    Shut it down before whoever decodes.
    """

    told = Signal(object)
    estimated = Signal(object)
    view_ready = Signal(object)
    _wake = Signal()

    def __init__(
        self, ask: Callable[[ViewRequest], object], view_ready: SignalInstance, parent: QObject | None = None
    ) -> None:
        """`ask` has a view decoded by whoever has the model; `view_ready` is the signal that brings it."""
        super().__init__(parent)
        self._ask = ask
        self._tasks: SimpleQueue[ExportTask] = SimpleQueue()
        self._tray = FrameTray()
        self._unfinished: dict[ExportId, CancelToken] = {}
        self._estimating = CancelToken()
        self._last_id = 0
        self._open = True
        self._worker = ExportWorker(self._tasks, self._tray)
        self._thread = QThread()
        self._thread.setObjectName("export")
        self._worker.moveToThread(self._thread)
        queued = Qt.ConnectionType.QueuedConnection
        self._wake.connect(self._worker.work, queued)
        self._worker.told.connect(self._pass_on, queued)
        self._worker.estimated.connect(self.estimated, queued)
        self._worker.frame_wanted.connect(self.look, queued)
        view_ready.connect(self._take)

    def export(self, order: ExportOrder | FramesOrder, folder: Path | None = None) -> ExportId:
        """Accept an order. It is carried out when those before it are done. The frames of a walk lie in `folder`."""
        self._estimating.cancel()
        self._last_id += 1
        task = ExportTask(self._last_id, order, CancelToken(), folder=folder)
        self._unfinished[task.id] = task.cancel
        self._send(task)
        return task.id

    def cancel(self, export: ExportId) -> None:
        """Cancel an export before its next frame. Unknown ids are ignored."""
        token = self._unfinished.get(export)
        if token is not None:
            token.cancel()

    def estimate(self, order: ExportOrder) -> None:
        """Have an order measured. A later wish replaces an earlier one."""
        self._estimating.cancel()
        self._estimating = CancelToken()
        self._send(ExportTask(0, order, self._estimating, only_estimate=True))

    @Slot(object)
    def look(self, request: ViewRequest) -> None:
        """Have a view decoded; `view_ready` brings it."""
        self._ask(request)

    def unfinished(self) -> tuple[ExportId, ...]:
        """The exports without an ending, oldest first."""
        return tuple(self._unfinished)

    def shut_down(self) -> None:
        """Cancel everything, let the thread end, and wait for it. Never terminates it. May be called twice."""
        self._open = False
        self._estimating.cancel()
        for token in self._unfinished.values():
            token.cancel()
        self._thread.quit()
        self._thread.wait()
        while not self._tasks.empty():
            task = self._tasks.get_nowait()
            self._pass_on(ExportCancelled(task.id, 0, len(task.order.plan.frames)))

    def _send(self, task: ExportTask) -> None:
        if not self._open:
            task.cancel.cancel()
            self._pass_on(ExportCancelled(task.id, 0, len(task.order.plan.frames)))
            return
        if not self._thread.isRunning():
            self._thread.start()
        self._tasks.put(task)
        self._wake.emit()

    @Slot(object)
    def _take(self, ready: ViewReady) -> None:
        self._tray.put(ready)
        self.view_ready.emit(ready)

    @Slot(object)
    def _pass_on(self, event: ExportEvent) -> None:
        if event.export not in self._unfinished:
            return
        if isinstance(event, ENDINGS):
            del self._unfinished[event.export]
        self.told.emit(event)
