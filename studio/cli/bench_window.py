"""The benchmarks of the window. Each opens the real studio in a process of its own, with settings of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.cli.bench_figure import Figure, spread
from studio.cli.display import display_problem
from studio.errors import StudioError

WAIT_SECONDS = 300.0
# Named here only: no command needs Qt, so nothing here may pull it in.
_PROGRAM = """
import json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
from studio.app import open_studio
from studio.ui import measuring
print(json.dumps(getattr(measuring, sys.argv[1])(open_studio, *map(float, sys.argv[2:]))))
"""


@dataclass(frozen=True)
class WindowBenchmarks:
    """Measures the window `starts` times, and its event loop while `pictures` pictures of `steps` steps are made."""

    starts: int
    pictures: int
    steps: int

    def window(self) -> Iterator[Figure]:
        """From the start of the process to the painted window. A first start, which fills caches, does not count."""
        self._start()
        seen = [self._start() for _ in range(self.starts)]
        seconds = [float(start["seconds"]) for start in seen]
        processor = statistics.median(float(start["processor"]) for start in seen)
        early = any(start["torch"] for start in seen)
        how = f"{spread(seconds, 'start')}; {processor:.2f} s of processor time; {_screen()}"
        yield Figure("window", "window painted after start", statistics.median(seconds), 1.0, "s", how)
        yield Figure("torch", "starts with torch before the window", float(early), 0.0, "", f"{len(seen)} starts")

    def responsiveness(self) -> Iterator[Figure]:
        """How late a timer of 10 ms in the window's event loop is while pictures are made."""
        seen = _measure("loop_delays", self.pictures, self.steps)
        delays = sorted(map(float, seen["generating"]))
        if seen["finished"] != self.pictures or not delays:
            raise StudioError("The window made no pictures, so its event loop was not measured. Try 'reverie doctor'.")
        p99 = delays[min(len(delays) - 1, int(0.99 * len(delays)))]
        how = f"{len(delays)} ticks of a 10 ms timer, {self.pictures} pictures of {self.steps} steps; {_screen()}"
        loading = max(map(float, seen["loading"]), default=0.0)
        yield Figure("delay-p99", "event loop late, 99 of 100 times", p99, 33.0, "ms", how)
        told = f"the same ticks; {loading:.0f} ms while torch was imported and the model loaded"
        yield Figure("delay-max", "event loop late, at most", delays[-1], 100.0, "ms", told)

    def _start(self) -> Mapping[str, Any]:
        return _measure("first_paint", time.monotonic())


def _screen() -> str:
    return f"Qt platform {_environment({}).get('QT_QPA_PLATFORM', 'of this session')}"


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    """The variables of this process. Without a screen, Qt paints into memory."""
    found = {**os.environ, **changes}
    if display_problem() is not None:
        found["QT_QPA_PLATFORM"] = "offscreen"
    return found


def _measure(name: str, *values: float) -> Mapping[str, Any]:
    """What the function of that name in `studio.ui.measuring` finds. Raises `StudioError` if the window fails."""
    if getattr(sys, "frozen", False):
        raise StudioError("A bundle cannot measure its own window. Run 'reverie bench' from an installation.")
    with tempfile.TemporaryDirectory() as home:
        words = [sys.executable, "-c", _PROGRAM, name, *map(repr, values)]
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
