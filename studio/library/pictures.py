"""The folder in which pictures are saved, each under a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.job.event import GeneratedImage
from studio.library.naming import picture_names
from studio.storage import make_folder

WriteNew = Callable[[Path, Iterable[str], GeneratedImage], Path]


@dataclass(frozen=True)
class PictureFolder:
    """Saves pictures in `root`, which is made when the first one comes.

    `write_new(folder, names, picture)` writes under the first free name and returns its place; it never overwrites.
    """

    root: Path
    write_new: WriteNew

    def save(self, generated: GeneratedImage) -> Path:
        """Save and say where. Raises `StorageError` with a sentence; then no half-written file is left."""
        make_folder(self.root)
        return self.write_new(self.root, picture_names(generated.recipe), generated)
