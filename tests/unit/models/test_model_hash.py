"""The hash of a model: equal for equal files, different for any change that matters, read once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from studio import paths
from studio.errors import RefusedFile
from studio.models import model_hash as module
from studio.models.model_folder import ModelFolder, check_model_folder
from studio.models.model_hash import model_hash


@pytest.fixture
def model(tmp_path: Path) -> Path:
    target = tmp_path / "model"
    shutil.copytree(paths.starter_model(), target)
    long_ago = time.time() - 3600
    for file in target.rglob("*"):
        os.utime(file, (long_ago, long_ago))
    return target


def test_equal_files_have_equal_hashes(model: Path, own_home: Path) -> None:
    digest = model_hash(check_model_folder(model))
    assert len(digest) == 64
    assert digest == model_hash(check_model_folder(paths.starter_model()))
    assert (own_home / "cache" / module.CACHE_NAME).is_file()


@pytest.mark.parametrize("name", ["README.md", "samples.jpg", "model_index.json", "vocabulary.json"])
def test_what_does_not_matter(model: Path, name: str, tmp_path: Path) -> None:
    before = model_hash(check_model_folder(model), tmp_path)
    with (model / name).open("ab") as file:
        file.write(b" ")
    assert model_hash(check_model_folder(model), tmp_path) == before


def test_every_deciding_file_matters(model: Path, tmp_path: Path) -> None:
    folder = check_model_folder(model)
    seen = {model_hash(folder, tmp_path)}
    for file in folder.files.values():
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        seen.add(model_hash(folder, tmp_path))
        file.write_bytes(data)
    assert len(seen) == len(folder.files) + 1


def test_contents_cannot_change_places(model: Path, tmp_path: Path) -> None:
    folder = check_model_folder(model)
    before = model_hash(folder, tmp_path)
    one, other = model / "unet" / "config.json", model / "vae" / "config.json"
    texts = one.read_bytes(), other.read_bytes()
    one.write_bytes(texts[1])
    other.write_bytes(texts[0])
    assert model_hash(folder, tmp_path) != before


def reads(folder: ModelFolder, cache: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many files of the model are read for its hash."""
    count = 0
    real: Any = hashlib.file_digest

    def counted(*arguments: object) -> object:
        nonlocal count
        count += 1
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", counted)
        model_hash(folder, cache)
    return count


def test_files_are_read_once(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = check_model_folder(model), tmp_path / "cache"
    assert reads(folder, cache, monkeypatch) == len(folder.files)
    assert reads(folder, cache, monkeypatch) == 0
    file = folder.files["unet/config.json"]
    os.utime(file, (1, 1))
    assert reads(folder, cache, monkeypatch) == 1
    assert reads(folder, cache, monkeypatch) == 0


def test_a_fresh_file_is_read_again(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = check_model_folder(model)
    os.utime(folder.files["unet/config.json"])
    assert reads(folder, tmp_path, monkeypatch) == len(folder.files)
    assert reads(folder, tmp_path, monkeypatch) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"x": 1}'])
def test_a_damaged_cache_is_no_cache(model: Path, tmp_path: Path, text: str) -> None:
    folder = check_model_folder(model)
    right = model_hash(folder, tmp_path)
    (tmp_path / module.CACHE_NAME).write_text(text)
    assert model_hash(folder, tmp_path) == right


def test_a_lying_shape_of_the_cache_is_ignored(model: Path, tmp_path: Path) -> None:
    folder = check_model_folder(model)
    right = model_hash(folder, tmp_path)
    place = tmp_path / module.CACHE_NAME
    strange: tuple[Any, ...] = ("../..", "0" * 63, None, 7, [])
    for bad in strange:
        data = {name: [stamp[0], stamp[1], bad] for name, stamp in json.loads(place.read_text()).items()}
        place.write_text(json.dumps(data))
        assert model_hash(folder, tmp_path) == right


def test_without_a_place_for_the_cache(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert model_hash(check_model_folder(model), tmp_path / "file") == model_hash(check_model_folder(model), tmp_path)


def test_the_cache_does_not_grow_for_ever(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE_MAXIMUM_FILES", 3)
    model_hash(check_model_folder(model), tmp_path)
    assert len(json.loads((tmp_path / module.CACHE_NAME).read_text())) == 3


def test_a_file_that_vanished(model: Path) -> None:
    folder = check_model_folder(model)
    folder.files["vae/config.json"].unlink()
    with pytest.raises(RefusedFile, match="cannot be read"):
        model_hash(folder)
