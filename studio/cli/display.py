"""Whether there is a screen to open a window on. Qt aborts the process where there is none, so it is asked before."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_LOCAL_DISPLAY = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_X11_SOCKETS = Path("/tmp/.X11-unix")
_WAIT_SECONDS = 2.0


def display_problem(environment: Mapping[str, str] = os.environ) -> str | None:
    """Why no window can open here, in a sentence; None if nothing speaks against it."""
    if sys.platform in ("win32", "darwin") or environment.get("QT_QPA_PLATFORM"):
        return None
    if _wayland_answers(environment):
        return None
    display = environment.get("DISPLAY", "")
    if not display:
        return "No display was found. Start Reverie in a desktop session, or use 'reverie generate' without a window."
    local = _LOCAL_DISPLAY.fullmatch(display)
    if local is None or _x11_answers(int(local[1])):
        return None
    return f"The display '{display[:40]}' does not answer. Check the variable DISPLAY, or use 'reverie generate'."


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name, folder = environment.get("WAYLAND_DISPLAY", ""), environment.get("XDG_RUNTIME_DIR", "")
    return bool(name) and _answers(str(Path(folder) / name))


def _x11_answers(number: int) -> bool:
    """Servers listen on a socket file, on Linux also on one of the same name that is no file."""
    path = str(_X11_SOCKETS / f"X{number}")
    return _answers(path) or (sys.platform == "linux" and _answers(f"\0{path}"))


def _answers(address: str) -> bool:
    if sys.platform == "win32":
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_WAIT_SECONDS)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
