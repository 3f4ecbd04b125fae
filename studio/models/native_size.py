"""The picture size a model was trained on, from its configurations alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from studio.job.recipe import SIZE_MAXIMUM, SIZE_MINIMUM, SIZE_STEP

# What diffusers' U-Net assumes where the configuration says nothing, in cells of the latent.
DEFAULT_SIDE = 64
BLOCKS_MAXIMUM = 8
_FIRST_WITH_TRUE_SIZES = (0, 9)


def native_size(unet: Mapping[str, object], vae: Mapping[str, object]) -> tuple[int, int]:
    """(width, height) in pixels: the U-Net's sample size times what the autoencoder enlarges by.

    The result is one that a recipe accepts: values that are none are brought to the nearest that is. U-Nets saved by
    diffusers before 0.9 said too small a size by mistake; they count as 64, as their pipelines treat them.
    """
    scale = enlargement(vae)
    sample = unet.get("sample_size")
    if isinstance(sample, list) and len(sample) == 2:
        height, width = (_side(value) for value in sample)
    else:
        width = height = _square(unet, _side(sample))
    return _allowed(width * scale), _allowed(height * scale)


def enlargement(vae: Mapping[str, object]) -> int:
    """By what the autoencoder enlarges each side of a latent."""
    return int(2 ** (_blocks(vae) - 1))


def _blocks(vae: Mapping[str, object]) -> int:
    channels = vae.get("block_out_channels")
    return min(len(channels), BLOCKS_MAXIMUM) if isinstance(channels, list) and channels else 1


def _side(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else DEFAULT_SIDE


def _square(unet: Mapping[str, object], side: int) -> int:
    version = re.match(r"(\d{1,4})\.(\d{1,4})", str(unet.get("_diffusers_version", "")))
    old = version is not None and (int(version[1]), int(version[2])) < _FIRST_WITH_TRUE_SIZES
    return max(side, DEFAULT_SIDE) if old else side


def _allowed(pixels: int) -> int:
    nearest = (pixels + SIZE_STEP // 2) // SIZE_STEP * SIZE_STEP
    return min(max(nearest, SIZE_MINIMUM), SIZE_MAXIMUM)
