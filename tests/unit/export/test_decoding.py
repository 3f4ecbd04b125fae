"""Pixels: every kind of PNG, JPEG and WebP becomes upright sRGB on white; damage and bombs become a sentence."""

from __future__ import annotations

import random
import struct
import zlib

import numpy as np
import PIL.Image
import pytest

from studio.errors import RefusedFile
from studio.export.decoding import BAD_PROFILE, MOVES, ORIENTATION, decode
from tests.unit.export.made import encoded, linear_profile, noise, packed_text_chunk, png, png_chunk

NOISE = noise(9, 15)
PICTURE = PIL.Image.fromarray(NOISE.pixels)


# RFC 2083, section 2.6: the pass in which each pixel of a block of 8 × 8 comes.
ADAM7 = (
    (1, 6, 4, 6, 2, 6, 4, 6),
    (7, 7, 7, 7, 7, 7, 7, 7),
    (5, 6, 5, 6, 5, 6, 5, 6),
    (7, 7, 7, 7, 7, 7, 7, 7),
    (3, 6, 4, 6, 3, 6, 4, 6),
    (7, 7, 7, 7, 7, 7, 7, 7),
    (5, 6, 5, 6, 5, 6, 5, 6),
    (7, 7, 7, 7, 7, 7, 7, 7),
)


def pixels(data: bytes) -> np.ndarray:
    return decode(data).image.pixels


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_lossless_is_exact(kind: str, options: dict[str, object]) -> None:
    assert np.array_equal(pixels(encoded(PICTURE, kind, **options)), NOISE.pixels)


def test_jpeg_is_near() -> None:
    smooth = PIL.Image.linear_gradient("L").resize((64, 64)).convert("RGB")
    found = pixels(encoded(smooth, "JPEG", quality=95)).astype(int)
    assert np.abs(found - np.asarray(smooth).astype(int)).max() <= 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "RGB"])
def test_modes_of_png(mode: str) -> None:
    picture = PICTURE.convert(mode)
    assert np.array_equal(pixels(encoded(picture, "PNG")), np.asarray(picture.convert("RGB")))


def test_cmyk() -> None:
    white = PIL.Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    assert pixels(encoded(white, "JPEG")).min() >= 254


def test_alpha_lies_on_white() -> None:
    picture = PIL.Image.new("RGBA", (3, 1))
    picture.putdata([(10, 20, 30, 255), (10, 20, 30, 0), (0, 0, 0, 128)])
    assert pixels(encoded(picture, "PNG")).tolist() == [[[10, 20, 30], [255, 255, 255], [127, 127, 127]]]


def test_transparent_colours_lie_on_white() -> None:
    palette = PIL.Image.new("P", (2, 1))
    palette.putpalette([200, 0, 0, 0, 200, 0])
    palette.putdata([0, 1])
    assert pixels(encoded(palette, "PNG", transparency=0)).tolist() == [[[255, 255, 255], [0, 200, 0]]]
    colour = PIL.Image.new("RGB", (2, 1), (1, 2, 3))
    colour.putpixel((1, 0), (4, 5, 6))
    assert pixels(encoded(colour, "PNG", transparency=(1, 2, 3))).tolist() == [[[255, 255, 255], [4, 5, 6]]]


def test_transparency_is_told_upright() -> None:
    picture = PIL.Image.new("RGBA", (2, 1))
    picture.putdata([(9, 9, 9, 200), (9, 9, 9, 0)])
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 6
    found = decode(encoded(picture, "PNG", exif=exif)).transparent
    assert found is not None
    assert found.values.tolist() == [[55], [255]]
    assert decode(encoded(PICTURE, "PNG")).transparent is None


def test_sixteen_bits_of_grey() -> None:
    values = [0, 128, 257 * 100, 257 * 100 + 200, 65535]
    rows = b"\0" + struct.pack(">5H", *values)
    assert pixels(png(5, 1, 16, 0, rows))[0, :, 0].tolist() == [round(value / 257) for value in values]


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (6, 4), (4, 2)])
def test_sixteen_bits_of_colour(colour: int, channels: int) -> None:
    rows = b"\0" + struct.pack(
        f">{channels}H", *[0x8040] * (channels - 1 + channels % 2), *[0xFFFF] * (1 - channels % 2)
    )
    assert np.abs(pixels(png(1, 1, 16, colour, rows)).astype(int) - 0x80).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright(orientation: int) -> None:
    turns = {2: "0", 3: "180", 4: "1", 5: "t", 6: "270", 7: "T", 8: "90"}
    wanted = {
        "0": NOISE.pixels[:, ::-1],
        "1": NOISE.pixels[::-1],
        "180": NOISE.pixels[::-1, ::-1],
        "90": np.rot90(NOISE.pixels),
        "270": np.rot90(NOISE.pixels, 3),
        "t": NOISE.pixels.transpose(1, 0, 2),
        "T": np.rot90(NOISE.pixels, 2).transpose(1, 0, 2),
    }.get(turns.get(orientation, ""), NOISE.pixels)
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = orientation
    assert np.array_equal(pixels(encoded(PICTURE, "PNG", exif=exif)), wanted)


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"\0" * 40])
def test_a_broken_note_about_the_orientation(exif: bytes) -> None:
    assert np.array_equal(pixels(encoded(PICTURE, "PNG", exif=exif)), NOISE.pixels)


