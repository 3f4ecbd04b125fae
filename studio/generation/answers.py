"""Answers to questions about the trajectories that are kept."""

from __future__ import annotations

from studio.errors import StudioError
from studio.generation.services import Services
from studio.job.shelf import Answer, ForgetRequest, PinRequest, Question, UnfinishedRun, UsageRequest
from studio.trajectory.store import TrajectoryStore


def answer(question: Question, services: Services) -> Answer:
    """Do what is asked and tell what is there now. What the disk refuses becomes the sentence of the answer."""
    store = services.trajectories
    if store is None:
        return Answer(question, sentence="No steps are kept here.")
    sentence = ""
    try:
        if isinstance(question, PinRequest):
            store.pin(question.trajectory, question.pinned)
        elif isinstance(question, ForgetRequest):
            store.forget_unfinished(question.trajectory)
    except StudioError as problem:
        sentence = problem.sentence
    if isinstance(question, (UsageRequest, PinRequest)):
        return Answer(question, usage=store.usage(), sentence=sentence)
    return Answer(question, runs=_unfinished(store), sentence=sentence)


def _unfinished(store: TrajectoryStore) -> tuple[UnfinishedRun, ...]:
    return tuple(
        UnfinishedRun(
            run.trajectory.header.id,
            run.trajectory.header.recipe,
            run.trajectory.done,
            run.trajectory.header.steps,
            run.when,
        )
        for run in store.unfinished()
    )
