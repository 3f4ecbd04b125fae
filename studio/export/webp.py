"""WebP with animation, frame by frame, lossy or lossless. RFC 9649, section 2.7.

Pillow packs the pixels of one frame; the file is written here, because Pillow holds all frames of a clip in memory.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import PIL.Image

from studio.export.container import Extent, Patch, PlainContainer, Reel
from studio.image import Image

SIDE_MAXIMUM = 16_383
QUALITY = 90
THOUSANDTHS = 1000
# Bits of VP8X and ANMF: there is an animation; a frame replaces what is there instead of being blended with it.
_ANIMATED, _REPLACES = 0x02, 0x02
_FRAME_HEAD = 16


class Webp(PlainContainer):
    """An animated WebP. Each frame is whole in itself."""

    def __init__(self, reel: Reel, *, lossless: bool) -> None:
        super().__init__(reel)
        self._lossless = lossless
        self._delays = reel.plan.delays(THOUSANDTHS)

    def header(self) -> bytes:
        extended = struct.pack("<I", _ANIMATED) + self._size()
        animation = struct.pack("<IH", 0xFFFFFFFF, 0 if self._reel.plan.loop else 1)
        return b"RIFF\0\0\0\0WEBP" + _chunk(b"VP8X", extended) + _chunk(b"ANIM", animation)

    def frame(self, number: int, image: Image) -> bytes:
        place = bytes(6)
        head = place + self._size() + _three(self._delays[number]) + bytes([_REPLACES])
        return _chunk(b"ANMF", head + self._packed(image))

    def end(self, frames: int) -> bytes:
        return b""

    def patches(self, frames: int, size: int) -> tuple[Patch, ...]:
        return (Patch(4, struct.pack("<I", max(0, size - 8))),)

    def extent(self, file: BinaryIO) -> Extent:
        frames, end = 0, file.tell()
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack("<4sI", head)
            padded = length + length % 2
            if kind != b"ANMF" or len(file.read(padded)) < padded:
                break
            frames, end = frames + 1, file.tell()
        return Extent(frames, end)

    def _size(self) -> bytes:
        return _three(self._reel.width - 1) + _three(self._reel.height - 1)

    def _packed(self, image: Image) -> bytes:
        """The chunk with the pixels, out of a WebP of one frame."""
        buffer = io.BytesIO()
        picture = PIL.Image.fromarray(image.pixels)
        if self._lossless:
            picture.save(buffer, "WEBP", lossless=True, quality=50, exact=True)
        else:
            picture.save(buffer, "WEBP", quality=QUALITY, method=4)
        return buffer.getvalue()[12:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _three(value: int) -> bytes:
    """A number in 24 bits."""
    return value.to_bytes(3, "little")
