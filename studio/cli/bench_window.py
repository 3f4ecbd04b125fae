"""The benchmarks of the window. Each opens the real studio in a process of its own, with settings of its own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.cli.bench_figure import Figure, percentile, spread
from studio.cli.window_process import measured, screen
from studio.errors import StudioError

MODULE = "measuring"


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
        how = f"{spread(seconds, 'start')}; {processor:.2f} s of processor time; {screen()}"
        yield Figure("window", "window painted after start", statistics.median(seconds), 1.0, "s", how)
        yield Figure("torch", "starts with torch before the window", float(early), 0.0, "", f"{len(seen)} starts")

    def responsiveness(self) -> Iterator[Figure]:
        """How late a timer of 10 ms in the window's event loop is while pictures are made."""
        seen = measured(MODULE, "loop_delays", self.pictures, self.steps)
        delays = sorted(map(float, seen["generating"]))
        if seen["finished"] != self.pictures or not delays:
            raise StudioError("The window made no pictures, so its event loop was not measured. Try 'reverie doctor'.")
        p99 = percentile(delays, 99)
        how = f"{len(delays)} ticks of a 10 ms timer, {self.pictures} pictures of {self.steps} steps; {screen()}"
        loading = max(map(float, seen["loading"]), default=0.0)
        yield Figure("delay-p99", "event loop late, 99 of 100 times", p99, 33.0, "ms", how)
        told = f"the same ticks; {loading:.0f} ms while torch was imported and the model loaded"
        yield Figure("delay-max", "event loop late, at most", delays[-1], 100.0, "ms", told)

    def _start(self) -> Mapping[str, Any]:
        return measured(MODULE, "first_paint", time.monotonic())
