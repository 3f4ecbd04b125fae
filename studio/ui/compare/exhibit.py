"""One of two pictures that are compared, with all that is known of how it came to be."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.export.metadata import Made
from studio.image import Image
from studio.job.recipe import Recipe
from studio.ui.panels.folder_scan import made_id
from studio.ui.titles import run_steps, title


@dataclass(frozen=True, eq=False)
class Exhibit:
    """`key` is the file or the job of the picture. What is not known is None or empty."""

    image: Image
    name: str
    key: Hashable = None
    recipe: Recipe | None = None
    made: Made | None = None
    known_id: str = ""

    @property
    def words(self) -> str:
        """What it is called beside its letter."""
        return title(self.recipe) if self.recipe else self.name

    @property
    def trajectory(self) -> str:
        """The id of its steps, "" if it is not known."""
        if self.known_id or self.recipe is None:
            return self.known_id
        return made_id(self.recipe, self.made)

    @property
    def steps(self) -> int:
        """How many steps it took, 0 if that is not known."""
        return run_steps(self.recipe) if self.recipe else 0
