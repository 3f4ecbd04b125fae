"""What the worker needs of the program: how jobs are run and questions answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from studio.job.cancel import CancelToken
from studio.job.event import JobEvent, JobId, ModelStatus
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.preview import FirstNoise
from studio.job.recipe import Recipe
from studio.job.shelf import Answer, Question
from studio.job.view import AnyView, ViewReady
from studio.job.work import Work


class Engine(Protocol):
    """What runs jobs. Made in the worker thread, because making it imports torch.

    Everything but the making of steps is also asked for between the steps of a run.
    """

    def run(self, job: JobId, work: Work, cancel: CancelToken) -> Iterator[JobEvent]: ...

    def warm_up(self, model: str) -> ModelStatus: ...

    def first_noise(self, recipe: Recipe) -> FirstNoise: ...

    def view(self, request: AnyView) -> ViewReady: ...

    def facts(self, request: FactsRequest) -> TrajectoryFacts: ...

    def answer(self, question: Question) -> Answer: ...

    def sync(self) -> None:
        """Have all steps so far on the disk."""
        ...
