"""How a picture was painted on, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio.job.inpaint import Fill, FromImage, Inpaint, InpaintMode
from studio.job.recipe import Recipe

ID_SHOWN = 10

WAYS: Mapping[InpaintMode, str] = {
    "blend": "blend: the kept part is held at its own noise level after every step",
    "soft": "soft: the grey of the mask says at which step a pixel is released",
    "model": "model: the network itself reads picture and mask",
    "crop": "crop: the surroundings of the mask are worked on alone",
}
FILLS: Mapping[Fill, str] = {
    "original": "as it was",
    "noise": "noise",
    "blur": "the blurred surroundings",
    "colour": "the colour",
    "classical": "its edges, gone on inwards",
}


def painted_rows(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Names and values of what a recipe was painted on and how; nothing for one that was not."""
    start, inpaint = recipe.start, recipe.inpaint
    if isinstance(start, FromImage):
        yield "Start", f"from the picture {start.image[:ID_SHOWN]}, strength {start.strength:g}"
    if inpaint is None:
        return
    yield "Painted", f"on the picture {inpaint.image[:ID_SHOWN]}, where the mask {inpaint.mask[:ID_SHOWN]} says"
    yield "Way", WAYS[inpaint.mode]
    if isinstance(start, FromImage):
        yield "Filled", _fill(inpaint)
    edge = f"comes in over {inpaint.feather} pixels inside the mask" if inpaint.feather else "begins at the mask"
    yield "Edge", f"{edge}{', colours matched' if inpaint.match_colours else ''}"
    if inpaint.mode == "crop":
        yield "Padding", f"{inpaint.padding} pixels around the mask are seen"
    if inpaint.mode in ("blend", "crop") and inpaint.repeats > 1:
        yield "Repeats", f"{inpaint.repeats} times each {inpaint.jump_length} steps"


def _fill(inpaint: Inpaint) -> str:
    colour = " #{:02x}{:02x}{:02x}".format(*inpaint.fill_colour) if inpaint.fill == "colour" else ""
    return f"first with {FILLS[inpaint.fill]}{colour}" if inpaint.fill != "original" else FILLS["original"]
