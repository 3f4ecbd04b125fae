"""The environment in `.venv`: made when it is missing or broken, installed again when pyproject.toml changed.

A stamp with the SHA-256 of pyproject.toml is written last. Where it is missing or differs, the installation is
repeated; what an interruption left half-written is found by comparing each package with its own list of files.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from console import Stop, say
from installation import cause, install
from system_packages import missing_venv_sentence

STAMP = "reverie-stamp.json"


@dataclass(frozen=True)
class Stamp:
    """What was installed. `pyproject` is empty while an installation is under way."""

    root: str
    pyproject: str
    extras: tuple[str, ...]

    def covers(self, wanted: Stamp) -> bool:
        same = (self.root, self.pyproject) == (wanted.root, wanted.pyproject)
        return same and set(wanted.extras) <= set(self.extras)


@dataclass(frozen=True)
class Environment:
    """The `.venv` of the project at `root`."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return programs(self.folder) / ("python.exe" if os.name == "nt" else "python")

    @property
    def site_packages(self) -> Path:
        return site_packages(self.folder)

    def ensure(self, *extras: str) -> None:
        """Make the environment hold the project with these extras. Nothing is done where it already does."""
        if self._complete(extras):
            return
        with alone(self.root) as held:
            if not self._complete(extras):
                self._install(extras, held)

    def _complete(self, extras: tuple[str, ...]) -> bool:
        return self.python.exists() and self._stamp().covers(self._wanted(extras))

    def _install(self, extras: tuple[str, ...], held: list[int]) -> None:
        before = self._stamp()
        usable = self._usable() and before.root in ("", str(self.root))
        if not usable:
            self._make()
        kept = tuple(sorted({*extras, *(before.extras if usable else ())}))
        self._write(Stamp(str(self.root), "", kept))
        mend(self.site_packages)
        say("Installing Reverie and what it needs into .venv. The first time takes some minutes.")
        install(self.python, self.root, kept, self.site_packages, held)
        self._write(self._wanted(kept))
        say("Installed.")

    def _usable(self) -> bool:
        """Does the environment's Python run, and is its pip whole?"""
        if not self.python.exists() or any(name.startswith("pip-") for name in damaged(self.site_packages)):
            return False
        try:
            proof = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
            return subprocess.run([self.python, "-c", proof], capture_output=True).returncode == 0
        except OSError:
            return False

    def _make(self) -> None:
        check_python(self.root)
        if sentence := missing_venv_sentence():
            raise Stop(sentence)
        again = " again: the one that is here does not work" if self.folder.exists() else ""
        say(f"Making the environment .venv with Python {sys.version.split()[0]}{again} ...")
        made = make(self.folder, "--clear")
        if made.returncode:
            raise Stop(f"{made.stdout}\nThe environment could not be made. {cause(made.stdout)}")

    def _wanted(self, extras: tuple[str, ...]) -> Stamp:
        digest = hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()
        return Stamp(str(self.root), digest, extras)

    def _stamp(self) -> Stamp:
        """The stamp in the environment; an empty one where there is none or it cannot be read."""
        try:
            found = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
            return Stamp(str(found["root"]), str(found["pyproject"]), tuple(map(str, found["extras"])))
        except (OSError, ValueError, TypeError, KeyError):
            return Stamp("", "", ())

    def _write(self, stamp: Stamp) -> None:
        text = json.dumps({"root": stamp.root, "pyproject": stamp.pyproject, "extras": list(stamp.extras)})
        beside = self.folder / (STAMP + ".new")
        with open(beside, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.folder / STAMP)


def programs(folder: Path) -> Path:
    """Where an environment keeps its programs."""
    return folder / ("Scripts" if os.name == "nt" else "bin")


def site_packages(folder: Path) -> Path:
    """Where an environment keeps its packages."""
    if os.name == "nt":
        return folder / "Lib" / "site-packages"
    found = sorted((folder / "lib").glob("python3.*/site-packages"))
    return found[-1] if found else folder / "lib" / "site-packages"


def make(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Make an empty environment with the Python that runs this, or with the one it was itself made from."""
    python = getattr(sys, "_base_executable", None) or sys.executable
    command = [python, "-m", "venv", *options, str(folder)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def check_python(root: Path) -> None:
    """Raise `Stop` if this Python is newer than the project allows. Older ones do not get as far as this."""
    import tomllib

    allowed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    above = re.search(r"<\s*3\.(\d+)", allowed)
    if above and sys.version_info[:2] >= (3, int(above[1])):
        this = ".".join(map(str, sys.version_info[:2]))
        last = f"3.{int(above[1]) - 1}"
        raise Stop(
            f"Reverie runs on Python 3.11 to {last}; this is Python {this}, for which it was not tested. "
            f"Install Python {last} and run the same command with it: python{last} packaging/bootstrap.py ..."
        )


def damaged(folder: Path) -> list[str]:
    """The `.dist-info` folders whose package is not whole: a file of its list is missing or has another length."""
    records = sorted(folder.glob("*.dist-info"))
    return [record.name for record in records if not _whole(folder, record)]


def _whole(folder: Path, record: Path) -> bool:
    try:
        with open(record / "RECORD", newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if len(row) == 3 and row[2]]
        return bool(rows) and all(os.stat(folder / name).st_size == int(size) for name, _, size in rows)
    except (OSError, ValueError):
        return False


def mend(folder: Path) -> None:
    """Remove what an interruption left, so that pip sees those packages as missing and writes them again."""
    for name in (*damaged(folder), *(path.name for path in folder.glob("~*"))):
        shutil.rmtree(folder / name, ignore_errors=True)


@contextlib.contextmanager
def alone(root: Path) -> Iterator[list[int]]:
    """Hold the project's folder against a second installation, and yield the descriptors that hold it.

    pip is given them: should this process be killed, the folder stays held until its orphaned pip has ended too.
    """
    if sys.platform == "win32":
        yield []
        return
    import fcntl

    descriptor = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another installation is under way here; waiting for it to end ...")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:
            pass  # a file system without locks: nothing to hold on to
        yield [descriptor]
    finally:
        os.close(descriptor)
