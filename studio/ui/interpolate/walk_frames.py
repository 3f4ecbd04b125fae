"""The frames of a walk as they come: pictures in memory while it is looked over, files once it is rendered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from studio.errors import StudioError
from studio.export.frame_folder import frame_name
from studio.export.picture_file import read_picture
from studio.image import Image
from studio.job.recipe import Recipe
from studio.ui.thumbnail import thumbnail


class WalkFrames:
    """`recipes` are those of the frames; `numbers` says which frame of the track each one is, from 0.

    With a `folder` the frames are kept there; only small copies stay in memory.
    """

    def __init__(self, recipes: Sequence[Recipe], numbers: Sequence[int], folder: Path | None = None) -> None:
        self.recipes, self.numbers = tuple(recipes), tuple(numbers)
        self.folder = folder
        self._small: dict[int, Image] = {}
        self._whole: dict[int, Image] = {}

    def __len__(self) -> int:
        return len(self.recipes)

    @property
    def done(self) -> int:
        """How many frames are there."""
        return len(self._small)

    @property
    def complete(self) -> bool:
        return bool(self.recipes) and self.done == len(self.recipes)

    def put(self, number: int, image: Image) -> None:
        """Frame `number` of these is made."""
        self._small[number] = thumbnail(image)
        if self.folder is None:
            self._whole[number] = image

    def take_from_folder(self, folder: Path, missing: Sequence[int]) -> None:
        """The frames that are not `missing` are in the folder already."""
        self.folder = folder
        for number in range(len(self.recipes)):
            if number not in missing:
                self._read(number)

    def small(self, number: int) -> Image | None:
        """A small copy of a frame, None as long as it is not made."""
        return self._small.get(number)

    def whole(self, number: int) -> Image | None:
        """A frame in full size, None if it is not there."""
        return self._whole.get(number) or (self._read(number) if self.folder is not None else None)

    def path(self, number: int) -> Path | None:
        """The file of a frame, None if it has none."""
        return self.folder / frame_name(number, len(self.recipes)) if self.folder is not None else None

    def changes(self) -> list[tuple[float, float, float]]:
        """From which frame of the track to which, and the change a frame: root mean square of colour values, 0 to 1."""
        found = []
        for number in range(len(self.recipes) - 1):
            one, other = self._small.get(number), self._small.get(number + 1)
            if one is not None and other is not None:
                start, end = self.numbers[number], self.numbers[number + 1]
                found.append((float(start), float(end), distance(one, other) / max(1, end - start)))
        return found

    def _read(self, number: int) -> Image | None:
        path = self.path(number)
        if path is None:
            return None
        try:
            picture = read_picture(path)
        except StudioError:
            return None
        self._small.setdefault(number, thumbnail(picture.image))
        return picture.image


def distance(one: Image, other: Image) -> float:
    """The root mean square of the difference of two pictures of one size, colour values from 0 to 1."""
    apart = one.pixels.astype(np.float32) - other.pixels.astype(np.float32)
    return float(np.sqrt(np.mean(np.square(apart)))) / 255.0


def sheet_of(frames: WalkFrames, columns: int) -> Image | None:
    """The frames that are there as one picture, row by row; None while there is none."""
    known = [frames.small(number) for number in range(len(frames))]
    first = next((image for image in known if image is not None), None)
    if first is None:
        return None
    height, width = first.pixels.shape[:2]
    rows = -(-len(known) // columns)
    page = np.full((rows * height, columns * width, 3), 22, np.uint8)
    for number, image in enumerate(known):
        if image is not None and image.pixels.shape == first.pixels.shape:
            top, left = number // columns * height, number % columns * width
            page[top : top + height, left : left + width] = image.pixels
    return Image(page)
