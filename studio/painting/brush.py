"""What a brush is: plain numbers, the same for every stroke until the user changes them."""

from __future__ import annotations

from dataclasses import dataclass

SIZE_MINIMUM, SIZE_MAXIMUM = 1.0, 2000.0
SPACING_MINIMUM, SPACING_MAXIMUM = 0.01, 2.0


@dataclass(frozen=True)
class Brush:
    """A round brush. `size` is its diameter in pixels of the picture, 1 to 2000.

    `hardness` (0 to 1) is the part of the radius that is painted in full; from there it falls off smoothly to the rim.
    `opacity` (0 to 1) is what one whole stroke reaches and never exceeds. `spacing` (0.01 to 2) is the way between two
    dabs as a part of the size, but at least a pixel. `smoothing` (0 to 1): how far the stroke lags behind the pointer.
    `pressure_size` and `pressure_opacity` say what the pressure of a pen changes.

    Raises `ValueError` for a number out of its range.
    """

    size: float = 40.0
    hardness: float = 0.8
    opacity: float = 1.0
    spacing: float = 0.1
    smoothing: float = 0.0
    pressure_size: bool = True
    pressure_opacity: bool = False

    def __post_init__(self) -> None:
        _check("size", self.size, SIZE_MINIMUM, SIZE_MAXIMUM)
        _check("hardness", self.hardness, 0.0, 1.0)
        _check("opacity", self.opacity, 0.0, 1.0)
        _check("spacing", self.spacing, SPACING_MINIMUM, SPACING_MAXIMUM)
        _check("smoothing", self.smoothing, 0.0, 1.0)


def _check(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"The {name} of a brush is {least:g} to {most:g}, not {value:g}.")
