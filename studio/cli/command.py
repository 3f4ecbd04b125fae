"""What a command of the command line is. Each lives in a file of its own and is listed in `studio.cli.commands`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from studio.cli.console import Console
from studio.cli.interruption import Interruptions


@dataclass(frozen=True)
class Session:
    """What a call of the program gives its command: where to write, how it is interrupted, whether to show defects."""

    console: Console
    interruptions: Interruptions
    debug: bool = False


@dataclass(frozen=True)
class Command:
    """One command. `configure` adds its flags, `run` does the work and returns the exit code.

    Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled. `run` may raise any `StudioError`; the caller says its
    sentence and uses its code. `description` begins the help of the command, `epilog` ends it.
    """

    description: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Session], int]
    epilog: str = ""
