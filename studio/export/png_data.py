"""Whether a PNG file holds as many bytes of pixels as its header declares. Pillow fills what is missing with black.

RFC 2083: section 2.3 (rows and their filter byte), 2.6 (interlacing), 4.1 (chunks).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from studio.errors import RefusedFile

PIECE = 1 << 20
_SIGNATURE_LENGTH = 8
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# First column and row, and the steps between columns and rows, of Adam7's seven passes.
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_WHOLE = ((0, 0, 1, 1),)


def check_png_data(data: bytes) -> None:
    """Raise `RefusedFile` if the file at hand ends before its last row, or its compressed data is damaged."""
    try:
        missing = _expected(data)
        unpack = zlib.decompressobj()
        for piece in _image_data(data):
            while piece and missing > 0:
                missing -= len(unpack.decompress(piece, min(PIECE, missing)))
                piece = unpack.unconsumed_tail
        if missing > 0:
            raise ValueError("rows are missing")
    except (struct.error, zlib.error, ValueError, KeyError):
        raise RefusedFile("This picture is damaged: it ends before its last row.") from None


def _expected(data: bytes) -> int:
    """The number of bytes that the rows of the declared size take, filter bytes included."""
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits, total = depth * _CHANNELS[colour], 0
    for column, row, column_step, row_step in _ADAM7 if interlaced else _WHOLE:
        columns, rows = len(range(column, width, column_step)), len(range(row, height, row_step))
        if columns:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _image_data(data: bytes) -> Iterator[memoryview | bytes]:
    """The contents of the chunks with pixels, which stand one after the other."""
    view, place, begun = memoryview(data), _SIGNATURE_LENGTH, False
    while True:
        length, kind = struct.unpack_from(">I4s", data, place)
        if kind == b"IDAT":
            begun = True
            yield view[place + 8 : place + 8 + length]
        elif begun:
            return
        place += 12 + length
