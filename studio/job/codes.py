"""Questions about the codes that are kept, and what is told of each. No tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from studio.image import Image
from studio.job.arithmetic import Arithmetic
from studio.job.code import CodeFacts
from studio.job.recipe import Recipe


@dataclass(frozen=True)
class CodesRequest:
    """Which codes are kept?"""


@dataclass(frozen=True)
class KeepCode:
    """Keep the code that a picture began from: the first state of its run, whatever that began from itself.

    With a `step` above 0 it is the state after so many steps, which the record `trajectory` must hold; so it must where
    the run began from a picture. `thumbnail` is what the shelf shows. Without a name it is called after its origin.
    """

    recipe: Recipe
    trajectory: str = ""
    step: int = 0
    name: str = ""
    thumbnail: Image | None = field(default=None, compare=False)


@dataclass(frozen=True)
class RenameCode:
    """Call a code something else."""

    code: str
    name: str


@dataclass(frozen=True)
class PictureCode:
    """Have the shelf show a code by this picture."""

    code: str
    thumbnail: Image = field(compare=False)


@dataclass(frozen=True)
class RemoveCode:
    """Take a code off the shelf, or with `removed` False put it back. It leaves the disk at the next start."""

    code: str
    removed: bool = True


@dataclass(frozen=True)
class TakeCode:
    """Put the code of a file on the shelf."""

    path: Path


@dataclass(frozen=True)
class GiveCode:
    """Write a code to the file `path`. No file is replaced: where that name is taken it gets a number."""

    code: str
    path: Path


@dataclass(frozen=True)
class CombineCodes:
    """Make a new code of others, and keep it."""

    work: Arithmetic


CodeQuestion = CodesRequest | KeepCode | RenameCode | PictureCode | RemoveCode | TakeCode | GiveCode | CombineCodes


@dataclass(frozen=True)
class CodeCard:
    """A code as the shelf shows it. A file that is damaged has a `sentence` and no facts.

    `when` it was kept, in seconds since 1970.
    """

    code: str
    facts: CodeFacts | None
    thumbnail: Image | None = field(default=None, compare=False)
    when: float = 0.0
    sentence: str = ""
