"""The pictures and masks that a recipe was painted on: kept by this computer, or given again by the user."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from studio.cli.paint_flags import ALPHA
from studio.cli.painted_text import ID_SHOWN
from studio.errors import InvalidField, RefusedFile
from studio.export.mask_file import as_mask
from studio.export.picture_file import Picture, read_picture
from studio.image import Image, Mask
from studio.job.inpaint import FromImage
from studio.job.recipe import FromStep, Recipe
from studio.library.sources import SourceStore


def add_original_flags(parser: ArgumentParser) -> None:
    """The flags for pictures and masks that are not kept here."""
    parser.add_argument(
        "--image", action="append", default=[], metavar="FILE",
        help="the picture that PICTURE was painted on, if this computer does not keep it; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--mask", action="append", default=[], metavar=f"FILE|{ALPHA}",
        help=f"its mask; '{ALPHA}' is what is transparent in FILE of --image; may be repeated",
    )  # fmt: skip


def pictures_of(recipe: Recipe) -> frozenset[str]:
    """The ids of the pictures that a recipe and its parents are painted on; all others of `pixels` are masks."""
    own = {recipe.inpaint.image} if recipe.inpaint is not None else set()
    if isinstance(recipe.start, FromImage):
        own.add(recipe.start.image)
    return frozenset(own) | (pictures_of(recipe.start.parent) if isinstance(recipe.start, FromStep) else frozenset())


def take_in(recipe: Recipe, flags: Namespace, store: SourceStore) -> None:
    """Have everything that the recipe is painted on in the store.

    A file of the user's is taken if its pixels have the name that the recipe says, however it was saved. Raises
    `InvalidField` for another one, and `RefusedFile` if something is still missing.
    """
    files = [(Path(word), read_picture(Path(word))) for word in flags.image]
    images = pictures_of(recipe)
    for path, picture in files:
        _offer("image", path.name, [picture.image], images, store)
    for word in flags.mask:
        if word == ALPHA:
            _offer("mask", "The transparent part", _transparent(files), recipe.pixels - images, store)
        else:
            path = Path(word)
            _offer("mask", path.name, [as_mask(read_picture(path))], recipe.pixels - images, store)
    _check_whole(recipe, images, store)


def _transparent(files: Iterable[tuple[Path, Picture]]) -> list[Image | Mask]:
    return [picture.transparent for _, picture in files if picture.transparent is not None]


def _offer(field: str, name: str, pixels: Iterable[Image | Mask], wanted: Iterable[str], store: SourceStore) -> None:
    """Offer those that are wanted. Raises `InvalidField` if none is."""
    names = set(wanted)
    good = [found for found in pixels if found.id in names]
    if not good:
        kind = "picture" if field == "image" else "mask"
        asked = f"That one has the name {_short(names)}" if names else f"It was painted without a {kind}"
        raise InvalidField(field, f"{name[:60]} is not the {kind} that was painted on. {asked}; see 'reverie info'.")
    for found in good:
        store.offer(found)


def _check_whole(recipe: Recipe, images: frozenset[str], store: SourceStore) -> None:
    missing = {name for name in recipe.pixels if not store.has(name)}
    if not missing:
        return
    pictures, masks = missing & images, missing - images
    parts = [
        *([f"the picture {_short(pictures)} (give it with --image FILE)"] if pictures else []),
        *([f"the mask {_short(masks)} (give it with --mask FILE)"] if masks else []),
    ]
    raise RefusedFile(f"This was painted on something that is not on this computer: {' and '.join(parts)}.")


def _short(names: Iterable[str]) -> str:
    return ", ".join(name[:ID_SHOWN] for name in sorted(names))
