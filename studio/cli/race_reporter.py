"""What the user sees of a race: a progress bar and a table, or one event a line as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from tqdm import tqdm

from studio.cli.console import Console
from studio.cli.event_data import event_data, event_kind, picture_data
from studio.cli.reporter import BAR
from studio.job.event import Failed, Finished, JobEvent, ModelLoading, Started, StepDone
from studio.job.race import LaneEvent, LaneResult, LaneStep, RaceQueued, RaceReady, lane_letter
from studio.job.recipe import OptionValue

TITLES = ("Lane", "Network calls", "Seconds", "Distance")
LABEL_SHOWN = 48
_SHOWN_AGAIN_SECONDS = 0.1


class RaceReporter(Protocol):
    """Is told of every event of a race, in order."""

    def tell(self, event: JobEvent) -> None: ...

    def close(self) -> None:
        """No more events come."""
        ...


class JsonRaceReporter:
    """Writes each event as one line of JSON. An event of a lane carries the lane's number, 0 is the first."""

    def __init__(self, console: Console, calls: int) -> None:
        self._console = console
        self._calls = calls

    def tell(self, event: JobEvent) -> None:
        self._console.record(self._data(event))
        said = event.event if isinstance(event, LaneEvent) else event
        if isinstance(said, Failed):
            self._console.problem(said.sentence)

    def close(self) -> None:
        pass

    def _data(self, event: JobEvent) -> dict[str, object]:
        if isinstance(event, LaneEvent):
            return {**event_data(event.event), "lane": event.lane}
        if isinstance(event, LaneStep):
            return {**event_data(event), "distance": _finite(event.distance)}
        data: dict[str, object] = {"event": event_kind(event), "job": event.job}
        if isinstance(event, RaceReady):
            return {**data, "lanes": [_result_data(result) for result in event.results]}
        return {**data, **self._race_data(event)} if isinstance(event, RaceQueued) else event_data(event)

    def _race_data(self, event: RaceQueued) -> dict[str, object]:
        race = event.race
        lanes = [{"label": lane.label, "recipe": lane.recipe.model_dump(mode="json")} for lane in race.lanes]
        axes: dict[str, tuple[OptionValue, ...]] = {race.columns.field: race.columns.values}
        if race.rows is not None:
            axes[race.rows.field] = race.rows.values
        return {"over": axes, "lanes": lanes, "network_calls": self._calls}


def _result_data(result: LaneResult) -> dict[str, Any]:
    return {
        "label": result.lane.label,
        "column": result.lane.column,
        "row": result.lane.row,
        "calls": result.calls,
        "seconds": result.seconds,
        "distance": None if result.distance is None else _finite(result.distance),
        "curve": [[log_snr, _finite(distance)] for log_snr, distance in result.curve],
        "sentence": result.sentence,
        "picture": picture_data(result.image) if result.image else None,
    }


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


class TextRaceReporter:
    """The table of the lanes and where the sheet is on standard output; on a terminal, a progress bar as well."""

    def __init__(self, console: Console, calls: int, *, debug: bool = False) -> None:
        self._console = console
        self._calls = calls
        self._debug = debug
        self._begun = False
        self._bar: tqdm[None] | None = None

    def tell(self, event: JobEvent) -> None:
        if isinstance(event, RaceQueued):
            lanes = len(event.race.lanes)
            self._steps = sum(lane.recipe.sampling.steps for lane in event.race.lanes)
            self._aside(f"{lanes} lanes, {self._calls} network calls.")
        elif isinstance(event, LaneEvent):
            self._follow(event.event)
        elif isinstance(event, RaceReady):
            self.close()
            for line in table(event.results):
                self._console.say(line)
        elif isinstance(event, Failed):
            self.close()
            self._console.problem(event.sentence)
        elif isinstance(event, Finished) and event.path is not None:
            self._console.say(f"Saved {event.path}")

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, StepDone) and self._bar is not None:
            self._bar.update(1)
            if self._bar.n == self._steps:
                self._bar.refresh()  # the last step is shown however soon it follows the one before
        elif isinstance(event, ModelLoading):
            self._aside(f"Loading the model {event.model} ...")
        elif isinstance(event, Started) and not self._begun:
            self._begun = True
            self._aside(f"Working on {event.device} in {event.dtype}.")
            self._start()
        elif isinstance(event, Failed) and self._debug and event.detail:
            self._console.detail(event.detail)

    def _start(self) -> None:
        if self._console.on_terminal:
            self._bar = tqdm(
                total=self._steps, desc="Race", file=self._console.err, bar_format=BAR, unit=" steps",
                leave=False, mininterval=_SHOWN_AGAIN_SECONDS, dynamic_ncols=True,
            )  # fmt: skip

    def _aside(self, sentence: str) -> None:
        if self._console.on_terminal:
            self._console.note(sentence)


def table(results: Sequence[LaneResult]) -> list[str]:
    """A line a lane below a line of titles; a lane that failed says why instead of its numbers."""
    names = [f"{lane_letter(number)}  {_short(result.lane.label)}" for number, result in enumerate(results)]
    width = max(len(name) for name in (*names, TITLES[0]))
    lines = ["  ".join((TITLES[0].ljust(width), *TITLES[1:]))]
    for number, (name, result) in enumerate(zip(names, results, strict=True)):
        if result.image is None:
            lines.append(f"{name.ljust(width)}  {result.sentence}")
            continue
        numbers = (f"{result.calls}", f"{result.seconds:.1f}", _distance(number, result.distance))
        columns = (text.rjust(len(title)) for text, title in zip(numbers, TITLES[1:], strict=True))
        lines.append("  ".join((name.ljust(width), *columns)))
    return lines


def _short(label: str) -> str:
    return label if len(label) <= LABEL_SHOWN else label[: LABEL_SHOWN - 1] + "…"


def _distance(number: int, distance: float | None) -> str:
    if number == 0 or distance is None or not math.isfinite(distance):
        return "-"
    return f"{distance:.4f}"
