"""The jobs that wait for the worker."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from studio.job.event import JobId
from studio.job.work import Work
from studio.worker.checkpoint import Checkpoint


@dataclass(frozen=True)
class QueuedJob:
    """A job that waits for the worker."""

    id: JobId
    work: Work
    cancel: Checkpoint


class Inbox:
    """The jobs that wait, in order. The window adds and withdraws, the worker takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[QueuedJob] = deque()

    def add(self, job: QueuedJob) -> None:
        with self._lock:
            self._jobs.append(job)

    def take(self) -> QueuedJob | None:
        """The next job, or None if none waits."""
        with self._lock:
            return self._jobs.popleft() if self._jobs else None

    def withdraw(self, job: JobId) -> bool:
        """Take a job back before it began; False if the worker has it already."""
        with self._lock:
            for waiting in self._jobs:
                if waiting.id == job:
                    self._jobs.remove(waiting)
                    return True
            return False

    def waiting(self) -> tuple[JobId, ...]:
        """The ids of the jobs that wait, next first."""
        with self._lock:
            return tuple(job.id for job in self._jobs)
