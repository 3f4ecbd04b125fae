"""What a recipe is painted on: its picture and mask, fetched, checked and encoded once, before the first step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studio.errors import InvalidField, RefusedFile, StudioError
from studio.generation.guidance import Network
from studio.generation.inpainting import latent_mask
from studio.generation.inpainting.constraint import Blend, Constraint, Soft
from studio.generation.inpainting.crop import Crop, crop_around, resized
from studio.generation.inpainting.fill import filled
from studio.generation.inpainting.paste import pasted
from studio.generation.services import Sources
from studio.image import Image, Mask
from studio.job.inpaint import FromImage, Inpaint
from studio.job.recipe import SIZE_STEP, FromStep, Recipe
from studio.models.model import Model
from studio.sampling.schedule import NoiseLevel

EMPTY_MASK = "The mask is empty: the picture is returned unchanged."


@dataclass(frozen=True)
class Ground:
    """`start` is the latent to begin with, `known` the one to hold, `reading` what an inpainting network reads.

    All are (1, C, h, w) on the model's device, None where they are not needed. `finish` makes the final picture of
    a decoded one.
    """

    start: Tensor | None = None
    known: Tensor | None = None
    mask: Tensor | None = None
    reading: Tensor | None = None
    inpaint: Inpaint | None = None
    finish: Callable[[Image], Image] = lambda image: image

    def constraint(self, noise: Tensor) -> Constraint | None:
        """What holds the known part, with the noise that the run started from."""
        if self.inpaint is None or self.known is None or self.mask is None:
            return None
        kind = Soft if self.inpaint.mode == "soft" else Blend
        return kind(self.known, noise, self.mask)

    def network(self, model: Model) -> Network:
        """The network as guidance calls it: one that reads a mask and a picture beside the state gets both."""
        reading = self.reading
        if reading is None:
            return model.network

        def network(x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
            return model.network(torch.cat([x, reading.expand(x.shape[0], -1, -1, -1)], dim=1), level, conditioning)

        return network

    @property
    def resampling(self) -> tuple[int, int]:
        """Jump length and repeats of RePaint; (1, 1) where nothing is walked twice."""
        if self.inpaint is None or self.known is None or self.inpaint.mode == "soft":
            return 1, 1
        return self.inpaint.jump_length, self.inpaint.repeats


def returned_unchanged(recipe: Recipe, sources: Sources | None) -> Image | None:
    """The picture of a recipe whose mask is empty: there is nothing to paint."""
    if recipe.inpaint is None:
        return None
    picture, mask = _asked(recipe.inpaint, sources)
    return None if mask.values.any() else picture


def in_its_picture(made: Image, recipe: Recipe, sources: Sources | None) -> Image:
    """A step's picture with what the mask keeps taken from the source, as the finished one has it.

    As it is where it shows only a part of the source, or where the source is not here.
    """
    if recipe.inpaint is None or recipe.inpaint.mode == "crop" or sources is None:
        return made
    try:
        picture, mask = _asked(recipe.inpaint, sources)
    except StudioError:
        return made
    return _finish(picture, mask, None, recipe.inpaint)(made) if _same_size(made, picture) else made


def ground_of(recipe: Recipe, model: Model, sources: Sources | None) -> Ground:
    """Fetch and encode what a recipe is painted on. Raises `InvalidField` and `RefusedFile` with a sentence."""
    if recipe.inpaint is not None:
        return _painted_ground(recipe, recipe.inpaint, model, sources)
    blank = _reading(model, recipe, None, None)
    start = _root(recipe).start
    if not isinstance(start, FromImage):
        return Ground(reading=blank)
    picture = _found(sources).image(start.image)
    whole = _fitted(picture, recipe)
    latent = model.encode(whole) if recipe.start == start else None
    return Ground(start=latent, reading=blank, finish=lambda made: _cut(made, picture))


def _painted_ground(recipe: Recipe, inpaint: Inpaint, model: Model, sources: Sources | None) -> Ground:
    if inpaint.mode == "model" and not model.facts.inpainting:
        raise InvalidField(
            "inpaint", f"The model '{model.facts.name}' was not made for inpainting. Use blend, soft or crop."
        )
    picture, mask = _asked(inpaint, sources)
    size = recipe.width, recipe.height
    crop = crop_around(mask, inpaint.padding, *size) if inpaint.mode == "crop" else None
    if crop is None:
        image, inside = _fitted(picture, recipe), Mask(_extended(mask.values, recipe, 2))
    else:
        image, inside = crop.image(picture, *size), crop.mask(mask, *size)
    held = inpaint.mode in ("blend", "soft") or (inpaint.mode == "crop" and not model.facts.inpainting)
    height, width = model.latent_shape(recipe.width, recipe.height)[1:]
    sized = latent_mask.area if inpaint.mode == "soft" else latent_mask.maximum
    begin = filled(image, inside, inpaint, recipe.seed) if isinstance(recipe.start, FromImage) else None
    return Ground(
        start=None if begin is None else model.encode(begin),
        known=model.encode(image) if held else None,
        mask=sized(inside, height, width).to(model.device, model.dtype) if held else None,
        reading=_reading(model, recipe, image, inside),
        inpaint=inpaint,
        finish=_finish(picture, mask, crop, inpaint),
    )


def _finish(picture: Image, mask: Mask, crop: Crop | None, inpaint: Inpaint) -> Callable[[Image], Image]:
    """How the decoded picture is put back into the one that was opened."""

    def finish(made: Image) -> Image:
        whole = _cut(made, picture) if crop is None else _put_back(made, picture, crop)
        return pasted(picture, whole, mask, inpaint.feather, match_colours=inpaint.match_colours)

    return finish


def _put_back(made: Image, picture: Image, crop: Crop) -> Image:
    pixels = picture.pixels.copy()
    crop.of(pixels)[...] = resized(made.pixels, *crop.size)
    return Image(pixels)


def _asked(inpaint: Inpaint, sources: Sources | None) -> tuple[Image, Mask]:
    found = _found(sources)
    picture, mask = found.image(inpaint.image), found.mask(inpaint.mask)
    if (picture.width, picture.height) != (mask.width, mask.height):
        raise InvalidField(
            "mask",
            f"The mask is {mask.width} × {mask.height} pixels, the picture {picture.width} × {picture.height}. "
            "Use a mask of the same size.",
        )
    return picture, mask


def _found(sources: Sources | None) -> Sources:
    if sources is None:
        raise RefusedFile("The picture that this is painted on is not here. Open it and paint again.")
    return sources


def _reading(model: Model, recipe: Recipe, image: Image | None, mask: Mask | None) -> Tensor | None:
    """Mask and masked picture for a network of nine channels, (1, 1 + C, h, w). Without a picture all is to be made."""
    if not model.facts.inpainting:
        return None
    if image is None or mask is None:
        image = Image(np.zeros((recipe.height, recipe.width, 3), np.uint8))
        mask = Mask(np.full((recipe.height, recipe.width), 255, np.uint8))
    latent = model.encode(image, hidden=mask)
    inside = latent_mask.nearest(mask, *latent.shape[2:]).to(latent)
    return torch.cat([inside, latent], dim=1)


def _root(recipe: Recipe) -> Recipe:
    """The run from which all branches came."""
    return _root(recipe.start.parent) if isinstance(recipe.start, FromStep) else recipe


def _fitted(picture: Image, recipe: Recipe) -> Image:
    """The picture with its last row and column repeated up to the size of the recipe."""
    needed = (_rounded_up(picture.width), _rounded_up(picture.height))
    if needed != (recipe.width, recipe.height):
        raise InvalidField(
            "size",
            f"The picture is {picture.width} × {picture.height} pixels, which needs the size "
            f"{needed[0]} × {needed[1]}, not {recipe.width} × {recipe.height}. Change the size, or crop the picture.",
        )
    return Image(_extended(picture.pixels, recipe, 3))


def _extended(values: np.ndarray, recipe: Recipe, axes: int) -> np.ndarray:
    more = [(0, recipe.height - values.shape[0]), (0, recipe.width - values.shape[1]), (0, 0)]
    return np.pad(values, more[:axes], mode="edge") if any(after for _, after in more) else values


def _rounded_up(side: int) -> int:
    return -(-side // SIZE_STEP) * SIZE_STEP


def _cut(made: Image, picture: Image) -> Image:
    """What was added to fill the last cells goes again."""
    if _same_size(made, picture):
        return made
    return Image(made.pixels[: picture.height, : picture.width])


def _same_size(one: Image, other: Image) -> bool:
    return (one.width, one.height) == (other.width, other.height)
