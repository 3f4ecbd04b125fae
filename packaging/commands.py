"""The two commands of the bootstrap: `run` and `test`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from checks import Checks
from console import INTERRUPTED, Stop, call, disk_sentence, say
from environment import Environment
from screen import display_problem, platforms, silent_display
from system_packages import (
    VENV,
    Distribution,
    install_system_packages,
    missing_libraries,
    missing_sentence,
    missing_test_display,
    missing_venv_sentence,
    qt_files,
)

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PACKAGES = "--system-packages"
USAGE = f"""Reverie, from a fresh clone:

  python3 packaging/bootstrap.py run [{SYSTEM_PACKAGES}]            open the studio
  python3 packaging/bootstrap.py run COMMAND ...                    the same as the command `reverie COMMAND ...`
  python3 packaging/bootstrap.py test [{SYSTEM_PACKAGES}]           run every check
  python3 packaging/bootstrap.py test ARGUMENTS ...                 run pytest only, with these arguments

The first time, both make the environment .venv and install Reverie there; later only when pyproject.toml changed.
With {SYSTEM_PACKAGES}, what Qt needs from the system is installed too (it may ask for your password)."""


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code. No error leaves this as a traceback but a defect's."""
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return _command(list(arguments))
    except Stop as stop:
        say(stop.sentence)
        return stop.code
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again to go on.")
        return INTERRUPTED
    except OSError as problem:
        say(disk_sentence(problem))
        return 1


def _command(arguments: list[str]) -> int:
    may_install = SYSTEM_PACKAGES in arguments[:2]
    if may_install:
        arguments.remove(SYSTEM_PACKAGES)
    name, rest = (arguments or [""])[0], arguments[1:]
    if name == "run":
        return run(rest, may_install)
    if name == "test":
        return test(rest, may_install)
    print(USAGE, file=sys.stdout if name in ("-h", "--help", "help") else sys.stderr)
    return 0 if name in ("-h", "--help", "help") else 2


def run(arguments: Sequence[str], may_install: bool) -> int:
    """Start the studio, or the command that the arguments name. Returns its exit code."""
    environment = Environment(ROOT)
    if arguments:
        _prepare_python(may_install)
        environment.ensure()
        return call([environment.python, "-P", "-m", "studio.cli.main", *arguments])
    if problem := display_problem(os.environ):
        raise Stop(problem)
    _prepare_python(may_install)
    environment.ensure()
    files = qt_files(environment.site_packages, platforms(os.environ))
    _provide(lambda: missing_libraries(files), "run", may_install)
    if problem := silent_display(os.environ):
        raise Stop(problem)
    return call([environment.python, "-P", "-m", "studio.app"])


def test(arguments: Sequence[str], may_install: bool) -> int:
    """Run every check, or pytest alone if there are arguments. Returns 0 if all passed."""
    may_install = may_install or _is_bare_debian()
    _prepare_python(may_install)
    environment = Environment(ROOT)
    environment.ensure("dev")
    files = qt_files(environment.site_packages, ("xcb", "offscreen"))
    # Where Xvfb may not be installed, only the last part is lost, and it says so itself.
    _provide(lambda: [*missing_libraries(files), *(missing_test_display() if may_install else [])], "test", may_install)
    checks = Checks(environment)
    return checks.run_tests(arguments) if arguments else checks.run_all()


def _is_bare_debian() -> bool:
    """Are we root on a Debian, as in a container that exists only to run the checks?"""
    return sys.platform.startswith("linux") and os.geteuid() == 0 and Distribution.here().debian


def _prepare_python(may_install: bool) -> None:
    """See that this Python can make environments before anything is begun."""
    if missing_venv_sentence() and may_install:
        install_system_packages([VENV], Distribution.here())


def _provide(missing: Callable[[], list[str]], command: str, may_install: bool) -> None:
    """Install what is missing, or say what it is and how to install it."""
    needs = missing()
    if not needs:
        return
    distribution = Distribution.here()
    if not may_install:
        raise Stop(missing_sentence(needs, distribution, command))
    install_system_packages(needs, distribution)
    if left := missing():
        raise Stop(missing_sentence(left, distribution, command))
