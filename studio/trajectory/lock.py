"""Whether the program that writes a file still runs: it holds a lock on it, which the system frees when it dies.

Where there are no such locks (Windows, some network disks) the number of the process in the file's name must do.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil

from studio.storage import lock


def hold(descriptor: int) -> None:
    """Lock an open file for as long as it is open."""
    lock(descriptor)


def is_held(path: Path) -> bool:
    """Whether a living program writes this file, whose name begins with the number of its process."""
    if sys.platform == "win32":
        return _process_lives(path)
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        ours = lock(descriptor)
    finally:
        os.close(descriptor)
    return _process_lives(path) if ours is None else not ours


def _process_lives(path: Path) -> bool:
    number = path.name.split("-", 1)[0]
    try:
        return bool(psutil.Process(int(number)).create_time() <= path.stat().st_mtime)
    except (ValueError, OSError, psutil.Error):
        return False
