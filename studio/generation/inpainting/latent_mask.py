"""A mask at the size of the latent, in the three ways that the ways of inpainting need."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from studio.image import Mask


def full_size(mask: Mask) -> Tensor:
    """The values as float32, shape (1, 1, height, width), 1 = repaint."""
    return torch.from_numpy(mask.values.copy()).float()[None, None] / 255.0


def maximum(mask: Mask, height: int, width: int) -> Tensor:
    """For blending: a cell may change as far as any of its pixels may, shape (1, 1, height, width)."""
    return F.adaptive_max_pool2d(full_size(mask), (height, width))


def area(mask: Mask, height: int, width: int) -> Tensor:
    """For soft masks: the mean of the pixels of a cell, shape (1, 1, height, width)."""
    return F.adaptive_avg_pool2d(full_size(mask), (height, width))


def nearest(mask: Mask, height: int, width: int) -> Tensor:
    """For networks that read the mask: 0 or 1, of one pixel a cell, shape (1, 1, height, width)."""
    return F.interpolate((full_size(mask) >= 0.5).float(), size=(height, width), mode="nearest")
