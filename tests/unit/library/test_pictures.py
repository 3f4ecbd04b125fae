"""The pictures folder: made when it is needed, a name for each picture, nothing overwritten."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.errors import StorageError
from studio.export.picture_file import read_picture, write_new_picture
from studio.library.pictures import PictureFolder
from tests.unit.export.made import generated, noise


def test_pictures_are_saved_and_numbered(tmp_path: Path) -> None:
    root = tmp_path / "Pictures" / "Reverie"
    folder = PictureFolder(root, write_new_picture)
    assert not root.exists()
    pictures = [generated(noise(seed=seed)) for seed in range(3)]
    places = [folder.save(made) for made in pictures]
    assert [place.name for place in places] == ["red-apple-7.png", "red-apple-7-2.png", "red-apple-7-3.png"]
    assert all(place.parent == root for place in places)
    for place, made in zip(places, pictures, strict=True):
        read = read_picture(place)
        assert read.recipe == made.recipe
        assert np.array_equal(read.image.pixels, made.image.pixels)


def test_a_name_taken_by_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "red-apple-7.png").mkdir()
    (tmp_path / "red-apple-7-2.png").write_text("notes")
    assert PictureFolder(tmp_path, write_new_picture).save(generated()).name == "red-apple-7-3.png"
    assert (tmp_path / "red-apple-7-2.png").read_text() == "notes"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="could not be written"):
        PictureFolder(tmp_path / "file" / "pictures", write_new_picture).save(generated())


def test_the_longest_prompt_can_be_saved(tmp_path: Path) -> None:
    made = generated(prompt="𒐫" * 10_000, seed=2**63 - 1)
    place = PictureFolder(tmp_path, write_new_picture).save(made)
    assert read_picture(place).recipe == made.recipe
