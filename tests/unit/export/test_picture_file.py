"""Saving and reading pictures: what is saved comes back, durably; what comes from strangers is bounded."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from studio import storage
from studio.errors import InvalidField, RefusedFile, StorageError
from studio.export import picture_file
from studio.export.metadata import BYTES_MAXIMUM, pixel_hash
from studio.export.picture_file import read_picture, write_new_picture, write_new_preview, write_picture
from studio.job.event import GeneratedImage
from tests.unit.export.made import encoded, generated, noise, png, png_chunk, text_chunk
from tests.unit.faulty_os import FaultyOs, no_fault

ROWS = (b"\0" + bytes(15)) * 2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "picture.png"


@pytest.mark.parametrize("prompt", ["red apple", "", "déjà vu", "名前 🍎", 'a\nb: "c", {d}\\', "\0\x1b[31m"])
def test_what_is_saved_comes_back(path: Path, prompt: str) -> None:
    made = generated(prompt=prompt, negative_prompt=prompt[::-1])
    write_picture(path, made)
    picture = read_picture(path)
    assert np.array_equal(picture.image.pixels, made.image.pixels)
    assert picture.recipe == made.recipe
    assert picture.problems == ()
    assert picture.parameters == {}
    assert picture.made is not None
    assert picture.made.pixels == pixel_hash(picture.image)


def test_previews_are_plain_pictures(tmp_path: Path) -> None:
    image = noise()
    (tmp_path / "a.png").write_bytes(b"another")
    place = write_new_preview(tmp_path, ["a.png", "b.png"], image)
    assert place.name == "b.png"
    picture = read_picture(place)
    assert np.array_equal(picture.image.pixels, image.pixels)
    assert (picture.recipe, picture.text, picture.problems) == (None, "", ())


def test_other_programs_see_both_texts(path: Path) -> None:
    write_picture(path, generated(prompt="déjà 🍎"))
    with PIL.Image.open(path) as picture:
        picture.load()
        assert picture.mode == "RGB"
        assert picture.info["parameters"].startswith("déjà 🍎\nSteps: 30, Sampler: DDIM")
        assert picture.info["reverie"].startswith('{"format":1,')


def test_the_largest_single_row(path: Path) -> None:
    made = generated(noise(64, 4096))
    write_picture(path, made)
    assert np.array_equal(read_picture(path).image.pixels, made.image.pixels)


def test_only_png_is_written(tmp_path: Path) -> None:
    for name in ("a.jpg", "a", "a.png.exe"):
        with pytest.raises(InvalidField, match=r"must end with \.png") as caught:
            write_picture(tmp_path / name, generated())
        assert caught.value.field == "out"
    write_picture(tmp_path / "a.PNG", generated())
    assert [file.name for file in tmp_path.iterdir()] == ["a.PNG"]


def test_new_pictures_get_new_names(tmp_path: Path) -> None:
    pictures = [generated(noise(seed=seed)) for seed in range(3)]
    placed = [write_new_picture(tmp_path, (f"a-{n}.png" for n in itertools.count()), made) for made in pictures]
    assert [place.name for place in placed] == ["a-0.png", "a-1.png", "a-2.png"]
    for place, made in zip(placed, pictures, strict=True):
        assert np.array_equal(read_picture(place).image.pixels, made.image.pixels)


@pytest.mark.parametrize("lost", ["pixels", "text"])
def test_a_picture_that_reads_differently_is_not_kept(path: Path, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    old = generated(noise(seed=1))
    write_picture(path, old)
    real = PIL.Image.Image.save

    def losing(picture: PIL.Image.Image, *arguments: object, **options: object) -> None:
        if lost == "text":
            options.pop("pnginfo")
        else:
            picture = picture.transpose(PIL.Image.Transpose.ROTATE_180)
        real(picture, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(PIL.Image.Image, "save", losing)
        with pytest.raises(StorageError, match="could not be read again"):
            write_picture(path, generated())
    assert np.array_equal(read_picture(path).image.pixels, old.image.pixels)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_full_disk_leaves_the_old_picture(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = generated(noise(seed=1))
    write_picture(path, old)
    counting = FaultyOs(-1, no_fault)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "os", counting)
        write_picture(path, old)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "os", FaultyOs(counting.log.index("write"), full))
        with pytest.raises(StorageError, match="no space left"):
            write_picture(path, generated())
    assert np.array_equal(read_picture(path).image.pixels, old.image.pixels)


def test_pictures_of_other_programs(path: Path) -> None:
    text = "an apple\nNegative prompt: bad\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 9, Size: 64x64"
    path.write_bytes(png(5, 2, 8, 2, ROWS, text_chunk("parameters", text)))
    picture = read_picture(path)
    assert (picture.recipe, picture.problems, picture.text) == (None, (), text)
    assert picture.parameters["sampler"] == "euler"
    assert picture.parameters["prompt"] == "an apple"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_pictures_without_a_recipe(path: Path, kind: str) -> None:
    path.write_bytes(encoded(PIL.Image.fromarray(noise().pixels), kind))
    picture = read_picture(path)
    assert (picture.image.width, picture.image.height) == (16, 8)
    assert (picture.recipe, picture.parameters, picture.problems) == (None, {}, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "damaged"),
        ('{"format":2}', "newer version"),
        ('{"format":1,"recipe":{"width":1}}', "damaged at 'width'"),
        ("x" * (BYTES_MAXIMUM + 1), "larger than 256,000 bytes"),
    ],
)
def test_a_bad_recipe_does_not_make_the_picture_bad(path: Path, text: str, words: str) -> None:
    path.write_bytes(png(5, 2, 8, 2, ROWS, text_chunk("reverie", text), text_chunk("parameters", "an apple")))
    picture = read_picture(path)
    assert picture.image.width == 5
    assert picture.recipe is None
    assert words in picture.problems[0]
    assert picture.parameters == {"prompt": "an apple"}


def test_texts_after_the_pixels_and_texts_twice(path: Path) -> None:
    made = generated()
    write_picture(path, made)
    data = path.read_bytes()
    late = data.replace(b"reverie", b"another", 1)  # its checksum is wrong now
    path.write_bytes(late)
    with pytest.raises(RefusedFile, match="damaged"):
        read_picture(path)
    end = len(data) - 12
    path.write_bytes(data[:end] + text_chunk("reverie", "{}") + data[end:])
    assert "damaged" in read_picture(path).problems[0]


def test_huge_texts_are_cut(path: Path) -> None:
    path.write_bytes(png(5, 2, 8, 2, ROWS, text_chunk("parameters", "a" * 900_000)))
    assert len(read_picture(path).text) == 64_000


def test_files_that_are_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(RefusedFile, match=r"^a\.png: This file is no picture"):
        read_picture(tmp_path / "a.png")
    with pytest.raises(RefusedFile, match="no such file"):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(RefusedFile, match="not a file"):
        read_picture(tmp_path)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(RefusedFile, match="not a file"):
        read_picture(tmp_path / "a.png")


def test_files_too_large(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_picture(path, generated())
    monkeypatch.setattr(picture_file, "FILE_MAXIMUM", path.stat().st_size)
    read_picture(path)
    monkeypatch.setattr(picture_file, "FILE_MAXIMUM", path.stat().st_size - 1)
    with pytest.raises(RefusedFile, match="larger than"):
        read_picture(path)


def test_the_same_picture_is_the_same_file(tmp_path: Path) -> None:
    made: GeneratedImage = generated()
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name, made)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_png_with_an_unknown_chunk(path: Path) -> None:
    path.write_bytes(png(5, 2, 8, 2, ROWS, png_chunk(b"teSt", b"anything")))
    assert read_picture(path).problems == ()
