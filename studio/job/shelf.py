"""Questions about what is kept: the space of trajectories, runs that a crash has interrupted, codes. No tensors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.job.codes import CodeCard, CodeQuestion
from studio.job.recipe import Recipe


@dataclass(frozen=True)
class UsageRequest:
    """How much space do trajectories take?"""


@dataclass(frozen=True)
class UnfinishedRequest:
    """Which runs did a crash interrupt?"""


@dataclass(frozen=True)
class PinRequest:
    """Keep the trajectory of that id whatever the limit on space, or no longer."""

    trajectory: str
    pinned: bool


@dataclass(frozen=True)
class ForgetRequest:
    """The steps of that interrupted run are not wanted any more."""

    trajectory: str


Question = UsageRequest | UnfinishedRequest | PinRequest | ForgetRequest | CodeQuestion


@dataclass(frozen=True)
class Usage:
    """Bytes on the disk and number of files, all kinds together; `pinned` are the ids that stay whatever the limit.

    `limit` is in bytes, 0 for none.
    """

    bytes: int
    count: int
    limit: int
    pinned: frozenset[str] = frozenset()


@dataclass(frozen=True)
class UnfinishedRun:
    """A run that stopped after `step` of `steps` steps. Submitting its recipe again goes on there."""

    trajectory: str
    recipe: Recipe
    step: int
    steps: int
    when: float
    """When it last wrote, in seconds since 1970."""


@dataclass(frozen=True)
class Answer:
    """What became of a question: `usage` after a question about space or a pin, `runs` after one about interrupted
    runs, `cards` after one about codes, newest first, with the id of the `code` that it was about or that is new,
    and the `path` of a file that was written. `sentence` says what went wrong."""

    question: Question
    usage: Usage | None = None
    runs: tuple[UnfinishedRun, ...] = ()
    sentence: str = ""
    cards: tuple[CodeCard, ...] = ()
    code: str = ""
    path: Path | None = None
