"""The flags for painting on a picture. Each is None, or false, if it is not given, so that none is passed over."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace, _ArgumentGroup

from studio.cli import values
from studio.errors import InvalidField
from studio.job.inpaint import FEATHER_MAXIMUM, FILLS, INPAINT_MODES, JUMP_MAXIMUM, PADDING_MAXIMUM, REPEATS_MAXIMUM
from studio.job.recipe import SIZE_MAXIMUM, SIZE_STEP

ALPHA = "alpha"
# What only has a meaning with a mask, in the order in which it is told.
OF_A_MASK = (
    "scale_mask", "inpaint", "padding", "feather", "fill", "fill_colour", "match_colours", "jump_length", "repeats",
)  # fmt: skip

PAINT_HELP = """\
Painting on a picture: --image alone starts from the picture, noised as far as --strength says (default 0.6). With
--mask only what is white in the mask is painted anew; black is kept bit for bit, grey is changed partly. The ways of
--inpaint: blend holds the kept part at its own noise level after every step; soft releases each pixel at the step its
grey value names; model needs a model made for inpainting, which is then the default; crop works on the surroundings
of the mask alone, at --size or the model's own size, in a picture of any size. The other ways work on the whole
picture, at its own size; with --size its middle part is cropped and scaled to that. --outpaint adds room around the
picture and paints there. Pictures and masks are kept in Reverie's data folder, so that 'reverie verify' finds them."""

_COLOUR = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


def add_paint_flags(parser: ArgumentParser) -> None:
    """All of them, for a picture that is begun."""
    group = parser.add_argument_group("painting on a picture (see below)")
    group.add_argument("--image", metavar="FILE", help="start from this picture: PNG, JPEG or WebP")
    _add_mask_flags(group, INPAINT_MODES)
    group.add_argument(
        "--strength", type=values.number("strength", "Strength"), metavar="S",
        help="how far the picture is noised, above 0 to 1; default: 1 with a mask, else 0.6",
    )  # fmt: skip
    group.add_argument(
        "--outpaint", type=_room, metavar="LEFT,TOP,RIGHT,BOTTOM", help="pixels to add and paint, multiples of 8"
    )
    group.add_argument(
        "--padding", type=values.bounded("padding", "Padding", 0, PADDING_MAXIMUM), metavar="N",
        help="for crop: pixels around the mask that are seen; default: 32",
    )  # fmt: skip
    group.add_argument(
        "--fill", metavar="NAME",
        help=f"what the masked part holds first, below strength 1: {', '.join(FILLS)}; default: original",
    )  # fmt: skip
    group.add_argument("--fill-colour", type=_colour, metavar="RRGGBB", help="for --fill colour; default: 808080")


def add_repaint_flags(parser: ArgumentParser) -> None:
    """Those that a branch can change: it goes on from a state, so nothing is noised, filled, cropped or added."""
    group = parser.add_argument_group("painting from that step on (see below)")
    group.add_argument(
        "--image", metavar="FILE", help="what is kept outside the mask; default: as before, or else PICTURE itself"
    )
    _add_mask_flags(group, tuple(mode for mode in INPAINT_MODES if mode != "crop"))


def _add_mask_flags(group: _ArgumentGroup, modes: tuple[str, ...]) -> None:
    group.add_argument(
        "--mask", metavar=f"FILE|{ALPHA}",
        help=f"where to paint: white in FILE, or '{ALPHA}' for what is transparent in the picture",
    )  # fmt: skip
    group.add_argument("--scale-mask", action="store_true", help="scale a mask of another size to the picture")
    group.add_argument(
        "--inpaint", metavar="WAY", help=f"{', '.join(modes)}; default: model where the model can, else blend"
    )
    group.add_argument(
        "--feather", type=values.bounded("feather", "Feather", 0, FEATHER_MAXIMUM), metavar="N",
        help="pixels inside the edge of the mask over which the new part comes in; default: 4",
    )  # fmt: skip
    group.add_argument("--match-colours", action="store_true", help="fit the colours to those around the mask")
    group.add_argument(
        "--repeats", type=values.bounded("repeats", "Repeats", 1, REPEATS_MAXIMUM), metavar="N",
        help="for blend and crop: walk each stretch of steps so often (RePaint); default: 1",
    )  # fmt: skip
    group.add_argument(
        "--jump-length", type=values.bounded("jump_length", "Jump length", 1, JUMP_MAXIMUM), metavar="N",
        help="how many steps such a stretch has; default: 10",
    )  # fmt: skip


def given(flags: Namespace, names: tuple[str, ...]) -> list[str]:
    """Those of the flags that are on the command line."""
    found = {name: getattr(flags, name, None) for name in names}
    return [name for name, value in found.items() if value is not None and value is not False]  # 0 is given


def flag(name: str) -> str:
    """How the flag of that name is written."""
    return "--" + name.replace("_", "-")


def _room(text: str) -> tuple[int, int, int, int]:
    words = text.split(",")
    good = len(words) == 4 and all(re.fullmatch(r"\s*[0-9]{1,5}\s*", word) for word in words)
    sides = [int(word) for word in words] if good else []
    if not good or any(side % SIZE_STEP or side > SIZE_MAXIMUM for side in sides) or not any(sides):
        raise InvalidField(
            "outpaint",
            f"Outpaint '{text[:40]}' is not readable. Write LEFT,TOP,RIGHT,BOTTOM in pixels, such as 0,0,64,0: each 0 "
            f"to {SIZE_MAXIMUM} and divisible by {SIZE_STEP}, one of them more than 0.",
        )
    left, top, right, bottom = sides
    return left, top, right, bottom


def _colour(text: str) -> tuple[int, int, int]:
    found = _COLOUR.fullmatch(text.strip())
    if found is None:
        raise InvalidField(
            "fill_colour", f"Fill colour '{text[:40]}' is not readable. Write it as RRGGBB, such as ff8800."
        )
    red, green, blue = (int(part, 16) for part in found.groups())
    return red, green, blue
