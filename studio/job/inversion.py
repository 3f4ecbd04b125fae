"""Inverting a picture: the way back from it to the code that draws it again. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from studio.image import Image
from studio.job.code import NAME_MAXIMUM, REFINE_MAXIMUM, CodeFacts, Inverting
from studio.job.event import JobEvent
from studio.job.inpaint import PixelId
from studio.job.part import Part
from studio.job.recipe import Noise, Recipe


class Inversion(Part):
    """Find the code from which `recipe` draws the picture `image`.

    `recipe` is what will draw the code again, without its start: DDIM without fresh noise, from noise. Each step is
    taken `refine` times more from where it led, until it is the step that the way back takes; `name` is what the code
    is called.
    """

    recipe: Recipe
    image: PixelId
    refine: int = 0
    name: Annotated[str, Field(min_length=1, max_length=NAME_MAXIMUM)] = "untitled"

    @field_validator("refine")
    @classmethod
    def _refine(cls, value: int) -> int:
        if not 0 <= value <= REFINE_MAXIMUM:
            raise ValueError(f"Refine {value} is out of range. Use 0 to {REFINE_MAXIMUM}.")
        return value

    @model_validator(mode="after")
    def _can_be_walked_back(self) -> Inversion:
        recipe = self.recipe
        if recipe.sampling.sampler != "ddim" or recipe.sampling.options.get("eta", 0.0) != 0.0:
            raise ValueError("Only DDIM with eta 0 can be walked back to a code. Choose that sampler.")
        if not isinstance(recipe.start, Noise) or recipe.inpaint is not None:
            raise ValueError("A picture is inverted whole, from nothing else: without a start and without a mask.")
        if recipe.blend:
            raise ValueError("A picture is inverted with one prompt. Take the blend away.")
        return self

    @property
    def way(self) -> Recipe:
        """What the record of the way up is named by."""
        return self.recipe.model_copy(update={"start": Inverting(image=self.image, refine=self.refine)})


@dataclass(frozen=True)
class InversionQueued(JobEvent):
    """An inversion was accepted as a job: what `Queued` is for a picture.

    Its `Started` counts both ways, there and back again: 2n steps, and 2n+1 timesteps that rise and fall. The code is
    found after n steps; the others draw it again.
    """

    inversion: Inversion


@dataclass(frozen=True)
class Inverted(JobEvent):
    """The code was found, drawn again and kept under the id `code`.

    `reconstruction` is what the recipe draws of it, of the size of `source`. How much was lost is in
    `facts.round_trip`. `residual` is how much the last repetition of the refinement still changed the state, relative
    to it (root mean square, the largest of all steps); None without refinement. `way` is the id of the record of the
    way up, empty if its steps were not kept.
    """

    code: str
    facts: CodeFacts
    source: Image
    reconstruction: Image
    residual: float | None = None
    way: str = ""
