"""What the user sees of jobs while they run: sentences with a progress bar, or one event a line as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tqdm import tqdm

from studio.cli.console import Console
from studio.cli.event_data import event_data
from studio.job.event import Cancelled, Decoding, Failed, Finished, JobEvent, ModelLoading, Started, StepDone

BAR = "{desc} {percentage:3.0f}%|{bar}| step {n_fmt} of {total_fmt}, {remaining} left, {rate_noinv_fmt}"
_SHOWN_AGAIN_SECONDS = 0.1


class Reporter(Protocol):
    """Is told of every event of every job, in order."""

    def tell(self, event: JobEvent, preview: Path | None = None) -> None:
        """`preview` is where the picture of a `PreviewReady` was written."""
        ...

    def close(self) -> None:
        """No more events come."""
        ...


class JsonReporter:
    """Writes each event as one line of JSON."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def tell(self, event: JobEvent, preview: Path | None = None) -> None:
        self._console.record(event_data(event, preview))
        if isinstance(event, Failed):
            self._console.problem(event.sentence)

    def close(self) -> None:
        pass


class TextReporter:
    """One line a finished picture on standard output; on a terminal, a progress bar on standard error as well."""

    def __init__(self, console: Console, count: int, *, debug: bool = False) -> None:
        self._console = console
        self._count = count
        self._debug = debug
        self._begun = 0
        self._last_failure = ""
        self._bar: tqdm[None] | None = None

    def tell(self, event: JobEvent, preview: Path | None = None) -> None:
        if isinstance(event, StepDone):
            if self._bar is not None:
                self._bar.update(event.step - self._bar.n)
                if event.step == event.steps:
                    self._bar.refresh()  # the last step is shown however soon it follows the one before
        elif isinstance(event, Started):
            self._start(event)
        elif isinstance(event, (ModelLoading, Decoding)):
            self._wait(event)
        elif isinstance(event, (Finished, Cancelled, Failed)):
            self.close()
            self._end(event)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _wait(self, event: ModelLoading | Decoding) -> None:
        if isinstance(event, ModelLoading):
            self._aside(f"Loading the model {event.model} ...")
        elif self._bar is not None:
            self._bar.set_description_str(f"{self._title()}, decoding")

    def _start(self, event: Started) -> None:
        self._begun += 1
        for notice in event.notices:
            self._console.note(notice)
        if self._begun == 1:
            self._aside(f"Working on {event.device} in {event.dtype}.")
        if self._console.on_terminal:
            self._bar = tqdm(
                total=event.steps, desc=self._title(), file=self._console.err, bar_format=BAR, unit=" steps",
                leave=False, mininterval=_SHOWN_AGAIN_SECONDS, dynamic_ncols=True,
            )  # fmt: skip

    def _title(self) -> str:
        return f"Picture {self._begun} of {self._count}" if self._count > 1 else "Picture"

    def _end(self, event: Finished | Cancelled | Failed) -> None:
        if isinstance(event, Finished):
            if event.path is not None:
                self._console.say(f"Saved {event.path}")
            for notice in event.notices:
                self._console.note(notice)
        elif isinstance(event, Failed):
            self._fail(event)

    def _fail(self, event: Failed) -> None:
        """What fails all jobs in the same way is said once."""
        if event.sentence != self._last_failure:
            self._console.problem(event.sentence)
        self._last_failure = event.sentence
        if self._debug and event.detail:
            self._console.detail(event.detail)

    def _aside(self, sentence: str) -> None:
        if self._console.on_terminal:
            self._console.note(sentence)
