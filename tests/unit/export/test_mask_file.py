"""Masks from files: brightness decides, black and transparent are kept."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from studio.errors import RefusedFile
from studio.export.mask_file import as_mask
from studio.export.picture_file import read_picture
from tests.unit.export.made import encoded, png


def mask_of(tmp_path: Path, data: bytes) -> list[list[int]]:
    (tmp_path / "mask").write_bytes(data)
    return as_mask(read_picture(tmp_path / "mask")).values.tolist()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_grey_values_are_the_mask(tmp_path: Path, kind: str) -> None:
    values = np.arange(256, dtype=np.uint8).reshape(8, 32)
    data = encoded(PIL.Image.fromarray(values), kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert mask_of(tmp_path, data) == values.tolist()


def test_a_grey_jpeg_is_near(tmp_path: Path) -> None:
    values = np.full((8, 8), 255, np.uint8)
    assert mask_of(tmp_path, encoded(PIL.Image.fromarray(values), "JPEG")) == values.tolist()


def test_one_bit_and_sixteen_bits(tmp_path: Path) -> None:
    bits = PIL.Image.new("1", (2, 1))
    bits.putpixel((1, 0), 1)
    assert mask_of(tmp_path, encoded(bits, "PNG")) == [[0, 255]]
    assert mask_of(tmp_path, png(3, 1, 16, 0, b"\0" + struct.pack(">3H", 0, 257 * 9, 65535))) == [[0, 9, 255]]


def test_colours_are_read_by_brightness(tmp_path: Path) -> None:
    picture = PIL.Image.new("RGB", (5, 1))
    picture.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (7, 7, 7)])
    assert mask_of(tmp_path, encoded(picture, "PNG")) == [[76, 150, 29, 255, 7]]


def test_what_is_transparent_is_kept(tmp_path: Path) -> None:
    picture = PIL.Image.new("RGBA", (4, 1))
    picture.putdata([(255, 255, 255, 255), (255, 255, 255, 0), (0, 0, 0, 0), (255, 255, 255, 100)])
    assert mask_of(tmp_path, encoded(picture, "PNG")) == [[255, 0, 0, 100]]
    palette = PIL.Image.new("P", (2, 1))
    palette.putpalette([255, 255, 255, 0, 200, 0])
    palette.putdata([0, 1])
    assert mask_of(tmp_path, encoded(palette, "PNG", transparency=0)) == [[0, 117]]


def test_ink_in_print_colours(tmp_path: Path) -> None:
    picture = PIL.Image.new("CMYK", (16, 8), (0, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (8, 0, 16, 8))
    values = np.array(mask_of(tmp_path, encoded(picture, "JPEG", quality=95)))
    assert values[:, :8].max() < 8
    assert values[:, 8:].min() > 247


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="no picture that can be opened"):
        mask_of(tmp_path, b"hello")
