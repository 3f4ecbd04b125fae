"""The size a file declares: right for what encoders write, refused before decoding where it is absurd or missing."""

from __future__ import annotations

import struct

import numpy as np
import PIL.Image
import pytest

from studio.errors import RefusedFile
from studio.export.picture_header import PictureHeader, read_header
from tests.unit.export.made import encoded, png

PICTURE = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 56, 3), np.uint8))
SMALL_JPEG = encoded(PICTURE, "JPEG")
FRAME = SMALL_JPEG.index(b"\xff\xc0")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"exif": b"Exif\0\0" + bytes(3000), "comment": b"\xff\xc0\0\x11\x08\0\1\0\1"}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"lossless": False}),
        ("WEBP", {"exif": b"Exif\0\0" + bytes(30)}),
        ("WEBP", {"save_all": True, "append_images": [PICTURE.rotate(180)]}),
        ("PNG", {"save_all": True, "append_images": [PICTURE.rotate(180)]}),
    ],
)
def test_sizes_of_what_encoders_write(kind: str, options: dict[str, object]) -> None:
    header = read_header(encoded(PICTURE, kind, **options))
    assert (header.format, header.width, header.height) == (kind, 56, 24)


def test_stray_bytes_and_fill_bytes_of_jpeg() -> None:
    data = SMALL_JPEG[:20] + b"\0\1\2\xff\xff\xff" + SMALL_JPEG[21:]
    assert read_header(data) == PictureHeader("JPEG", 56, 24)


def sized_jpeg(width: int, height: int) -> bytes:
    return SMALL_JPEG[: FRAME + 5] + struct.pack(">HH", height, width) + SMALL_JPEG[FRAME + 9 :]


def sized_webp(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x30\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + canvas + bytes(30)


@pytest.mark.parametrize(
    "data",
    [
        png(8001, 8000, 8, 2, b""),
        png(2**31 - 1, 2**31 - 1, 8, 2, b""),
        png(2**32 - 1, 1, 8, 2, b""),
        sized_jpeg(65535, 65535),
        sized_webp(2**24, 2**24),
    ],
)
def test_too_many_pixels(data: bytes) -> None:
    with pytest.raises(RefusedFile, match="64 megapixels are allowed"):
        read_header(data)


def test_just_enough_pixels() -> None:
    assert read_header(png(8000, 8000, 8, 2, b"")).width == 8000
    assert read_header(sized_jpeg(1000, 64000) + bytes(125_000)).height == 64000


@pytest.mark.parametrize("data", [png(0, 8, 8, 2, b""), sized_jpeg(8, 0)])
def test_no_pixels(data: bytes) -> None:
    with pytest.raises(RefusedFile, match="no pixels"):
        read_header(data)


def test_a_jpeg_that_refines_for_ever() -> None:
    with pytest.raises(RefusedFile, match="too many scans"):
        read_header(sized_jpeg(8000, 8000) + b"\xff\xda\0\x0c" * 100 + bytes(125_000))


def test_a_jpeg_with_next_to_no_data() -> None:
    with pytest.raises(RefusedFile, match="too short"):
        read_header(sized_jpeg(8000, 8000))


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a" + bytes(50), b"BM" + bytes(90), b"II*\0" + bytes(90), b"<svg/>", b"%PDF", b"RIFF\0\0\0\0WAVEfmt "],
)
def test_other_files(data: bytes) -> None:
    with pytest.raises(RefusedFile, match="Use PNG, JPEG or WebP"):
        read_header(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_cut_of_the_header(kind: str) -> None:
    data = encoded(PICTURE, kind)
    for end in range(len(data)):
        try:
            header = read_header(data[:end])
        except RefusedFile:
            continue
        assert (header.width, header.height) == (56, 24)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff" + b"\xe0\0\2\xff" * 20_000,
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff" + b"\xff" * 1000,
        b"\x89PNG\r\n\x1a\n" + bytes(60),
        b"RIFF\0\0\0\0WEBPVP9 " + bytes(60),
        b"RIFF\0\0\0\0WEBPVP8L" + bytes(60),
    ],
)
def test_headers_without_a_size(data: bytes) -> None:
    with pytest.raises(RefusedFile, match="does not say its size"):
        read_header(data)
