"""What the masked part of a picture holds before the start: it matters where the start is not pure noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from studio.image import Image, Mask, Pixels
from studio.job.inpaint import Fill, Inpaint

# Telea's method looks this many pixels around the one it fills.
CLASSICAL_RADIUS = 3
# Blurred surroundings: rounds of blurring, each half as wide as the one before.
BLUR_ROUNDS = 4


def filled(image: Image, mask: Mask, inpaint: Inpaint, seed: int) -> Image:
    """The picture with its masked part filled as the recipe wants; grey values of the mask mix both."""
    if inpaint.fill == "original" or not mask.values.any():
        return image
    inside = _FILLS[inpaint.fill](image.pixels, mask.values, inpaint, seed)
    return Image(mixed(image.pixels, inside, mask.values))


def mixed(outside: Pixels, inside: Pixels, weight: Pixels) -> Pixels:
    """`inside` where `weight` is 255, `outside` where it is 0, exactly; between, both. Shapes (h, w, 3) and (h, w)."""
    share = weight.astype(np.uint32)[..., None]
    return ((outside * (255 - share) + inside * share + 127) // 255).astype(np.uint8)


def _noise(pixels: Pixels, mask: Pixels, inpaint: Inpaint, seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, pixels.shape, dtype=np.uint8)


def _colour(pixels: Pixels, mask: Pixels, inpaint: Inpaint, seed: int) -> Pixels:
    return np.broadcast_to(np.array(inpaint.fill_colour, np.uint8), pixels.shape)


def _blur(pixels: Pixels, mask: Pixels, inpaint: Inpaint, seed: int) -> Pixels:
    """The surroundings flow in: blurred with the masked pixels left out of the sums, from wide to narrow."""
    known = (mask == 0).astype(np.float32)
    if not known.any():
        return np.broadcast_to(pixels.reshape(-1, 3).mean(0).astype(np.uint8), pixels.shape)
    colours = pixels.astype(np.float32) * known[..., None]
    found = np.broadcast_to(colours.sum((0, 1)) / known.sum(), pixels.shape).astype(np.float32)
    for number in range(BLUR_ROUNDS):
        deviation = max(pixels.shape[:2]) / (4 * 2**number)
        weight = cv2.GaussianBlur(known, (0, 0), deviation)
        sums = cv2.GaussianBlur(colours, (0, 0), deviation)
        trust = np.clip(weight * 4, 0, 1)[..., None]
        found = trust * sums / np.maximum(weight, 1e-6)[..., None] + (1 - trust) * found
    return np.clip(np.rint(found), 0, 255).astype(np.uint8)


def _classical(pixels: Pixels, mask: Pixels, inpaint: Inpaint, seed: int) -> Pixels:
    """Telea 2004: the picture goes on inwards from the rim of the mask, without any model."""
    if mask.all():
        return pixels
    return np.asarray(cv2.inpaint(pixels, (mask > 0).astype(np.uint8), CLASSICAL_RADIUS, cv2.INPAINT_TELEA), np.uint8)


_FILLS: Mapping[Fill, Callable[[Pixels, Pixels, Inpaint, int], Pixels]] = {
    "noise": _noise,
    "blur": _blur,
    "colour": _colour,
    "classical": _classical,
}
