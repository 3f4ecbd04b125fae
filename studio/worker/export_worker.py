"""The object that lives in the exporting thread: packs frames, one after another, while the window answers.

Decoding needs the model, which lives in the generation thread. So each frame is asked for through the window's thread
and waited for here; a run that works serves it between its steps.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Signal, Slot

from studio.errors import CancelRequested, StudioError
from studio.export.export_event import Estimate, ExportEvent, ExportId
from studio.export.frames_order import FramesOrder
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
    """An order that waits: to be carried out, or only to be estimated. The frames of a walk lie in `folder`."""

    id: ExportId
    order: ExportOrder | FramesOrder
    cancel: CancelToken
    only_estimate: bool = False
    folder: Path | None = None


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
        for event in self._events(task):
            self.told.emit(event)

    def _events(self, task: ExportTask) -> Iterator[ExportEvent]:
        from studio.export.frames_of_folder import frames_of_folder
        from studio.export.run_export import run_export, write_frames

        if isinstance(task.order, ExportOrder):
            return run_export(task.id, task.order, self._source(task, task.order), task.cancel)
        assert task.folder is not None
        return write_frames(task.id, task.order, frames_of_folder(task.order, task.folder, task.cancel), task.cancel)

    def _estimate(self, task: ExportTask) -> None:
        """Those whose answer nobody waits for any more are passed over."""
        from studio.export.estimate import estimate

        assert isinstance(task.order, ExportOrder)
        try:
            task.cancel.check()
            found = estimate(task.order, self._source(task, task.order), task.cancel)
            self.estimated.emit(EstimateReady(task.order, found))
        except CancelRequested:
            return
        except Exception as problem:
            log.info("an export could not be estimated", exc_info=problem)
            sentence = problem.sentence if isinstance(problem, StudioError) else ""
            self.estimated.emit(EstimateReady(task.order, None, sentence))

    def _source(self, task: ExportTask, order: ExportOrder) -> Callable[[int], ViewReady]:
        def source(step: int) -> ViewReady:
            task.cancel.check()
            request = ViewRequest(order.facts.trajectory, step, order.view)
            self._tray.expect(request)
            self.frame_wanted.emit(request)
            return self._tray.wait(task.cancel)

        return source
