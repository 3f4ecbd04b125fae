"""Threads that were left to themselves, because their work comes to no end and no thread can be ended from outside."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread

# Kept as long as the program: to destroy a thread that runs aborts it all.
_LEFT: list[tuple[QThread, QObject]] = []


def leave(thread: QThread, worker: QObject) -> None:
    """Keep a thread and the object in it, and have nothing more to do with them."""
    _LEFT.append((thread, worker))


def any_left() -> bool:
    """Whether one of them still runs: then the program cannot end as programs do."""
    return any(thread.isRunning() for thread, _ in _LEFT)
