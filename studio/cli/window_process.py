"""Measuring the real window in a process of its own, with settings of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from studio.cli.display import display_problem
from studio.errors import StudioError

WAIT_SECONDS = 300.0
# Named here only: no command needs Qt, so nothing here may pull it in.
_PROGRAM = """
import importlib, json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
from studio.cli.window import desktop_program
open_studio = desktop_program().open_studio
module = importlib.import_module("studio.ui." + sys.argv[1])
print(json.dumps(getattr(module, sys.argv[2])(open_studio, *map(float, sys.argv[3:]))))
"""


def screen() -> str:
    """Where the window is painted, in words."""
    return f"Qt platform {_environment({}).get('QT_QPA_PLATFORM', 'of this session')}"


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    """The variables of this process. Without a screen, Qt paints into memory."""
    found = {**os.environ, **changes}
    # Users start from compiled modules; the first start of all, which compiles them, is not counted.
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    if display_problem() is not None:
        found["QT_QPA_PLATFORM"] = "offscreen"
    return found


def measured(module: str, function: str, *values: float) -> Mapping[str, Any]:
    """What a function in that module of `studio.ui` finds. Raises `StudioError` if the window fails."""
    if getattr(sys, "frozen", False):
        raise StudioError("A bundle cannot measure its own window. Run 'reverie bench' from an installation.")
    with tempfile.TemporaryDirectory() as home:
        words = [sys.executable, "-c", _PROGRAM, module, function, *map(repr, values)]
        try:
            done = subprocess.run(
                words,
                env=_environment({"REVERIE_HOME": home}),
                capture_output=True,
                encoding="utf-8",
                timeout=WAIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise StudioError("The window did not answer in time, so it was not measured.") from None
    if done.returncode != 0 or not done.stdout.strip():
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise StudioError(f"The window could not be measured: {said[-1][:200]}")
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
