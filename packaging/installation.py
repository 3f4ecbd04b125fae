"""pip, boiled down: what it does in short lines, the whole of it in a log, its failures as sentences."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from console import Line, Stop, end, say

LARGE_MB = 2.0
SILENCE_SECONDS = 20.0
TAIL_LINES = 12
ELSEWHERE = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER")

FETCHED = re.compile(
    r"^\s*(Downloading|Using cached|Processing)\s+(?P<file>\S+)(?:\s+\((?P<size>[\d.]+) (?P<unit>\wB)\))?"
)
COUNTED = re.compile(r"^Installing collected packages: (?P<names>.+)$")
CAUSES = (
    (
        r"No space left on device|Errno 28\b|Errno 122\b|WinError 112\b|Disk quota exceeded",
        "There is no space left on the disk. Free about 5 GB (`pip cache purge` helps).",
    ),
    (
        r"Permission denied|Errno 13\b|WinError 5\b|Read-only file system|Errno 30\b",
        "The system does not allow writing into a folder that is needed. Move Reverie to a folder of your own.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "The secure connection to the package index failed. Check the clock and the certificates of your proxy.",
    ),
    (
        r"name resolution|getaddrinfo failed|nodename nor servname|Name or service not known|NewConnectionError"
        r"|Network is unreachable|Connection refused|ConnectTimeout|ReadTimeout|Max retries exceeded|ProxyError"
        r"|IncompleteRead|Connection reset|Connection aborted|RemoteDisconnected",
        "There is no network, or the package index does not answer. Check the connection.",
    ),
    (
        r"No matching distribution found|Could not find a version",
        "A package has no version for this system and this Python. Reverie needs a 64-bit Linux, macOS or Windows.",
    ),
)
UNKNOWN = "That failed; the lines above say why."


class Telling:
    """Turns pip's lines into a few of its own. `total` and `done` count packages once installing has begun."""

    def __init__(self, site_packages: Path) -> None:
        self._site_packages = site_packages
        self._line = Line()
        self._begun = self._spoken = time.monotonic()
        self._fetched = 0
        self._present = 0
        self._total = 0
        self._now = "asking the package index"
        self._warned = False

    def read(self, line: str) -> None:
        """One line of pip's output."""
        if found := FETCHED.match(line):
            self._fetch(found)
        elif found := COUNTED.match(line):
            self._total = found["names"].count(",") + 1
            self._present = self._installed()
            self._tell("Installing one package ..." if self._total == 1 else f"Installing {self._total} packages ...")
            self._now = "installing"
        elif "Retrying (Retry(" in line and not self._warned:
            self._warned = True
            self._tell("The package index does not answer; trying again ...")
        self.tick()

    def tick(self) -> None:
        """Called at least once a second: shows that something goes on."""
        seconds = time.monotonic() - self._begun
        count = f"{self._fetched} packages"
        if self._total:
            count = f"{min(self._installed() - self._present, self._total)} of {self._total} packages"
        self._line.draw(f"  {self._now}: {count}, {seconds:.0f} s")
        if not self._line.live and time.monotonic() - self._spoken > SILENCE_SECONDS:
            self._tell(f"... {self._now}: {count}, {seconds:.0f} s")

    def finish(self) -> None:
        self._line.clear()

    def _fetch(self, found: re.Match[str]) -> None:
        name, version = (*Path(found["file"]).name.split("-"), "")[:2]
        if not found["file"].endswith((".whl", ".tar.gz")):
            return
        self._fetched += 1
        self._now = f"fetching {name} {version}".rstrip()
        scale = {"kB": 1e-3, "MB": 1.0, "GB": 1e3}.get(found["unit"] or "", 0.0)
        if found[1] == "Downloading" and scale * float(found["size"] or 0) >= LARGE_MB:
            self._tell(f"Downloading {name} {version} ({found['size']} {found['unit']}) ...")

    def _tell(self, text: str) -> None:
        self._line.clear()
        say("  " + text)
        self._spoken = time.monotonic()

    def _installed(self) -> int:
        with contextlib.suppress(OSError):
            return sum(name.endswith(".dist-info") for name in os.listdir(self._site_packages))
        return 0


def install(python: Path, root: Path, extras: Sequence[str], site_packages: Path, held: Sequence[int]) -> None:
    """Install the project at `root` so that it runs from there; pip keeps the descriptors `held` open until it ends.

    Index, proxy and certificate settings of the user hold; those that would install somewhere else do not.
    Raises `Stop` with the cause, after showing the end of the log.
    """
    log = python.parent.parent / "install.log"
    target = "." + (f"[{','.join(extras)}]" if extras else "")
    command = [str(python), "-m", "pip", "install", "--no-user", "--progress-bar", "off", "-e", target]
    run_pip(command, root, log, Telling(site_packages), held)


def run_pip(command: Sequence[str], root: Path, log: Path, telling: Telling, held: Sequence[int] = ()) -> None:
    """Run one pip command with its whole output in `log`. Raises `Stop` if pip fails.

    Where the user names no other place, pip unpacks beside the log: /tmp is often small, and there the next run finds
    and removes what a killed one left.
    """
    env = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    env.update(PYTHONUTF8="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    with _empty_folder(log.parent / "unpacking") as scratch, open(log, "w", encoding="utf-8") as kept:
        env.setdefault("TMPDIR", str(scratch))
        kept.write(f"{' '.join(command)}\n")
        child = subprocess.Popen(
            command,
            cwd=root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=tuple(held),
        )
        try:
            for line in _lines(child):
                telling.tick() if line is None else _keep(line, kept, telling)
        finally:
            telling.finish()
            end(child)
    if child.returncode:
        raise Stop(failure(log))


@contextlib.contextmanager
def _empty_folder(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def failure(log: Path) -> str:
    """The sentence for a failed installation, from what its log says; the end of the log comes first."""
    text = log.read_text(encoding="utf-8", errors="replace")
    tail = [line for line in text.splitlines() if line.strip()][-TAIL_LINES:]
    shown = "\n".join(f"  | {line}" for line in tail)
    return f"{shown}\n{cause(text)}\nThen run the same command again: it goes on where it stopped. Whole log: {log}"


def cause(text: str) -> str:
    """What pip's or venv's complaint means, as a sentence."""
    return next((words for pattern, words in CAUSES if re.search(pattern, text)), UNKNOWN)


def _keep(line: str, kept: TextIO, telling: Telling) -> None:
    kept.write(line)
    kept.flush()
    telling.read(line)


def _lines(child: subprocess.Popen[str]) -> Iterator[str | None]:
    """The lines of a child's output; None for each second without one."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in child.stdout or ():
            lines.put(line)
        lines.put(None)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    while True:
        try:
            line = lines.get(timeout=1.0)
        except queue.Empty:
            yield None
            continue
        if line is None:
            child.wait()
            return
        yield line