def test_an_absurd_orientation() -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 99
    assert np.array_equal(pixels(encoded(PICTURE, "PNG", exif=exif)), NOISE.pixels)


def test_a_colour_profile_is_respected() -> None:
    grey = PIL.Image.new("RGB", (4, 4), (128, 128, 128))
    decoded = decode(encoded(grey, "PNG", icc_profile=linear_profile()))
    assert decoded.problems == ()
    assert np.abs(decoded.image.pixels.astype(int) - 188).max() <= 1
    half = PIL.Image.new("RGBA", (4, 4), (128, 128, 128, 0))
    assert pixels(encoded(half, "PNG", icc_profile=linear_profile())).min() == 255


@pytest.mark.parametrize("profile", [b"no profile", linear_profile()[:200], linear_profile().replace(b"RGB ", b"CMYK")])
def test_a_damaged_profile_is_said(profile: bytes) -> None:
    decoded = decode(encoded(PICTURE, "PNG", icc_profile=profile))
    assert decoded.problems == (BAD_PROFILE,)
    assert np.array_equal(decoded.image.pixels, NOISE.pixels)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_first_frame(kind: str) -> None:
    frames = [PIL.Image.new("RGB", (6, 4), colour) for colour in ("red", "green", "blue")]
    data = encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], **({"lossless": True} if kind == "WEBP" else {})
    )
    assert (pixels(data) == (255, 0, 0)).all()
    assert decode(data).problems == (MOVES,)
    assert decode(encoded(frames[0], kind)).problems == ()


@pytest.mark.parametrize(("width", "height"), [(6, 2), (5, 3), (5, 200), (8000, 8000)])
def test_a_size_that_does_not_fit_the_data(width: int, height: int) -> None:
    rows = (b"\0" + bytes(15)) * 2
    assert pixels(png(5, 2, 8, 2, rows)).shape == (2, 5, 3)
    with pytest.raises(RefusedFile, match="ends before its last row"):
        decode(png(width, height, 8, 2, rows))


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 4), (9, 15), (8, 8), (33, 1), (1, 33)])
@pytest.mark.parametrize(("depth", "colour"), [(1, 0), (2, 3), (4, 0), (8, 6), (16, 2)])
def test_interlaced_rows_are_counted(size: tuple[int, int], depth: int, colour: int) -> None:
    width, height = size
    bits = depth * {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    places = [(y, x) for y in range(height) for x in range(width)]
    passes = {(y, x): ADAM7[y % 8][x % 8] for y, x in places}
    count = 0
    for number in range(1, 8):
        rows = [[x for y2, x in places if y2 == y and passes[y, x] == number] for y in range(height)]
        count += sum(1 + (len(row) * bits + 7) // 8 for row in rows if row)
    palette = png_chunk(b"PLTE", bytes(12)) if colour == 3 else b""
    good = png(width, height, depth, colour, bytes(count), palette, interlaced=True)
    assert decode(good).image.pixels.shape == (height, width, 3)
    with pytest.raises(RefusedFile, match="ends before its last row"):
        decode(png(width, height, depth, colour, bytes(count - 1), palette, interlaced=True))


def test_a_second_header_cannot_change_the_size() -> None:
    second = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0))
    with pytest.raises(RefusedFile, match="damaged"):
        decode(png(5, 2, 8, 2, (b"\0" + bytes(15)) * 2, second))


@pytest.mark.parametrize("key", ["reverie", "other"])
def test_text_bombs(key: str) -> None:
    with pytest.raises(RefusedFile, match="damaged"):
        decode(png(5, 2, 8, 2, (b"\0" + bytes(15)) * 2, packed_text_chunk(key, b"x" * 50_000_000)))


def test_a_profile_bomb() -> None:
    bomb = png_chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(50_000_000), 9))
    with pytest.raises(RefusedFile, match="damaged"):
        decode(png(5, 2, 8, 2, (b"\0" + bytes(15)) * 2, bomb))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damage_anywhere_is_a_picture_or_a_sentence(kind: str) -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 6
    whole = encoded(PICTURE, kind, exif=exif, icc_profile=linear_profile())
    chance = random.Random(7)
    refused = 0
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        try:
            image = decode(bytes(data)).image
            assert image.pixels.size == NOISE.pixels.size or kind == "JPEG"
        except RefusedFile:
            refused += 1
    assert 20 < refused < 400
