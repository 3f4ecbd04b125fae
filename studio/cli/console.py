"""What the command line writes: results on standard output, sentences for the user on standard error."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from typing import TextIO

from studio.cli.text import json_line, printable


class Console:
    """The two streams of one call of the program. Everything that is said is made printable first."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out = out
        self.err = err

    @classmethod
    def standard(cls) -> Console:
        """Standard output and error, in UTF-8 whatever the locale says; what cannot be encoded is escaped."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return cls(sys.stdout, sys.stderr)

    @property
    def on_terminal(self) -> bool:
        """Whether somebody watches the sentences, so that a progress bar makes sense."""
        return self.err.isatty()

    def say(self, line: str = "") -> None:
        """One line of a result, seen at once by whoever reads along."""
        self._out.write(printable(line) + "\n")
        self._out.flush()

    def record(self, data: Mapping[str, object]) -> None:
        """One object of a result, as one line of JSON."""
        self._out.write(json_line(data) + "\n")
        self._out.flush()

    def note(self, sentence: str) -> None:
        """Something worth knowing that is no result."""
        self._to_user(printable(sentence))

    def problem(self, sentence: str) -> None:
        """What went wrong, marked with the program's name."""
        self._to_user(f"reverie: {printable(sentence)}")

    def detail(self, text: str) -> None:
        """Several lines for somebody who looks for a defect."""
        for line in text.splitlines():
            self._to_user(printable(line))

    def flush(self) -> None:
        """Hand over everything; a disk that is full or a reader that is gone shows here at the latest."""
        self._out.flush()

    def abandon(self) -> None:
        """Nobody reads the results any more: let what is left of them go nowhere, without a complaint at exit."""
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._out.fileno())
            os.close(nowhere)

    def _to_user(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # there is nobody left to tell that this cannot be said
            self.err.write(line + "\n")
            self.err.flush()
