"""The window goes first."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from studio.job.cancel import CancelToken
from studio.job.event import JobEvent, JobId
from studio.job.recipe import Recipe, recipe
from studio.worker.courtesy import NICENESS
from studio.worker.job_queue import JobQueue
from tests.worker.desk_engine import DeskEngine


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a niceness for each thread is of Linux")
def test_the_worker_and_the_threads_it_starts_give_way_and_the_window_does_not(qtbot: QtBot) -> None:
    before, found = niceness(), []

    class Engine(DeskEngine):
        def run(self, job: JobId, recipe: Recipe, cancel: CancelToken) -> Iterator[JobEvent]:
            found.append((QThread.currentThread().objectName(), niceness()))
            started = threading.Thread(target=lambda: found.append(("its own", niceness())))
            started.start()
            started.join()
            return super().run(job, recipe, cancel)

    queue = JobQueue(Engine)
    queue.submit(recipe())
    qtbot.waitUntil(lambda: not queue.unfinished())
    queue.shut_down()
    wanted = max(NICENESS, before)
    assert found == [("generation", wanted), ("its own", wanted)]
    assert niceness() == before
