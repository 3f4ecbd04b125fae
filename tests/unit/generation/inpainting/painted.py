"""Pictures, masks and recipes for painting, and a place where they are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from studio.image import Image, Mask
from studio.job.inpaint import FromImage, Inpaint
from studio.job.recipe import Recipe
from studio.library.sources import SourceStore
from tests.unit.generation.runs import small


def photograph(width: int = 64, height: int = 64, seed: int = 0) -> Image:
    """Soft shapes in many colours with some grain: no two pixels alike for long."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = [np.sin(across / (5 + 2 * c) + c) * np.cos(down / (7 + c)) for c in range(3)]
    values = 128 + 90 * np.stack(waves, axis=-1) + random.normal(0, 6, (height, width, 3))
    return Image(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def half(width: int = 64, height: int = 64, value: int = 255) -> Mask:
    """The right half may change."""
    values = np.zeros((height, width), np.uint8)
    values[:, width // 2 :] = value
    return Mask(values)


def spot(width: int, height: int, left: int, top: int, side: int, value: int = 255) -> Mask:
    values = np.zeros((height, width), np.uint8)
    values[top : top + side, left : left + side] = value
    return Mask(values)


def everything(width: int = 64, height: int = 64) -> Mask:
    return Mask(np.full((height, width), 255, np.uint8))


def nothing(width: int = 64, height: int = 64) -> Mask:
    return Mask(np.zeros((height, width), np.uint8))


class Easel:
    """A store of sources, and recipes that paint on what was offered to it."""

    def __init__(self, folder: Path) -> None:
        self.sources = SourceStore(folder / "sources")

    def recipe(
        self,
        image: Image,
        mask: Mask | None,
        sampler: str = "ddim",
        steps: int = 3,
        strength: float = 1.0,
        fields: dict[str, Any] | None = None,
        **inpaint: Any,
    ) -> Recipe:
        """With a mask and strength 1 the start is noise; `fields` are those of the recipe, the rest of the inpaint."""
        name = self.sources.offer(image)
        more: dict[str, Any] = dict(fields or {})
        if mask is not None:
            more["inpaint"] = Inpaint(image=name, mask=self.sources.offer(mask), **inpaint)
        if strength < 1.0:
            more["start"] = FromImage(image=name, strength=strength)
        return small(sampler, steps, **more)
