"""The pictures and masks that recipes paint on, each kept once under the name of its pixels.

The window offers what a recipe needs; the worker has it on the disk before the job runs, so that a picture can be made
again after any restart. What is read is checked against its name: a damaged or foreign file is never used.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from threading import RLock

import numpy as np
import PIL.Image

from studio.errors import RefusedFile
from studio.image import Image, Mask
from studio.storage import make_folder, write_durably

PIXELS_MAXIMUM = 64_000_000
# Pictures and masks that are on the disk and stay in memory as well: those of the recipes that are tried now.
REMEMBERED = 6


class SourceStore:
    """Keeps pictures and masks in `folder` as `<id>.png`. May be used from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()
        self._offered: dict[str, Image | Mask] = {}
        self._remembered: OrderedDict[str, Image | Mask] = OrderedDict()

    def offer(self, pixels: Image | Mask) -> str:
        """Take a picture or mask in, and tell its id. Nothing is written before `secure`."""
        with self._lock:
            if pixels.id not in self._remembered:
                self._offered[pixels.id] = pixels
        return pixels.id

    def has(self, pixels: str) -> bool:
        """Whether it can be had here. The file is not opened."""
        with self._lock:
            return pixels in self._offered or pixels in self._remembered or self._path(pixels).is_file()

    def image(self, pixels: str) -> Image:
        """The picture with that id. Raises `RefusedFile` with a sentence if it is not here or damaged."""
        found = self._find(pixels)
        if not isinstance(found, Image):
            raise RefusedFile("This names a mask where a picture is needed. Open the picture again.")
        return found

    def mask(self, pixels: str) -> Mask:
        """The mask with that id. Raises `RefusedFile` with a sentence if it is not here or damaged."""
        found = self._find(pixels)
        if not isinstance(found, Mask):
            raise RefusedFile("This names a picture where a mask is needed. Open the mask again.")
        return found

    def secure(self, pixels: Iterable[str]) -> None:
        """Have what is known here under these ids on the disk. Raises `StorageError`; it then stays known."""
        for name in pixels:
            with self._lock:
                known = self._offered.get(name) or self._remembered.get(name)
                new = name in self._offered
            if known is None:
                continue
            if not (self._is_whole(name) if new else self._path(name).is_file()):
                make_folder(self._folder)
                write_durably(self._path(name), _png(known))
            with self._lock:
                self._offered.pop(name, None)
                self._remember(name, known)

    def _is_whole(self, name: str) -> bool:
        """Whether the file is there and holds these very pixels; one that does not is written anew."""
        try:
            return _read(self._path(name)).id == name
        except RefusedFile:
            return False

    def _find(self, name: str) -> Image | Mask:
        with self._lock:
            known = self._offered.get(name) or self._remembered.get(name)
        if known is None:
            known = _read(self._path(name))
            if known.id != name:
                raise RefusedFile(f"{self._path(name).name} was changed since it was kept, so it is not used.")
            with self._lock:
                self._remember(name, known)
        return known

    def _remember(self, name: str, pixels: Image | Mask) -> None:
        self._remembered[name] = pixels
        self._remembered.move_to_end(name)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.png"


def _png(pixels: Image | Mask) -> bytes:
    buffer = io.BytesIO()
    array = pixels.pixels if isinstance(pixels, Image) else pixels.values
    PIL.Image.fromarray(array).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _read(path: Path) -> Image | Mask:
    if not path.is_file():
        raise RefusedFile("The picture that this was painted on is not on this computer. Open it and paint again.")
    try:
        with PIL.Image.open(path, formats=["PNG"]) as opened:
            if opened.width * opened.height > PIXELS_MAXIMUM or opened.mode not in ("RGB", "L"):
                raise RefusedFile(f"{path.name} is no picture that was kept here.")
            array = np.asarray(opened)
            return Image(array) if opened.mode == "RGB" else Mask(array)
    except RefusedFile:
        raise
    except Exception:  # a decoder raises nearly anything on damaged data
        raise RefusedFile(f"{path.name} is damaged: the picture it held is lost. Open it and paint again.") from None
