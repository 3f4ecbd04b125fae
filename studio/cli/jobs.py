"""Running jobs one after another, and telling of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import Console
from studio.cli.destination import Destination
from studio.cli.interruption import EXIT_CANCELLED
from studio.cli.reporter import Reporter
from studio.errors import StorageError
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, GeneratedImage, JobEvent, JobId, PreviewReady, Queued
from studio.job.recipe import Recipe

if TYPE_CHECKING:
    from studio.generation.services import Services


@dataclass(frozen=True)
class JobRunner:
    """Runs jobs with these services and saves what they make."""

    services: Services
    destination: Destination
    reporter: Reporter
    console: Console

    def run_all(self, recipes: Iterable[Recipe], token: CancelToken) -> int:
        """One job a recipe; all are told of as queued first. Returns the worst exit code of them.

        Each job ends with exactly one terminal event. After a cancellation the waiting ones end as cancelled.
        """
        jobs = list(enumerate(recipes, start=1))
        try:
            for job, recipe in jobs:
                self.reporter.tell(Queued(job, recipe))
            return max(self._run(job, recipe, token) for job, recipe in jobs)
        finally:
            self.reporter.close()

    def _run(self, job: JobId, recipe: Recipe, token: CancelToken) -> int:
        from studio.generation.run import run

        code = 0
        stem = self.destination.expected_stem(recipe)
        for event in run(job, recipe, self._saving(token), token):
            preview = None
            if isinstance(event, PreviewReady):
                preview = self._save_preview(stem, event)
                code = code if preview else 1
            self.reporter.tell(event, preview)
            code = max(code, _exit_code(event))
        return code

    def _saving(self, token: CancelToken) -> Services:
        """The services with a save that comes no more after a cancellation."""

        def save(generated: GeneratedImage) -> Path:
            token.check()
            return self.destination.save(generated)

        return replace(self.services, save=save)

    def _save_preview(self, stem: str, event: PreviewReady) -> Path | None:
        """Where the preview is; None if it could not be saved. Then the picture itself is still worth finishing."""
        try:
            return self.destination.save_preview(stem, event.step, event.image)
        except StorageError as problem:
            self.console.problem(problem.sentence)
            return None


def _exit_code(event: JobEvent) -> int:
    if isinstance(event, Failed):
        return event.exit_code
    return EXIT_CANCELLED if isinstance(event, Cancelled) else 0
