"""The last word in pixels: what the mask keeps is taken from the source, bit for bit."""

from __future__ import annotations

import cv2
import numpy as np

from studio.generation.inpainting.fill import mixed
from studio.image import Image, Mask, Pixels

# The colours of both pictures are compared in a rim of kept pixels of this width around the mask.
RIM = 24
RIM_PIXELS_MINIMUM = 32
CONTRAST_MINIMUM, CONTRAST_MAXIMUM = 0.5, 2.0


def risen_inwards(mask: Mask, feather: int) -> Mask:
    """The mask rising from 0 at its edge to its own value `feather` pixels inside. Where it was 0 it stays 0."""
    if feather == 0 or mask.values.all():
        return mask
    inside = (mask.values > 0).astype(np.uint8)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rise = np.minimum(depth / (feather + 1), 1.0)
    return Mask(np.rint(mask.values * rise).astype(np.uint8))


def pasted(source: Image, made: Image, mask: Mask, feather: int, *, match_colours: bool = False) -> Image:
    """`made` where the mask is 255, `source` where it is 0, exactly. All three have one size in pixels."""
    pixels = matched(source.pixels, made.pixels, mask.values) if match_colours else made.pixels
    return Image(mixed(source.pixels, pixels, risen_inwards(mask, feather).values))


def matched(source: Pixels, made: Pixels, mask: Pixels) -> Pixels:
    """`made` with each channel's mean and contrast brought to those of the source, told from the rim of the mask.

    Outside the mask both show the same things, so what differs there is the network's own tint.
    """
    inside = (mask > 0).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM + 1, 2 * RIM + 1))
    rim = (cv2.dilate(inside, kernel) > 0) & (inside == 0)
    if np.count_nonzero(rim) < RIM_PIXELS_MINIMUM:
        return made
    wanted, found = source[rim].astype(np.float64), made[rim].astype(np.float64)
    contrast = np.clip((wanted.std(0) + 1.0) / (found.std(0) + 1.0), CONTRAST_MINIMUM, CONTRAST_MAXIMUM)
    values = (made.astype(np.float64) - found.mean(0)) * contrast + wanted.mean(0)
    fitted: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return fitted
