"""Computing without getting in the way of the window."""

from __future__ import annotations

import os
import sys
import threading

from PySide6.QtCore import QThread

# Of two threads that want one processor, the one that computes gets two fifths. Alone it gets all.
NICENESS = 2


def give_way() -> None:
    """Let the window go first: this thread, and those that it starts from now on, take what is left of the processors.

    Linux knows a niceness for each thread, which those it starts inherit. Others know Qt's priorities.
    """
    if sys.platform.startswith("linux"):
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)
