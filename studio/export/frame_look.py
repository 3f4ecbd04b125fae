"""How a frame looks: which part of the picture, how large, and with which caption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import PIL.Image

from studio.errors import InvalidField

EnlargeMethod = Literal["nearest", "lanczos"]
CaptionPlace = Literal["none", "below", "over"]
ENLARGE_METHODS: tuple[EnlargeMethod, ...] = ("nearest", "lanczos")
CAPTION_PLACES: tuple[CaptionPlace, ...] = ("none", "below", "over")
FACTOR_MAXIMUM = 32
SIDE_MAXIMUM = 8192

Size = tuple[int, int]
RESAMPLING = {"nearest": PIL.Image.Resampling.NEAREST, "lanczos": PIL.Image.Resampling.LANCZOS}


@dataclass(frozen=True)
class Crop:
    """A part of the picture, in its pixels; (`x`, `y`) is the upper left corner. Raises `InvalidField`."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if min(self.x, self.y) < 0 or min(self.width, self.height) < 1:
            raise InvalidField("crop", "Crop begins at 0 or beyond, and is at least one pixel wide and high.")

    def check(self, size: Size) -> None:
        """Raise `InvalidField` unless the part lies within a picture of this size."""
        width, height = size
        if self.x + self.width > width or self.y + self.height > height:
            raise InvalidField(
                "crop",
                f"Crop {self.x},{self.y},{self.width},{self.height} reaches beyond the picture, "
                f"which is {width} × {height} pixels.",
            )


@dataclass(frozen=True)
class Enlargement:
    """`factor` times as large (1 to 32), or as large as fits into the box `into` with the sides in proportion.

    "nearest" repeats pixels, "lanczos" blends them. Raises `InvalidField`.
    """

    factor: int = 1
    into: Size | None = None
    method: EnlargeMethod = "nearest"

    def __post_init__(self) -> None:
        if self.method not in ENLARGE_METHODS:
            raise InvalidField(
                "enlarge_with", f"'{str(self.method)[:40]}' is not known. Use one of: {', '.join(ENLARGE_METHODS)}."
            )
        if not 1 <= self.factor <= FACTOR_MAXIMUM:
            raise InvalidField("enlarge", f"Enlarge {self.factor} is out of range. Use 1 to {FACTOR_MAXIMUM}.")

    def size_of(self, size: Size) -> Size:
        """The size of a part of `size` once it is enlarged. Raises `InvalidField` if it is smaller or too large."""
        width, height = size
        if self.into is None:
            made = (width * self.factor, height * self.factor)
        else:
            scale = min(self.into[0] / width, self.into[1] / height)
            made = (round(width * scale), round(height * scale))
        if made[0] < width or made[1] < height:
            raise InvalidField("enlarge", f"Enlarge makes nothing smaller: the frames are {width} × {height} pixels.")
        if max(made) > SIDE_MAXIMUM:
            raise InvalidField(
                "enlarge",
                f"The frames would be {made[0]} × {made[1]} pixels. Use at most {SIDE_MAXIMUM} on a side.",
            )
        return made


@dataclass(frozen=True)
class FrameLook:
    """What is done to every frame, in this order: cut out, enlarged, captioned. Raises `InvalidField`."""

    crop: Crop | None = None
    enlargement: Enlargement = Enlargement()
    captions: CaptionPlace = "none"

    def __post_init__(self) -> None:
        if self.captions not in CAPTION_PLACES:
            known = ", ".join(CAPTION_PLACES[1:])
            raise InvalidField("captions", f"Captions '{str(self.captions)[:40]}' are not known. Use one of: {known}.")

    def picture_size(self, size: Size) -> Size:
        """The size of the enlarged part, without its caption, of a picture of `size`. Raises `InvalidField`."""
        if self.crop is not None:
            self.crop.check(size)
            size = (self.crop.width, self.crop.height)
        return self.enlargement.size_of(size)

    def picture(self, picture: PIL.Image.Image) -> PIL.Image.Image:
        """The enlarged part of a picture."""
        made = self.picture_size(picture.size)
        if self.crop is not None:
            left, top = self.crop.x, self.crop.y
            picture = picture.crop((left, top, left + self.crop.width, top + self.crop.height))
        return picture if picture.size == made else picture.resize(made, RESAMPLING[self.enlargement.method])
