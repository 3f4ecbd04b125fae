"""Pictures and masks as files, to be painted on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image

from studio.export.picture_file import read_picture
from studio.job.recipe import Recipe
from tests.unit.generation.inpainting.painted import photograph

WIDTH, HEIGHT = 72, 64


def source_file(folder: Path, width: int = WIDTH, height: int = HEIGHT, name: str = "source.png") -> Path:
    """A colourful picture with some grain."""
    PIL.Image.fromarray(photograph(width, height).pixels).save(folder / name)
    return folder / name


def mask_file(folder: Path, width: int = WIDTH, height: int = HEIGHT, value: int = 255, name: str = "mask.png") -> Path:
    """Its right half has this grey, the left half is black."""
    values = np.zeros((height, width), np.uint8)
    values[:, width // 2 :] = value
    PIL.Image.fromarray(values).save(folder / name)
    return folder / name


def pixels_of(path: Path) -> np.ndarray:
    return read_picture(path).image.pixels


def recipe_of(path: Path) -> Recipe:
    found = read_picture(path).recipe
    assert found is not None
    return found
