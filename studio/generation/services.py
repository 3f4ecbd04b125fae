"""What a run needs from outside, as the composition roots put it together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from studio.image import Image, Mask
from studio.job.event import GeneratedImage
from studio.job.preview import PreviewSettings
from studio.models.model import Model
from studio.sampling.registry import Methods
from studio.trajectory.code_file import Code
from studio.trajectory.store import TrajectoryStore


class ModelSource(Protocol):
    """Where loaded models come from; keeps the last one."""

    def is_loaded(self, name: str) -> bool: ...

    def get(self, name: str) -> Model: ...


class Sources(Protocol):
    """Where the pictures and masks of recipes are kept, by their ids. Used from several threads."""

    def image(self, pixels: str) -> Image:
        """The picture with that id. Raises `RefusedFile` if it is not here."""
        ...

    def mask(self, pixels: str) -> Mask:
        """The mask with that id. Raises `RefusedFile` if it is not here."""
        ...

    def secure(self, pixels: Iterable[str]) -> None:
        """Have these on the disk. Raises `StorageError`; what is not here is passed over."""
        ...


class Codes(Protocol):
    """Where codes are kept, by their ids. Used from several threads."""

    def find(self, code: str) -> Code:
        """The code with that id. Raises `RefusedFile` if it is not here."""
        ...

    def keep(self, code: Code) -> str:
        """Have a code on the disk and tell its id. Raises `StorageError`."""
        ...


@dataclass(frozen=True)
class Services:
    """`save` writes a finished picture and tells where; None keeps it in memory only.

    `trajectories` keeps the steps of runs and finds those of others; None records nothing. `open_picture` reads a
    picture file. `sources` finds what recipes paint on, `codes` what they start from; None finds nothing.
    """

    models: ModelSource
    methods: Methods
    preview: Callable[[], PreviewSettings]
    save: Callable[[GeneratedImage], Path] | None = None
    trajectories: TrajectoryStore | None = None
    open_picture: Callable[[Path], Image] | None = None
    sources: Sources | None = None
    codes: Codes | None = None
