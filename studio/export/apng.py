"""APNG, frame by frame: nothing is lost, and a program that knows no animation shows the first frame.

PNG specification, third edition, section 11.3.6. The pixels are packed by Pillow, the file is written here, because
Pillow holds all frames of a clip in memory.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from studio.export.container import Extent, Patch, PlainContainer
from studio.export.png_chunks import HEADER_LENGTH, SIGNATURE, chunk, colour_header, packed_pixels, text_chunks
from studio.image import Image

THOUSANDTHS = 1000
LENGTH_MAXIMUM = 2**31 - 1


class Apng(PlainContainer):
    """An APNG in 24 bits a pixel. Each frame is whole in itself."""

    def header(self) -> bytes:
        picture = SIGNATURE + colour_header(self._reel.width, self._reel.height)
        return picture + self._control(len(self._reel.plan.frames)) + text_chunks(self._reel.texts)

    def frame(self, number: int, image: Image) -> bytes:
        pixels = packed_pixels(image)
        # The chunks of an animation are counted: a control chunk each, and a data chunk for all but the first.
        count = 2 * number - 1 if number else 0
        data = chunk(b"IDAT", pixels) if number == 0 else chunk(b"fdAT", struct.pack(">I", count + 1) + pixels)
        return chunk(b"fcTL", self._frame_control(count, number)) + data

    def end(self, frames: int) -> bytes:
        return chunk(b"IEND", b"")

    def patches(self, frames: int, size: int) -> tuple[Patch, ...]:
        return (Patch(len(SIGNATURE) + HEADER_LENGTH, self._control(frames)),)

    def extent(self, file: BinaryIO) -> Extent:
        frames, end = 0, file.tell()
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind not in (b"fcTL", b"IDAT", b"fdAT") or length > LENGTH_MAXIMUM:
                break
            data, checksum = file.read(length), file.read(4)
            if checksum != struct.pack(">I", zlib.crc32(kind + data)):
                break
            if kind != b"fcTL":
                frames, end = frames + 1, file.tell()
        return Extent(frames, end)

    def _control(self, frames: int) -> bytes:
        return chunk(b"acTL", struct.pack(">II", frames, 0 if self._reel.plan.loop else 1))

    def _frame_control(self, count: int, number: int) -> bytes:
        numerator, denominator = self._delay(number)
        size = (self._reel.width, self._reel.height)
        return struct.pack(">IIIIIHHBB", count, *size, 0, 0, numerator, denominator, 0, 0)

    def _delay(self, number: int) -> tuple[int, int]:
        """How long a frame is shown, in seconds as a fraction of two 16-bit numbers."""
        rate = self._reel.plan.rate
        exact = self._reel.plan.frames[number].ticks * rate.denominator
        if exact < 2**16 and rate.numerator < 2**16:
            return exact, rate.numerator
        return min(self._reel.plan.delays(THOUSANDTHS)[number], 2**16 - 1), THOUSANDTHS
