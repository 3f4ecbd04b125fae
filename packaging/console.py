"""How the bootstrap speaks: plain sentences on stderr, so that stdout belongs to the command that is started."""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

GRACE_SECONDS = 10.0
INTERRUPTED = 130


class Stop(Exception):
    """The work ends here: `sentence` says what happened and what to do; `code` is the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class Line:
    """The last line of a terminal, drawn again and again. Where no terminal is, nothing is drawn."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self._width = 0

    def draw(self, text: str) -> None:
        if self.live:
            text = text[:78]
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)

    def clear(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def call(command: Sequence[str | Path], cwd: Path | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run a command in the foreground and return its exit code; a death by signal n is 128 + n, as shells say it.

    Ctrl+C reaches the command too. It gets a moment to end by itself before it is stopped.
    """
    child = subprocess.Popen([str(part) for part in command], cwd=cwd, env=env)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            child.wait(GRACE_SECONDS)
        raise
    finally:
        end(child)
    return code if code >= 0 else 128 - code


def end(child: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Stop a command that still runs: first asked, then made to."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def disk_sentence(problem: OSError) -> str:
    """What an error of the file system means for somebody who only wants to start the studio."""
    place = f" ({problem.filename})" if problem.filename else ""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"There is no space left on the disk{place}. Free about 5 GB and run the same command again."
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"Permission denied{place}. Reverie installs into its own folder and must be allowed to write there."
    return f"The system reported an error: {problem}"


def shown(command: Sequence[str | Path]) -> str:
    """A command as one would type it."""
    parts = [str(part) for part in command]
    return subprocess.list2cmdline(parts) if os.name == "nt" else shlex.join(parts)
