"""A draft survives as bytes; what is damaged, foreign or too large is refused before it takes memory."""

from __future__ import annotations

import hashlib
import json
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import RefusedFile
from studio.image import Mask
from studio.painting.draft import Draft
from studio.painting.frame import Frame
from tests.unit.painting.acts import noise, sizes

NAME = "0123456789abcdef" * 4
frames = st.builds(Frame, st.integers(-999, 999), st.integers(-999, 999), st.integers(1, 9999), st.integers(1, 9999))


def draft() -> Draft:
    return Draft(NAME, Mask(noise(20, 10)), Frame(-3, 4, 64, 128))


def sealed(told: object, png: bytes) -> bytes:
    """A draft with the right digest, whatever is in it."""
    rest = (told if isinstance(told, bytes) else json.dumps(told).encode()) + b"\n" + png
    return b"reverie painting 1\n" + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def png(width: int, height: int, rows: bytes, kind: tuple[int, ...] = (8, 0, 0, 0, 0)) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, *kind)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@given(sizes, frames)
def test_there_and_back(size, frame):
    before = Draft(NAME, Mask(noise(*size)), frame)
    after = Draft.from_bytes(before.to_bytes())
    assert (after.picture, after.frame) == (NAME, frame)
    assert np.array_equal(after.mask.values, before.mask.values)


def test_a_whole_mask_above_the_limit_is_refused():
    data = sealed({"picture": NAME, "frame": [0, 0, 8, 8]}, png(8001, 8000, bytes(8002 * 8000)))
    with pytest.raises(RefusedFile):
        Draft.from_bytes(data)


def test_the_bytes_do_not_change_from_time_to_time():
    assert draft().to_bytes() == draft().to_bytes()


def test_every_damage_is_refused():
    data = draft().to_bytes()
    for index in range(len(data)):
        with pytest.raises(RefusedFile):
            Draft.from_bytes(data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :])
        with pytest.raises(RefusedFile):
            Draft.from_bytes(data[:index])
    with pytest.raises(RefusedFile, match="Open the picture again"):
        Draft.from_bytes(data + b"more")


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(data):
    for foreign in (data, sealed(data, data), sealed({"picture": NAME, "frame": [0, 0, 8, 8]}, data)):
        with pytest.raises(RefusedFile):
            Draft.from_bytes(foreign)


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        {"picture": NAME},
        {"picture": "../../picture", "frame": [0, 0, 8, 8]},
        {"picture": NAME + "\n", "frame": [0, 0, 8, 8]},
        {"picture": 5, "frame": [0, 0, 8, 8]},
        {"picture": NAME, "frame": [0, 0, 8]},
        {"picture": NAME, "frame": [0, 0, 8, 8.5]},
        {"picture": NAME, "frame": [0, 0, 8, True]},
        {"picture": NAME, "frame": [0, 0, 8, 0]},
        {"picture": NAME, "frame": [0, 0, 8, 10**9]},
        {"picture": NAME, "frame": [-(10**9), 0, 8, 8]},
        {"picture": NAME, "frame": {"x": 1, "y": 2, "width": 3, "height": 4}},
        b"[" * 4000,
        b" " * 100_000,
    ],
)
def test_what_is_told_must_make_sense(told):
    fine = png(2, 1, b"\0\5\6")
    assert Draft.from_bytes(sealed({"picture": NAME, "frame": [0, 0, 8, 8]}, fine)).mask.values.tolist() == [[5, 6]]
    with pytest.raises(RefusedFile):
        Draft.from_bytes(sealed(told, fine))


@pytest.mark.parametrize(
    "mask",
    [
        png(60_000, 60_000, b""),
        png(2**31 - 1, 2**31 - 1, b""),
        png(0, 5, b""),
        png(1, 1, b"\0\1\2\3", kind=(8, 2, 0, 0, 0)),
        png(1, 1, b"\0\1\2", kind=(16, 0, 0, 0, 0)),
        b"GIF89a" + bytes(40),
    ],
    ids=["bomb", "huge", "nothing", "colours", "sixteen bits", "a GIF"],
)
def test_a_mask_of_another_kind_or_size_is_refused_before_it_takes_memory(mask):
    data = sealed({"picture": NAME, "frame": [0, 0, 8, 8]}, mask)
    tracemalloc.start()
    try:
        with pytest.raises(RefusedFile):
            Draft.from_bytes(data)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
