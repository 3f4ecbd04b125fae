"""How near one picture is to another."""

from __future__ import annotations

import math

import numpy as np

from studio.image import Image

# That of equal pictures, which would be infinite: more than a difference of one step in one channel of 64 megapixels.
PSNR_MAXIMUM = 150.0


def psnr(one: Image, other: Image) -> float:
    """Peak signal to noise ratio in dB over all channels, of two pictures of one size; at most 150."""
    error = float(np.square(one.pixels.astype(np.float64) - other.pixels).mean())
    return PSNR_MAXIMUM if error == 0.0 else 10.0 * math.log10(255.0**2 / error)
