"""GIF, frame by frame: each with the 256 colours that suit it best.

CompuServe, Graphics Interchange Format 89a. Pillow chooses the colours and packs the pixels of one frame; the file
around them is written here, because Pillow holds all frames of a clip in memory.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import numpy as np
import PIL.Image

from studio.export.container import Extent, Patch, PlainContainer, Reel
from studio.image import Image

COLOURS = 256
# A channel that is off by more than this is dithered.
PLAIN_MAXIMUM = 4
HUNDREDTHS = 100
_TRAILER, _IMAGE, _EXTENSION = b"\x3b", b"\x2c", b"\x21"
_FOR_EVER = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_TABLE = 0x80


class Gif(PlainContainer):
    """A GIF. A clip that does not loop stops at its last frame."""

    def __init__(self, reel: Reel) -> None:
        super().__init__(reel)
        self._delays = reel.plan.delays(HUNDREDTHS)

    def header(self) -> bytes:
        screen = struct.pack("<HHBBB", self._reel.width, self._reel.height, 0x70, 0, 0)
        return b"GIF89a" + screen + (_FOR_EVER if self._reel.plan.loop else b"")

    def frame(self, number: int, image: Image) -> bytes:
        control = struct.pack("<4sHBB", b"\x21\xf9\x04\x04", self._delays[number], 0, 0)
        return control + _packed(image)

    def end(self, frames: int) -> bytes:
        return _TRAILER

    def patches(self, frames: int, size: int) -> tuple[Patch, ...]:
        return ()

    def extent(self, file: BinaryIO) -> Extent:
        frames, end = 0, file.tell()
        while (mark := file.read(1)) in (_IMAGE, _EXTENSION):
            if mark == _IMAGE:
                flags = (file.read(9) or b"\0")[-1]
                file.seek(3 << (flags & 7) + 1 if flags & _TABLE else 0, io.SEEK_CUR)
            file.seek(1, io.SEEK_CUR)
            if not _skip_blocks(file):
                break
            if mark == _IMAGE:
                frames, end = frames + 1, file.tell()
        return Extent(frames, end)


def _skip_blocks(file: BinaryIO) -> bool:
    """Go behind a chain of blocks; False if the file ends before the chain does."""
    while length := file.read(1):
        if length == b"\0":
            return True
        if len(file.read(length[0])) < length[0]:
            return False
    return False


def _packed(image: Image) -> bytes:
    """One frame with its own table of colours."""
    buffer = io.BytesIO()
    _indexed(image).save(buffer, "GIF", optimize=False, interlace=False)
    return _with_own_table(buffer.getvalue())


def _indexed(image: Image) -> PIL.Image.Image:
    """The frame in 256 colours: exact if they are enough; else dithered, where the nearest colour would be far off.

    Plain areas stay plain, and shades show no steps.
    """
    pixels, picture = image.pixels, PIL.Image.fromarray(image.pixels)
    if picture.getcolors(COLOURS) is not None:
        return picture.quantize(COLOURS, PIL.Image.Quantize.MEDIANCUT)
    # In 6 bits a channel the colours are chosen three times as fast, and hardly worse.
    coarse = pixels & np.uint8(0xFC) | pixels >> np.uint8(6)
    plain = PIL.Image.fromarray(coarse).quantize(COLOURS, PIL.Image.Quantize.MEDIANCUT)
    dithered = picture.quantize(palette=plain, dither=PIL.Image.Dither.FLOYDSTEINBERG)
    far = np.abs(np.asarray(plain.convert("RGB")).astype(np.int16) - pixels).max(axis=2) > PLAIN_MAXIMUM
    chosen = PIL.Image.fromarray(np.where(far, np.asarray(dithered), np.asarray(plain)))
    chosen.putpalette(plain.getpalette() or [])
    return chosen


def _with_own_table(data: bytes) -> bytes:
    """The image block of a GIF of one frame, with the file's table of colours moved into it."""
    flags = data[10]
    table = data[13 : 13 + (3 << (flags & 7) + 1)]
    file = io.BytesIO(data)
    file.seek(13 + len(table))
    while file.read(1) == _EXTENSION:
        file.seek(1, io.SEEK_CUR)
        _skip_blocks(file)
    start = file.tell() - 1
    return data[start : start + 9] + bytes([_TABLE | flags & 7]) + table + data[start + 10 : -1]
