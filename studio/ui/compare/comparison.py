"""How far two pictures are from each other, pixel by pixel. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.image import Image

FACTORS = (64, 32, 16, 8, 4, 2, 1)


@dataclass(frozen=True, eq=False)
class Comparison:
    """`picture` shows |A - B| times `factor`, black where they agree; `largest` and `mean` are of 255."""

    picture: Image
    factor: int
    largest: int
    mean: float

    @property
    def same(self) -> bool:
        return self.largest == 0


def compared(first: Image, second: Image) -> Comparison | None:
    """The difference of two pictures, or None if their sizes are not the same."""
    if first.pixels.shape != second.pixels.shape:
        return None
    apart = np.abs(first.pixels.astype(np.int16) - second.pixels.astype(np.int16))
    largest = int(apart.max())
    factor = next((factor for factor in FACTORS if largest * factor <= 255), 1) if largest else 1
    return Comparison(Image((apart * factor).astype(np.uint8)), factor, largest, float(apart.mean()))
