"""What a job tells while it runs. Plain data: safe to send from the worker to the window.

A job is one accepted recipe. Its life: `Queued`, perhaps `ModelLoading`, `Started`, a `StepDone` a step with
`PreviewReady` between them, `ImageReady`; then exactly one of `Finished`, `Cancelled`, `Failed`. Between two steps it
may be `Paused` and then `Resumed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from studio.image import Image
from studio.job.recipe import Recipe

JobId = int
PreviewKind = Literal["x0", "x"]
Stage = Literal["queue", "model", "conditioning", "sampling", "decoding", "saving"]


@dataclass(frozen=True)
class GeneratedImage:
    """A finished picture with all that is known about how it came to be.

    `batch` is how many pictures a network call held (each with its guidance pair): kernels round otherwise for others.
    """

    image: Image
    recipe: Recipe
    seconds: float
    model_hash: str
    device: str
    dtype: str
    versions: Mapping[str, str] = field(default_factory=dict)
    batch: int = 1


@dataclass(frozen=True)
class JobEvent:
    """What all events share: the id of their job."""

    job: JobId


@dataclass(frozen=True)
class Queued(JobEvent):
    """`again` is the picture whose steps are recorded again; then no new picture comes, and no `ImageReady`."""

    recipe: Recipe
    again: Path | None = None


@dataclass(frozen=True)
class ModelLoading(JobEvent):
    model: str


@dataclass(frozen=True)
class Started(JobEvent):
    """The grid is known: `timesteps` are those of the n+1 levels, noisiest first.

    The steps up to `first_step` are shared with another run and not computed again. `trajectory` is the id under which
    the steps are recorded, empty if they are not.
    """

    steps: int
    timesteps: tuple[float, ...]
    device: str
    dtype: str
    notices: tuple[str, ...] = ()
    first_step: int = 0
    trajectory: str = ""


@dataclass(frozen=True)
class StepDone(JobEvent):
    """Step `step` of `steps` is done (1 is the first), `seconds` after sampling began, at the level `timestep`."""

    step: int
    steps: int
    seconds: float
    timestep: float


@dataclass(frozen=True)
class Paused(JobEvent):
    """The run waits after `step` of `steps` steps; everything so far is on the disk."""

    step: int
    steps: int


@dataclass(frozen=True)
class Resumed(JobEvent):
    """The run goes on."""


@dataclass(frozen=True)
class PreviewReady(JobEvent):
    """A picture of the state after `step` steps, as it is (`x`) or as the network expects the end (`x0`)."""

    step: int
    steps: int
    kind: PreviewKind
    image: Image


@dataclass(frozen=True)
class Decoding(JobEvent):
    """Sampling is over; the picture is being decoded."""


@dataclass(frozen=True)
class ImageReady(JobEvent):
    generated: GeneratedImage


@dataclass(frozen=True)
class Finished(JobEvent):
    """The job is done; `path` is where its picture was saved, or None if nobody asked for a file.

    `trajectory` is where its steps were kept; `notices` are sentences about what went less well.
    """

    path: Path | None
    seconds: float
    trajectory: Path | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cancelled(JobEvent):
    """The user cancelled after `step` of `steps` steps; both are 0 if the run had not begun.

    `trajectory` is the id under which these steps are kept, empty if they are not.
    """

    step: int
    steps: int
    trajectory: str = ""


@dataclass(frozen=True)
class Failed(JobEvent):
    """The job failed: `sentence` is for the user, `field` names a field that is to blame, `detail` is for a log.

    `plugin` is the id of the plugin that failed, "" if none did.
    """

    sentence: str
    field: str | None = None
    detail: str = ""
    exit_code: int = 1
    plugin: str = ""


TERMINAL = (Finished, Cancelled, Failed)


@dataclass(frozen=True)
class ModelStatus:
    """Not an event of a job: the model that was got ready in the background, or the sentence why it was not."""

    model: str
    device: str = ""
    dtype: str = ""
    sentence: str = ""
