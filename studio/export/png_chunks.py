"""The pieces of PNG files that are put together by hand: RFC 2083, and the animation chunks of PNG's third edition."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping

import PIL.Image

from studio.image import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_LENGTH = 25


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def colour_header(width: int, height: int) -> bytes:
    """IHDR of a picture in 24 bits a pixel, not interlaced."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def text_chunks(texts: Mapping[str, str]) -> bytes:
    """One iTXt chunk a text."""
    return b"".join(chunk(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.encode()) for key, text in texts.items())


def packed_pixels(image: Image) -> bytes:
    """What stands in the IDAT chunks of a picture in 24 bits a pixel."""
    buffer = io.BytesIO()
    PIL.Image.fromarray(image.pixels).save(buffer, "PNG")
    data, place, found = buffer.getvalue(), len(SIGNATURE), []
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        if data[place + 4 : place + 8] == b"IDAT":
            found.append(data[place + 8 : place + 8 + length])
        place += 12 + length
    return b"".join(found)
