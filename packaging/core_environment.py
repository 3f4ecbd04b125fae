"""`.venv-core`: the environment without Qt, in which the unit tests must pass.

It is made of links to everything that `.venv` holds except Qt, which takes a second. Where links are not allowed
(Windows without developer mode) the packages are installed.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from pathlib import Path

from console import Stop, say
from environment import Environment, make, programs, site_packages
from installation import Telling, run_pip

QT_NAMES = ("pyside6", "shiboken6", "superqt", "qtpy", "pytestqt", "pytest-qt")
PROOF = """
import importlib.util, sys
found = [name for name in ("PySide6", "shiboken6", "superqt", "qtpy", "pytestqt") if importlib.util.find_spec(name)]
import studio, pytest
sys.exit(", ".join(found) or 0)
"""


def core_python(environment: Environment) -> Path:
    """Make the environment without Qt anew and return its Python. Raises `Stop` if Qt can be imported in it."""
    folder = environment.root / ".venv-core"
    _make(folder, "--without-pip")
    try:
        _link(environment.site_packages, site_packages(folder))
    except OSError:
        say("  Links are not allowed here: installing the packages instead.")
        _install(environment, folder)
    python = programs(folder) / environment.python.name
    proof = subprocess.run([python, "-c", PROOF], cwd=environment.root, capture_output=True, text=True)
    if proof.returncode:
        raise Stop(f"The environment without Qt is not what it should be: {proof.stderr.strip()}")
    return python


def is_qt(name: str) -> bool:
    """Does a file or folder of site-packages (or a requirement) of this name belong to Qt?"""
    return re.sub(r"[-_.]+", "-", name.lower()).startswith(QT_NAMES)


def _make(folder: Path, *options: str) -> None:
    made = make(folder, "--clear", *options)
    if made.returncode:
        raise Stop(f"{made.stdout}\nThe environment {folder} could not be made; the lines above say why.")


def _link(source: Path, target: Path) -> None:
    for entry in source.iterdir():
        if not is_qt(entry.name) and entry.name != "__pycache__":
            with contextlib.suppress(FileExistsError):
                os.symlink(entry, target / entry.name, target_is_directory=entry.is_dir())


def _install(environment: Environment, folder: Path) -> None:
    import tomllib

    project = tomllib.loads((environment.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    _make(folder)
    pip = [str(programs(folder) / environment.python.name), "-m", "pip", "install", "--no-user"]
    telling = Telling(site_packages(folder))
    run_pip([*pip, *(name for name in wanted if not is_qt(name))], environment.root, folder / "install.log", telling)
    run_pip([*pip, "--no-deps", "-e", "."], environment.root, folder / "install.log", telling)
