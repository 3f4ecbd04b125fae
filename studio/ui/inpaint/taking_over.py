"""A result becomes the picture that is painted on: put back where it was worked on, nothing else touched. No Qt."""

from __future__ import annotations

import numpy as np
import PIL.Image

from studio.image import Image, Mask, Pixels
from studio.painting.box import Box
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.ui.inpaint.painting import Painting


def taken_over(painting: Painting, result: Image, frame: Frame, mask: Mask | None) -> Painting:
    """The painting to go on with. `frame` is the part of the picture that `result` shows, `mask` what was painted anew
    there, None for all of it.

    At one to one the pixels of the result take the place of the picture's. Where the part was scaled, only what was
    painted anew is put in, so that the rest keeps its sharpness. What lies beyond the picture makes it larger.
    """
    whole = Box(0, 0, *painting.size)
    grown = whole.united(frame.box)
    pixels = _grown(painting.picture.pixels, whole, grown)
    part = frame.moved(-grown.left, -grown.top).box
    exact = (result.width, result.height) == (frame.width, frame.height)
    made = result.pixels if exact else _scaled(result.pixels, part)
    if exact or mask is None:
        pixels[part.slices] = made
    else:
        share = _scaled(mask.values, part).astype(np.uint32)[..., None]
        before = pixels[part.slices]
        pixels[part.slices] = ((before * (255 - share) + made * share + 127) // 255).astype(np.uint8)
    name, framing = painting.name, painting.framing
    moved = painting.frame.moved(-grown.left, -grown.top)
    if grown == whole:
        after = Painting(Image(pixels), name, moved, framing, document=painting.document)
    else:
        after = Painting(Image(pixels), name, moved, framing, document=_grown_mask(painting, grown, part))
    after.works = {
        known: place.moved(-grown.left, -grown.top) for known, place in painting.works.items() if grown == whole
    }
    return after


def _grown(pixels: Pixels, whole: Box, grown: Box) -> Pixels:
    """A copy with room around it, in which the edge pixels go on."""
    if grown == whole:
        return pixels.copy()
    around = ((-grown.top, grown.bottom - whole.bottom), (-grown.left, grown.right - whole.right), (0, 0))
    return np.pad(pixels, around, mode="edge")


def _grown_mask(painting: Painting, grown: Box, part: Box) -> MaskDocument:
    """The mask on the larger picture; what neither the picture nor the result has shown is still to be painted."""
    values = np.full((grown.height, grown.width), 255, np.uint8)
    values[part.slices] = 0
    values[painting.whole.moved(-grown.left, -grown.top).box.slices] = painting.document.values
    return MaskDocument(grown.width, grown.height, values)


def _scaled(values: Pixels, part: Box) -> Pixels:
    picture = PIL.Image.fromarray(np.ascontiguousarray(values))
    return np.asarray(picture.resize((part.width, part.height), PIL.Image.Resampling.LANCZOS))
