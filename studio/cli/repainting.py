"""What a branch changes about the painting of its parent."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.cli.paint_flags import ALPHA, OF_A_MASK, flag, given
from studio.cli.painting import check_used, inpaint_mode, options, read_mask
from studio.errors import InvalidField, RefusedFile
from studio.export.picture_file import Picture, read_picture
from studio.image import Image
from studio.job.inpaint import INPAINT_MODES, Inpaint
from studio.job.recipe import SIZE_STEP, Recipe, checked
from studio.library.sources import SourceStore
from studio.models.catalog import ModelEntry

WAYS = tuple(mode for mode in INPAINT_MODES if mode != "crop")


def repainted(
    flags: Namespace, parent: Recipe, picture: Picture, entry: ModelEntry, store: SourceStore
) -> dict[str, Any]:
    """The field `inpaint` of a branch of `parent`, or nothing where the flags say nothing of painting.

    Pictures and masks are offered to the store. What is kept outside a new mask is the picture of `--image`, or what
    the parent was painted on, or else the finished `picture` itself. Raises `InvalidField` and `RefusedFile`.
    """
    asked = given(flags, ("image", "mask", *OF_A_MASK))
    if not asked:
        return {}
    before = parent.inpaint
    if before is None and flags.mask is None:
        raise InvalidField(asked[0], f"{flag(asked[0])} is about a mask. Give one with --mask FILE.")
    changes: dict[str, Any] = options(flags)
    if before is None or before.mode != "crop":
        usual = None if before is None else before.mode
        changes["mode"] = inpaint_mode(flags.inpaint or usual, entry, WAYS)
        changes |= _pixels(flags, parent, picture, store)
    elif given(flags, ("image", "mask", "inpaint")):
        raise InvalidField(
            asked[0],
            "This picture was painted in a crop, and its steps show only that. Paint on the finished picture instead: "
            "reverie generate --image.",
        )
    fields = {**({} if before is None else dict(before)), **changes}
    made = checked(Inpaint, **fields)
    check_used(flags, made.mode, 1.0, entry)
    return {"inpaint": made}


def _pixels(flags: Namespace, parent: Recipe, picture: Picture, store: SourceStore) -> dict[str, str]:
    """The ids of a new picture and a new mask, as far as the flags name them."""
    before = parent.inpaint
    new = None if flags.image is None else read_picture(Path(flags.image))
    if new is not None:
        _check_size(new.image, parent)
    if flags.mask is None:
        if new is None or before is None:
            return {}
        _check_mask(new.image, before, store)
        return {"image": store.offer(new.image)}
    name = Path(flags.picture if flags.image is None else flags.image).name
    kept = new or replace(picture, image=_kept(before, picture.image, store))
    mask, _ = read_mask(flags, kept, name)
    assert mask is not None
    return {"image": store.offer(kept.image), "mask": store.offer(mask)}


def _kept(before: Inpaint | None, finished: Image, store: SourceStore) -> Image:
    if before is None:
        return finished
    try:
        return store.image(before.image)
    except RefusedFile as problem:
        raise RefusedFile(f"{problem.sentence} Or name another one with --image FILE.") from None


def _check_size(image: Image, parent: Recipe) -> None:
    if any(-(-side // SIZE_STEP) * SIZE_STEP != wanted for side, wanted in _sides(image, parent)):
        raise InvalidField(
            "image",
            f"The picture is {image.width} × {image.height} pixels; a branch of this run needs {parent.width} × "
            f"{parent.height}. Crop or scale it first.",
        )


def _sides(image: Image, parent: Recipe) -> tuple[tuple[int, int], tuple[int, int]]:
    return (image.width, parent.width), (image.height, parent.height)


def _check_mask(image: Image, before: Inpaint, store: SourceStore) -> None:
    mask = store.mask(before.mask)
    if (mask.width, mask.height) != (image.width, image.height):
        raise InvalidField(
            "image",
            f"The picture is {image.width} × {image.height} pixels, the mask of this run {mask.width} × {mask.height}. "
            f"Give a mask as well, with --mask FILE or --mask {ALPHA}.",
        )
