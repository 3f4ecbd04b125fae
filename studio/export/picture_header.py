"""What a picture file says about itself in its first bytes: read by hand, before a decoder allocates anything.

PNG: RFC 2083 section 4.1.1. JPEG: ITU T.81 annex B. WebP: RFC 9649 section 2.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from studio.errors import RefusedFile

PixelFormat = Literal["PNG", "JPEG", "WEBP"]
PIXELS_MAXIMUM = 64_000_000
# A progressive JPEG refines every pixel once a scan: a small file can ask for hours. Real ones have a dozen scans.
REFINED_PIXELS_MAXIMUM = 2_000_000_000
# Each block of 8 × 8 pixels takes at least one bit: a byte cannot stand for more than this.
JPEG_PIXELS_PER_BYTE = 512
SEGMENTS_MAXIMUM = 10_000

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN = b"\xff\xda"
_NO_FRAME = {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}


@dataclass(frozen=True)
class PictureHeader:
    """Format and size in pixels, as declared: nothing is proven yet."""

    format: PixelFormat
    width: int
    height: int


def read_header(data: bytes) -> PictureHeader:
    """The header of a picture file.

    Raises `RefusedFile` for anything but PNG, JPEG and WebP, for damaged headers and for more than 64 megapixels.
    """
    try:
        header = _recognised(data)
    except (struct.error, IndexError, ValueError):
        raise RefusedFile("This picture is damaged: its header does not say its size.") from None
    pixels = header.width * header.height
    if pixels == 0:
        raise RefusedFile("This picture is damaged: it says that it has no pixels.")
    if pixels > PIXELS_MAXIMUM:
        raise RefusedFile(
            f"This picture is too large: {header.width} × {header.height} pixels; "
            f"{PIXELS_MAXIMUM // 1_000_000} megapixels are allowed. Make it smaller first."
        )
    if header.format == "JPEG":
        _check_jpeg_effort(data, pixels)
    return header


def _check_jpeg_effort(data: bytes, pixels: int) -> None:
    if len(data) * JPEG_PIXELS_PER_BYTE < pixels:
        raise RefusedFile("This picture is damaged: it is too short for the size that it declares.")
    if data.count(_START_OF_SCAN) * pixels > REFINED_PIXELS_MAXIMUM:
        raise RefusedFile("This picture has too many scans to be opened. Save it anew in another program first.")


def _recognised(data: bytes) -> PictureHeader:
    if data.startswith(_PNG_SIGNATURE):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise RefusedFile("This file is no picture that can be opened. Use PNG, JPEG or WebP.")


def _png(data: bytes) -> PictureHeader:
    if data[8:16] != b"\x00\x00\x00\x0dIHDR":
        raise ValueError("no IHDR")
    width, height = struct.unpack_from(">II", data, 16)
    return PictureHeader("PNG", width, height)


def _jpeg(data: bytes) -> PictureHeader:
    place = 2
    for _ in range(SEGMENTS_MAXIMUM):
        while data[place] != 0xFF:  # decoders skip stray bytes between segments
            place = data.index(b"\xff", place)
        while data[place] == 0xFF:
            place += 1
        marker, place = data[place], place + 1
        if marker in _WITHOUT_LENGTH or marker == 0x00:
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = struct.unpack_from(">HH", data, place + 3)
            return PictureHeader("JPEG", width, height)
        if marker in (0xD9, 0xDA):
            break
        place += struct.unpack_from(">H", data, place)[0]
    raise ValueError("no frame")


def _webp(data: bytes) -> PictureHeader:
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        if len(data) < 30:
            raise ValueError("cut")
    elif kind == b"VP8L":
        mark, bits = struct.unpack_from("<BI", data, 20)
        if mark != 0x2F:
            raise ValueError("no signature")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise ValueError("unknown kind")
    return PictureHeader("WEBP", width, height)
