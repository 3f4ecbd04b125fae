"""What a run needs from outside, as the composition roots put it together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from studio.image import Image
from studio.job.event import GeneratedImage
from studio.job.preview import PreviewSettings
from studio.models.model import Model
from studio.sampling.registry import SamplerRegistry
from studio.trajectory.store import TrajectoryStore


class ModelSource(Protocol):
    """Where loaded models come from; keeps the last one."""

    def is_loaded(self, name: str) -> bool: ...

    def get(self, name: str) -> Model: ...


@dataclass(frozen=True)
class Services:
    """`save` writes a finished picture and tells where; None keeps it in memory only.

    `trajectories` keeps the steps of runs and finds those of others; None records nothing. `open_picture` reads a
    picture file.
    """

    models: ModelSource
    samplers: SamplerRegistry
    preview: Callable[[], PreviewSettings]
    save: Callable[[GeneratedImage], Path] | None = None
    trajectories: TrajectoryStore | None = None
    open_picture: Callable[[Path], Image] | None = None
