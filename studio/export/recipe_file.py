"""The recipe in a picture file, without its pixels: quick enough for a whole folder."""

from __future__ import annotations

from pathlib import Path

import PIL.Image

from studio.export.metadata import REVERIE_KEY, Made, read_reverie
from studio.export.picture_header import read_header
from studio.job.recipe import Recipe

HEADER_BYTES = 64


def read_recipe(path: Path) -> tuple[Recipe | None, Made | None]:
    """The recipe in a PNG file, and how its picture was made; (None, None) for any file that holds no good one."""
    try:
        with path.open("rb") as file:
            read_header(file.read(HEADER_BYTES))
        with PIL.Image.open(path, formats=["PNG"]) as opened:
            text = opened.info.get(REVERIE_KEY)
        return read_reverie(text) if isinstance(text, str) else (None, None)
    except Exception:  # not ours, or damaged: a decoder raises nearly anything on damaged data
        return None, None
