"""From the flags for painting to a picture, a mask and the fields of a recipe, all checked before a model is loaded."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.cli.paint_flags import ALPHA, OF_A_MASK, flag, given
from studio.errors import InvalidField
from studio.export.mask_file import as_mask
from studio.export.picture_file import Picture, read_picture
from studio.export.picture_header import PIXELS_MAXIMUM
from studio.image import Image, Mask
from studio.job.inpaint import FILLS, INPAINT_MODES, FromImage, Inpaint
from studio.job.recipe import SIZE_MAXIMUM, SIZE_MINIMUM, SIZE_STEP, Noise, Recipe, checked, recipe
from studio.library.sources import SourceStore
from studio.models.catalog import ModelEntry
from studio.painting.frame import Frame, working
from studio.painting.selections import scaled

Size = tuple[int, int]

STRENGTH_WITHOUT_MASK = 0.6
_OPTIONS = ("padding", "feather", "fill", "fill_colour", "match_colours", "jump_length", "repeats")


@dataclass(frozen=True)
class Painting:
    """A picture that is painted on, where a mask is white if there is one. `notes` are sentences for the user."""

    image: Image
    mask: Mask | None = None
    size: Size = (0, 0)
    fields: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def on(self, plain: Recipe) -> Recipe:
        """The recipe of the same picture, painted on this one."""
        return recipe(**{**dict(plain), "width": self.size[0], "height": self.size[1], **self.fields})

    def offer_to(self, store: SourceStore) -> None:
        """Have picture and mask in the store, which writes them when a job needs them."""
        store.offer(self.image)
        if self.mask is not None:
            store.offer(self.mask)


def read_painting(flags: Namespace, entry: ModelEntry) -> Painting | None:
    """What the flags describe, or None without a picture. Raises `InvalidField` and `RefusedFile`."""
    if flags.image is None:
        for name in given(flags, ("mask", "strength", "outpaint", *OF_A_MASK)):
            raise InvalidField(name, f"{flag(name)} is about a picture. Give it with --image FILE.")
        return None
    picture = read_picture(Path(flags.image))
    mask, notes = read_mask(flags, picture, Path(flags.image).name)
    if mask is None and flags.outpaint is None:
        for name in given(flags, OF_A_MASK):
            raise InvalidField(
                name, f"{flag(name)} is about a mask. Give one with --mask FILE or --mask {ALPHA}, or use --outpaint."
            )
    painting = Painting(picture.image, mask, notes=(*picture.problems, *notes))
    if flags.outpaint is not None:
        painting = _with_room(painting, flags.outpaint)
    mode = inpaint_mode(flags.inpaint, entry, INPAINT_MODES) if painting.mask is not None else None
    painting = sized(painting, flags.size, entry.native_size, whole=mode != "crop")
    return replace(painting, fields=_fields(flags, painting, mode, entry))


def read_mask(flags: Namespace, picture: Picture, name: str) -> tuple[Mask | None, tuple[str, ...]]:
    """The mask that the flags name for a picture, and notes. `name` is the picture's. Raises as `read_painting`."""
    if flags.mask is None:
        return None, ()
    image = picture.image
    if flags.mask == ALPHA:
        if picture.transparent is None:
            raise InvalidField("mask", f"{name} has no transparent part to paint. Give a mask with --mask FILE.")
        return picture.transparent, ()
    file = read_picture(Path(flags.mask))
    mask = as_mask(file)
    if flags.scale_mask:
        mask = scaled(mask, image.width, image.height)
    if (mask.width, mask.height) != (image.width, image.height):
        raise InvalidField(
            "mask",
            f"The mask is {mask.width} × {mask.height} pixels, the picture {image.width} × {image.height}. "
            "Add --scale-mask to scale the mask, or use one of the same size.",
        )
    return mask, file.problems


def inpaint_mode(word: str | None, entry: ModelEntry, modes: tuple[str, ...]) -> str:
    """The way that the user names, or the usual one of the model. Raises `InvalidField`."""
    mode = word or ("model" if entry.inpainting else "blend")
    if mode not in modes:
        why = "is not for branches" if mode in INPAINT_MODES else "is not known"
        raise InvalidField("inpaint", f"Inpaint '{mode[:40]}' {why}. Use one of: {', '.join(modes)}.")
    if mode == "model" and not entry.inpainting:
        others = ", ".join(other for other in modes if other != "model")
        raise InvalidField(
            "inpaint", f"The model '{entry.name[:60]}' was not made for inpainting. Use one of: {others}."
        )
    return mode


