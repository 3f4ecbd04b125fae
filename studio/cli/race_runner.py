"""Running a race and saving its sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.cli.destination import Destination
from studio.cli.interruption import EXIT_CANCELLED
from studio.cli.race_reporter import RaceReporter
from studio.errors import StudioError
from studio.export.race_sheet import race_sheet
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, Finished, JobEvent, JobId
from studio.job.race import LaneEvent, LaneResult, Race, RaceQueued, RaceReady

if TYPE_CHECKING:
    from studio.generation.services import Services

JOB: JobId = 1


@dataclass(frozen=True)
class RaceRunner:
    """Runs one race with these services; the sheet goes to `sheets`."""

    services: Services
    sheets: Destination
    reporter: RaceReporter

    def run(self, plan: Race, token: CancelToken) -> int:
        """The worst exit code of the race and its lanes. Told are all events, the last one being terminal."""
        code = 0
        try:
            self.reporter.tell(RaceQueued(JOB, plan))
            for event in self._events(plan, token):
                self.reporter.tell(event)
                code = max(code, _exit_code(event))
        finally:
            self.reporter.close()
        return code

    def _events(self, plan: Race, token: CancelToken) -> Iterator[JobEvent]:
        """Those of the race; the last one comes after the sheet is saved, with its place."""
        from studio.generation.race import run_race

        results: tuple[LaneResult, ...] = ()
        for event in run_race(JOB, plan, self.services, token):
            if isinstance(event, RaceReady):
                results = event.results
            yield self._saved(event, plan, results) if isinstance(event, Finished) else event

    def _saved(self, event: Finished, plan: Race, results: tuple[LaneResult, ...]) -> Finished | Failed:
        try:
            return replace(event, path=self.sheets.save(race_sheet(plan, results)))
        except StudioError as problem:
            return Failed(JOB, problem.sentence, exit_code=problem.exit_code)


def _exit_code(event: JobEvent) -> int:
    if isinstance(event, LaneEvent):
        return event.event.exit_code if isinstance(event.event, Failed) else 0
    if isinstance(event, Failed):
        return event.exit_code
    return EXIT_CANCELLED if isinstance(event, Cancelled) else 0
