"""What of a painting must survive a restart, as bytes: which picture, the mask, the frame. Opens no file.

The first line names the format, the second the SHA-256 of all that follows: a line of JSON and the mask as a grey PNG.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
from dataclasses import astuple, dataclass

import numpy as np
import PIL.Image

from studio.errors import OutOfMemory, RefusedFile
from studio.image import Mask
from studio.painting.frame import Frame

PIXELS_MAXIMUM = 64_000_000
SIDE_MAXIMUM = 1_000_000  # of a frame and of its place
_FIRST_LINE = b"reverie painting 1\n"
_DIGEST = 64
_JSON_MAXIMUM = 4096
_PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_GREY_EIGHT_BITS = (8, 0, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Draft:
    """`picture` is the `Image.id` of the opened picture, whose pixels are kept elsewhere; `mask` has its size."""

    picture: str
    mask: Mask
    frame: Frame

    def to_bytes(self) -> bytes:
        """All of it. Takes a while for a large mask; may be called in any thread."""
        told = json.dumps({"picture": self.picture, "frame": astuple(self.frame)}).encode()
        png = io.BytesIO()
        PIL.Image.fromarray(self.mask.values).save(png, "PNG", compress_level=1)
        rest = told + b"\n" + png.getvalue()
        return _FIRST_LINE + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest

    @classmethod
    def from_bytes(cls, data: bytes) -> Draft:
        """The draft again. Raises `RefusedFile` for what is none, damaged or too large, before it takes memory."""
        try:
            return _read(data)
        except MemoryError:
            raise OutOfMemory("There is not enough memory to go on with the painting of the last time.") from None
        except Exception:  # a decoder raises nearly anything on damaged data
            raise RefusedFile(
                "The painting of the last time is damaged and cannot be opened. Open the picture again to go on."
            ) from None


def _read(data: bytes) -> Draft:
    start = len(_FIRST_LINE) + _DIGEST + 1
    rest = memoryview(data)[start:]
    if data[:start] != _FIRST_LINE + hashlib.sha256(rest).hexdigest().encode() + b"\n":
        raise ValueError("damaged, or no draft")
    end = data.index(b"\n", start, start + _JSON_MAXIMUM)
    told = json.loads(data[start:end])
    picture, frame = told["picture"], told["frame"]
    if not isinstance(picture, str) or not re.fullmatch("[0-9a-f]{64}", picture):
        raise ValueError("no picture is named")
    if len(frame) != 4 or not all(type(number) is int and abs(number) <= SIDE_MAXIMUM for number in frame):
        raise ValueError("no frame")
    return Draft(picture, _mask(data[end + 1 :]), Frame(*frame))


def _mask(png: bytes) -> Mask:
    width, height, *kind = struct.unpack_from(">IIBBBBB", png, len(_PNG_START))
    if not png.startswith(_PNG_START) or tuple(kind) != _GREY_EIGHT_BITS or not 0 < width * height <= PIXELS_MAXIMUM:
        raise ValueError("no mask of an allowed size")
    with PIL.Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
        return Mask(np.asarray(opened))
