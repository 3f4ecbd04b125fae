"""The recipe of a picture file is found without its pixels, and a bad file is no trouble."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.export.picture_file import read_picture, write_picture
from studio.export.recipe_file import read_recipe
from tests.unit.export.made import generated


def test_it_finds_what_the_picture_reader_finds(tmp_path: Path):
    path = tmp_path / "one.png"
    write_picture(path, generated())
    whole = read_picture(path)
    assert read_recipe(path) == (whole.recipe, whole.made)
    assert whole.recipe is not None


def test_the_pixels_are_not_needed(tmp_path: Path):
    path = tmp_path / "one.png"
    write_picture(path, generated())
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"IDAT") + 8])
    assert read_recipe(path)[0] == generated().recipe


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + bytes(60)])
def test_what_is_no_picture_has_no_recipe(tmp_path: Path, data: bytes):
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    assert read_recipe(path) == (None, None)


def test_a_file_that_is_gone_has_no_recipe(tmp_path: Path):
    assert read_recipe(tmp_path / "gone.png") == (None, None)
