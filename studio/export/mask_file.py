"""Masks from picture files of any program, and as files."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import PIL.Image

from studio.errors import StorageError
from studio.export.picture_file import Picture
from studio.image import Mask
from studio.painting.selections import brightness
from studio.storage import write_durably


def as_mask(picture: Picture) -> Mask:
    """A picture read as a mask, by its brightness: white is repainted; black, and what is transparent, is kept.

    A grey picture without a colour profile gives its very values.
    """
    bright = brightness(picture.image)
    if picture.transparent is None:
        return bright
    # The picture lies on white: taking away as much as there is of that white leaves it on black.
    clear = picture.transparent.values
    return Mask(np.maximum(bright.values, clear) - clear)


def write_mask(path: Path, mask: Mask) -> None:
    """Save as a grey PNG at `path`, replacing an older version. Read with `as_mask`, it is the same mask again.

    Raises `StorageError`; then nothing was changed.
    """
    buffer = io.BytesIO()
    PIL.Image.fromarray(mask.values).save(buffer, "PNG")

    def verify(written: Path) -> None:
        with PIL.Image.open(written, formats=["PNG"]) as saved:
            if saved.mode != "L" or not np.array_equal(np.asarray(saved), mask.values):
                raise StorageError(f"The mask in {written.parent} could not be read again as written. Try again.")

    write_durably(path, buffer.getvalue(), verify)
