"""The way from the program's name alone to its window."""

from __future__ import annotations

import gc
import importlib
import importlib.util
from types import ModuleType

from studio.cli.display import display_problem
from studio.errors import StudioError


def open_window() -> int:
    """Open the studio and return its exit code when it is closed.

    The window is named at run time only: no command needs Qt, so nothing here may pull it in.
    Raises `StudioError` where there is no display or where Qt or one of its libraries is missing.
    """
    if importlib.util.find_spec("PySide6") is None:
        raise StudioError(
            "The window needs PySide6, which is not installed. Install Reverie again, or use 'reverie generate'."
        )
    problem = display_problem()
    if problem is not None:
        raise StudioError(problem)
    try:
        app = desktop_program()
    except ImportError as missing:
        raise StudioError(f"The window cannot open because a part of Qt is missing ({missing}).") from missing
    return int(app.main())


def desktop_program() -> ModuleType:
    """The module `studio.app`. Python looks for no garbage until the window, which is all made to stay, is painted."""
    gc.disable()
    return importlib.import_module("studio.app")
