"""An order for frames that are pictures of their own: the walk of a track, or the sheet of four corners."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from studio.export.caption import Dresser
from studio.export.frame_look import FrameLook
from studio.export.order import (
    FINGERPRINT_DIGITS,
    FORMATS,
    WRITING,
    Format,
    FormatName,
    check_format,
    settings_line,
)
from studio.export.sequence import Frame, FramePlan, Pace
from studio.job.recipe import Recipe


@dataclass(frozen=True)
class FramesOrder:
    """The frames are the pictures of `recipes`, all of one size, `fps` of them a second, over and over.

    `target` is the folder of a PNG sequence, or the file of all others. `columns` is how wide a sheet is, None for
    whatever looks well. Raises `InvalidField`.
    """

    target: Path
    recipes: tuple[Recipe, ...]
    format: FormatName = "mp4"
    fps: float = 12.0
    columns: int | None = None
    lossless: bool = False

    def __post_init__(self) -> None:
        check_format(self.format, self.fps)
        _ = self.plan

    @property
    def kind(self) -> Format:
        return FORMATS[self.format]

    @property
    def recipe(self) -> Recipe:
        """That of the first frame."""
        return self.recipes[0]

    @property
    def title(self) -> str:
        """The prompts on the way, each once."""
        return " → ".join(dict.fromkeys(recipe.prompt for recipe in self.recipes if recipe.prompt))

    @property
    def settings(self) -> str:
        return settings_line(self.recipe, f"{len(self.recipes)} frames")

    @cached_property
    def plan(self) -> FramePlan:
        """Each picture once, all as long."""
        return FramePlan(tuple(Frame(number) for number in range(len(self.recipes))), Pace(fps=self.fps).rate)

    @cached_property
    def dresser(self) -> Dresser:
        return Dresser(FrameLook(), (self.recipe.width, self.recipe.height), "x0", (), ())

    @cached_property
    def fingerprint(self) -> str:
        """Equal for orders that write the same frames, wherever they write them."""
        digest = hashlib.sha256(json.dumps([WRITING, self.format, str(self.plan.rate), self.columns]).encode())
        for recipe in self.recipes:
            digest.update(recipe.text().encode() + b"\n")
        return digest.hexdigest()[:FINGERPRINT_DIGITS]

    def labels(self, step: int, gain: float) -> tuple[str, ...]:
        """The number of a frame, from 1."""
        return f"{step + 1} of {len(self.recipes)}", f"{step + 1}"

    def recipe_of(self, number: int) -> Recipe:
        return self.recipes[number]

    def told_of(self, number: int | None, gain: float) -> dict[str, Any]:
        """Beside its recipe and its number a frame has nothing to tell."""
        return {}
