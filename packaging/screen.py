"""Where a window can be shown: the user's display, or a virtual one for the end-to-end tests."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

from console import Stop, end

START_SECONDS = 30.0
SIZE = "1920x1200x24"
VARIABLES = {"xcb": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}


def platforms(env: Mapping[str, str]) -> list[str]:
    """Qt's platform plugins that will be used here: the one asked for, else what the display speaks."""
    asked = env.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked in VARIABLES:
        return [asked] if env.get(VARIABLES[asked]) else []
    if asked:
        return [asked]
    return [name for name, variable in VARIABLES.items() if env.get(variable)][:1]


def display_problem(env: Mapping[str, str]) -> str:
    """Empty if a window can be opened; otherwise a sentence."""
    if not sys.platform.startswith("linux") or platforms(env):
        return ""
    return (
        "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set, so the window cannot open.\n"
        "Start it from a terminal on the desktop. Pictures can be made without a window as well:\n"
        '    python3 packaging/bootstrap.py run generate --prompt "red apple, 3d style"'
    )


def silent_display(env: Mapping[str, str]) -> str:
    """Empty unless an X display is named that does not answer; Qt would abort on it without a sentence."""
    if platforms(env) != ["xcb"] or env.get("WAYLAND_DISPLAY") or not env.get("DISPLAY"):
        return ""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return ""
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(env["DISPLAY"].encode(), None))
    silent = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    if not silent:
        return ""
    return f"The display {env['DISPLAY']} does not answer, so the window cannot open. Is DISPLAY set as it should be?"


@contextlib.contextmanager
def virtual_display() -> Iterator[dict[str, str]]:
    """A display in memory; yields the variables that put a program on it. Raises `Stop` if it does not start."""
    program = shutil.which("Xvfb")
    if program is None:
        raise Stop("Xvfb is not installed.")
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", SIZE, "-nolisten", "tcp"]
    server = subprocess.Popen(
        command, pass_fds=(writing,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        yield {"DISPLAY": f":{_number(reading)}", "QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": ""}
    finally:
        os.close(reading)
        end(server)


def _number(reading: int) -> int:
    """The display's number, which the server writes when it is ready to be asked."""
    told = b""
    while not told.endswith(b"\n"):
        ready, _, _ = select.select([reading], [], [], START_SECONDS)
        piece = os.read(reading, 16) if ready else b""
        if not piece:
            raise Stop("The virtual display (Xvfb) did not start.")
        told += piece
    return int(told)
