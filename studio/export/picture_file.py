"""Pictures as files: PNG with its recipe inside is written; PNG, JPEG and WebP are read."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from PIL.PngImagePlugin import PngInfo

from studio.errors import InvalidField, RefusedFile, StorageError
from studio.export.decoding import decode
from studio.export.metadata import PARAMETERS_KEY, REVERIE_KEY, Made, read_reverie, reverie_text
from studio.export.parameters import TEXT_MAXIMUM, from_parameters, parameters_text
from studio.image import Image, Mask
from studio.job.event import GeneratedImage
from studio.job.recipe import Recipe
from studio.storage import Verify, write_durably, write_new

FILE_MAXIMUM = 200_000_000


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that was read. All that is not the image comes from a stranger: plain text, never a path to open.

    `recipe` is there if the file holds a good one. `parameters` holds what could be understood of another program's
    text, under the names of the form's fields; `text` is that text itself. `problems` are sentences for the user.
    `transparent` says how far each pixel was clear before the picture was laid on white; None if none could be.
    """

    image: Image
    recipe: Recipe | None = None
    made: Made | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    problems: tuple[str, ...] = ()
    transparent: Mask | None = None


def write_picture(path: Path, generated: GeneratedImage) -> None:
    """Save as PNG at `path`, replacing an older version.

    Raises `InvalidField` ("out") for another suffix and `StorageError`; then nothing was changed.
    """
    if path.suffix.lower() != ".png":
        raise InvalidField("out", f"Pictures are saved as PNG. '{path.name}' must end with .png.")
    write_durably(path, *_encoded(generated.image, _texts(generated)))


def write_new_picture(folder: Path, names: Iterable[str], generated: GeneratedImage) -> Path:
    """Save as PNG in `folder` under the first of `names` that is free, and say where. Never overwrites.

    Raises `StorageError`; then nothing was changed.
    """
    return write_new(folder, names, *_encoded(generated.image, _texts(generated)))


def write_new_preview(folder: Path, names: Iterable[str], image: Image) -> Path:
    """Save the preview of a step as PNG, as `write_new_picture` does. No recipe is inside: none would give it again."""
    return write_new_image(folder, names, image, {})


def write_new_image(folder: Path, names: Iterable[str], image: Image, texts: Mapping[str, str]) -> Path:
    """Save any picture as PNG with these texts inside, as `write_new_picture` does."""
    return write_new(folder, names, *_encoded(image, texts))


def replace_image(path: Path, image: Image, texts: Mapping[str, str]) -> None:
    """Save any picture as PNG at `path` with these texts inside, replacing an older version. Raises `StorageError`."""
    write_durably(path, *_encoded(image, texts))


def _texts(generated: GeneratedImage) -> dict[str, str]:
    return {REVERIE_KEY: reverie_text(generated), PARAMETERS_KEY: parameters_text(generated)}


def _encoded(image: Image, texts: Mapping[str, str]) -> tuple[bytes, Verify]:
    """The bytes of the PNG file, and the check that they can be opened again with equal pixels and texts."""
    chunks = PngInfo()
    for key, text in texts.items():
        chunks.add_text(key, text)
    buffer = io.BytesIO()
    PIL.Image.fromarray(image.pixels).save(buffer, "PNG", pnginfo=chunks)

    def verify(path: Path) -> None:
        with PIL.Image.open(path, formats=["PNG"]) as saved:
            equal = np.array_equal(np.asarray(saved), image.pixels)
            if not equal or any(saved.info.get(key) != text for key, text in texts.items()):
                raise StorageError(f"The picture in {path.parent} could not be read again as written. Try again.")

    return buffer.getvalue(), verify


def read_picture(path: Path) -> Picture:
    """The picture in the file at `path`: at most 64 megapixels and 200 MB.

    Raises `RefusedFile` if it is no picture, damaged or too large. A bad recipe inside does not make the picture bad.
    """
    try:
        decoded = decode(_read(path))
    except RefusedFile as problem:
        raise RefusedFile(f"{path.name}: {problem.sentence}") from None
    texts = decoded.texts
    problems = list(decoded.problems)
    recipe, made = None, None
    if REVERIE_KEY in texts:
        try:
            recipe, made = read_reverie(texts[REVERIE_KEY])
        except RefusedFile as problem:
            problems.append(problem.sentence)
    text = texts.get(PARAMETERS_KEY, "")[:TEXT_MAXIMUM]
    parameters = from_parameters(text) if text and recipe is None else {}
    return Picture(decoded.image, recipe, made, parameters, text, tuple(problems), decoded.transparent)


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise RefusedFile("There is no such file." if not path.exists() else "This is not a file.")
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > FILE_MAXIMUM:
                raise RefusedFile(f"This file is larger than {FILE_MAXIMUM // 1_000_000} MB, so it is not opened.")
            return file.read(FILE_MAXIMUM)
    except OSError as problem:
        raise RefusedFile(f"This file cannot be read: {problem.strerror or problem}.") from None