def check_used(flags: Namespace, mode: str, strength: float, entry: ModelEntry) -> None:
    """Raise `InvalidField` for a flag that would change nothing."""
    walks_once = mode in ("soft", "model") or (mode == "crop" and entry.inpainting)
    useless = {
        "padding": "is only used with --inpaint crop" if mode != "crop" else "",
        "fill": "does nothing at strength 1, where the painted part starts as noise" if strength == 1.0 else "",
        "fill_colour": "is only used with --fill colour" if getattr(flags, "fill", None) != "colour" else "",
        "repeats": f"does nothing here: {mode} walks every step once with this model" if walks_once else "",
        "jump_length": "is only used with --repeats 2 or more" if (flags.repeats or 1) < 2 else "",
    }
    for name in given(flags, tuple(useless)):
        if useless[name]:
            raise InvalidField(name, f"{flag(name)} {useless[name]}. Leave it out, or change that.")


def options(flags: Namespace) -> dict[str, Any]:
    """The settings of an inpainting that are on the command line."""
    return {name: getattr(flags, name) for name in given(flags, _OPTIONS)}


def _fields(flags: Namespace, painting: Painting, mode: str | None, entry: ModelEntry) -> dict[str, Any]:
    usual = STRENGTH_WITHOUT_MASK if mode is None else 1.0
    strength = usual if flags.strength is None else flags.strength
    start = checked(FromImage, image=painting.image.id, strength=strength)
    if mode is None or painting.mask is None:
        return {"start": start}
    check_used(flags, mode, strength, entry)
    if flags.fill is not None and flags.fill not in FILLS:
        raise InvalidField("fill", f"Fill '{flags.fill[:40]}' is not known. Use one of: {', '.join(FILLS)}.")
    inpaint = checked(Inpaint, image=painting.image.id, mask=painting.mask.id, mode=mode, **options(flags))
    return {"start": Noise() if strength == 1.0 else start, "inpaint": inpaint}


def _with_room(painting: Painting, room: tuple[int, int, int, int]) -> Painting:
    """A larger picture with the old one in it; its edge goes on into what is to be painted."""
    left, top, right, bottom = room
    image = painting.image
    frame = Frame(-left, -top, left + image.width + right, top + image.height + bottom)
    if frame.width * frame.height > PIXELS_MAXIMUM:
        raise InvalidField(
            "outpaint",
            f"With this room the picture has {frame.width} × {frame.height} pixels; "
            f"{PIXELS_MAXIMUM // 1_000_000} megapixels are allowed. Add less.",
        )
    values = np.zeros((image.height, image.width), np.uint8) if painting.mask is None else painting.mask.values
    larger, mask = working(image, values, frame, (frame.width, frame.height))
    return replace(painting, image=larger, mask=mask)


def sized(painting: Painting, wanted: Size | None, native: Size, *, whole: bool) -> Painting:
    """The picture at the size at which it is worked on as a `whole`; for a crop it stays as it is."""
    if not whole:
        return replace(painting, size=wanted or native)
    image, mask = painting.image, painting.mask
    own = -(-image.width // SIZE_STEP) * SIZE_STEP, -(-image.height // SIZE_STEP) * SIZE_STEP
    size = wanted or own
    if not all(SIZE_MINIMUM <= side <= SIZE_MAXIMUM for side in size):
        crop = ", or --inpaint crop to work on the surroundings of the mask alone" if mask is not None else ""
        raise InvalidField(
            "size",
            f"The picture is {image.width} × {image.height} pixels; as a whole {SIZE_MINIMUM} to {SIZE_MAXIMUM} a side "
            f"can be worked on. Use --size WxH to crop and scale it{crop}.",
        )
    if size == own:
        return replace(painting, size=size)
    frame = Frame.crop(image.width, image.height, *size)
    values = np.zeros((image.height, image.width), np.uint8) if mask is None else mask.values
    fitted, inside = working(image, values, frame, size)
    return replace(
        painting,
        image=fitted,
        mask=None if mask is None else inside,
        size=size,
        notes=(*painting.notes, _cut_note(image, frame, size)),
    )


def _cut_note(image: Image, frame: Frame, size: Size) -> str:
    cut, whole = (frame.width, frame.height), (image.width, image.height)
    part = "" if cut == whole else f", of which the middle {cut[0]} × {cut[1]} are used"
    end = "" if cut == size else f"; {'this is' if part else 'it is'} scaled to {size[0]} × {size[1]}"
    return f"The picture is {whole[0]} × {whole[1]} pixels{part}{end}."
