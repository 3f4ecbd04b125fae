"""What the files with moving pictures have in common: a header, then frame after frame, then a short end.

A frame is never touched again once it is written, so a file that was cut off holds whole frames, and more can follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from studio.export.sequence import FramePlan
from studio.image import Image


@dataclass(frozen=True)
class Reel:
    """What a container is told of a clip: the size of its frames, its plan, and texts to put in where that is usual."""

    width: int
    height: int
    plan: FramePlan
    texts: Mapping[str, str] = field(default_factory=dict)


class Extent(NamedTuple):
    """How many whole frames a file holds, and where the last one ends."""

    frames: int
    end: int


class Patch(NamedTuple):
    """Bytes of the header that depend on what follows."""

    offset: int
    data: bytes


class Container(Protocol):
    """One format. Frames are numbered from 0, and come in order from the one that `begin` was told."""

    def header(self) -> bytes:
        """The beginning of the file."""
        ...

    def begin(self, first: int) -> None:
        """The next frame is number `first`; those before it lie in the file already."""
        ...

    def frame(self, number: int, image: Image) -> bytes:
        """The bytes of this frame, or of an earlier one if the encoder is behind."""
        ...

    def rest(self) -> bytes:
        """The bytes of the frames that the encoder still holds."""
        ...

    def end(self, frames: int) -> bytes:
        """What follows the last frame."""
        ...

    def patches(self, frames: int, size: int) -> tuple[Patch, ...]:
        """What to correct in the header of a file of `size` bytes with so many frames."""
        ...

    def extent(self, file: BinaryIO) -> Extent:
        """The whole frames in a file, counted from where it is read: behind the header, or behind other frames."""
        ...

    def settle(self, part: Path, target: Path) -> bool:
        """Write the finished clip to `target` in another arrangement; False if the file is good as it is."""
        ...


class PlainContainer:
    """A container whose encoder is never behind, and whose file is good as it is."""

    def __init__(self, reel: Reel) -> None:
        self._reel = reel

    def begin(self, first: int) -> None:
        """Each frame is packed for itself."""

    def rest(self) -> bytes:
        return b""

    def settle(self, part: Path, target: Path) -> bool:
        return False
