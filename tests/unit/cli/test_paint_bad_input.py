"""Pictures and masks that do not fit: right, or refused with one sentence before a model is loaded; exit code 2."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from studio import paths
from studio.export.decoding import MOVES
from tests.unit.cli.conftest import Program
from tests.unit.cli.painted import HEIGHT, WIDTH, mask_file, pixels_of, source_file
from tests.unit.export.made import encoded, png
from tests.unit.generation.inpainting.painted import photograph


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused is refused before a model is opened."""
    monkeypatch.setattr("studio.models.loader.load_model", lambda *_: pytest.fail("a model was loaded"))


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--mask", "MASK"], "--mask is about a picture. Give it with --image FILE."),
        (["--strength", "0.5"], "--strength is about a picture. Give it with --image FILE."),
        (["--outpaint", "8,0,0,0"], "--outpaint is about a picture."),
        (["--match-colours"], "--match-colours is about a picture."),
        (["--image", "IMAGE", "--inpaint", "blend"], "--inpaint is about a mask. Give one with --mask FILE"),
        (["--image", "IMAGE", "--feather", "0"], "--feather is about a mask."),
        (["--image", "IMAGE", "--scale-mask"], "--scale-mask is about a mask."),
        (["--image", "IMAGE", "--strength", "0"], "Strength 0 is out of range. Use more than 0, up to 1."),
        (["--image", "IMAGE", "--mask", "MASK", "--strength", "2"], "Strength 2 is out of range. Use more than 0"),
        (["--image", "IMAGE", "--mask", "MASK", "--strength", "nan"], "Strength 'nan' is not a number."),
        (["--image", "IMAGE", "--mask", "MASK", "--inpaint", "magic"], "Inpaint 'magic' is not known. Use one of: "),
        (["--image", "IMAGE", "--mask", "MASK", "--inpaint", "model"], "The model 'starter' was not made for inpaint"),
        (["--image", "IMAGE", "--mask", "MASK", "--padding", "3"], "--padding is only used with --inpaint crop."),
        (["--image", "IMAGE", "--mask", "MASK", "--fill", "blur"], "--fill does nothing at strength 1"),
        (["--image", "IMAGE", "--mask", "MASK", "--jump-length", "3"], "--jump-length is only used with --repeats 2"),
        (["--image", "IMAGE", "--mask", "MASK", "--inpaint", "soft", "--repeats", "2"], "soft walks every step once"),
        (["--image", "IMAGE", "--mask", "MASK", "--repeats", "21"], "Repeats 21 is out of range. Use 1 to 20."),
        (["--image", "IMAGE", "--mask", "MASK", "--feather", "513"], "Feather 513 is out of range. Use 0 to 512."),
        (["--image", "IMAGE", "--mask", "MASK", "--padding", "1025"], "Padding 1025 is out of range."),
        (["--image", "IMAGE", "--mask", "alpha"], "source.png has no transparent part to paint."),
        (["--image", "IMAGE", "--mask", "missing.png"], "missing.png: There is no such file."),
        (["--image", "missing.png"], "missing.png: There is no such file."),
        (["--image", "IMAGE", "--size", "60x64"], "Width 60 is out of range. Use 64 to 4096."),
        (["--image", "IMAGE", "--outpaint", "1,0,0,0"], "Outpaint '1,0,0,0' is not readable."),
        (["--image", "IMAGE", "--outpaint", "0,0,0,0"], "Outpaint '0,0,0,0' is not readable."),
        (["--image", "IMAGE", "--outpaint", "-8,0,0,0"], "--outpaint needs a value."),
        (["--image", "IMAGE", "--outpaint=-8,0,0,0"], "Outpaint '-8,0,0,0' is not readable."),
        (["--image", "IMAGE", "--outpaint", "8,8"], "Outpaint '8,8' is not readable."),
        (["--image", "IMAGE", "--outpaint", "4096,0,0,0"], "Use --size WxH to crop and scale it"),
    ],
)
def test_what_is_refused(generate: Program, tmp_path: Path, words: list[str], sentence: str) -> None:
    places = {"IMAGE": source_file(tmp_path), "MASK": mask_file(tmp_path)}
    answer = generate(*(places.get(word, word) for word in words), "--out", tmp_path / "out")
    assert (answer.code, answer.out) == (2, "")
    assert len(answer.err.splitlines()) == 1
    assert sentence in answer.err
    assert not (tmp_path / "out").exists()
    assert not (paths.data() / "sources").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--fill", "sand"], "Fill 'sand' is not known. Use one of: original, noise, blur, colour, classical."),
        (["--fill-colour", "ff0000"], "--fill-colour is only used with --fill colour."),
        (["--fill", "colour", "--fill-colour", "red"], "Fill colour 'red' is not readable. Write it as RRGGBB"),
    ],
)
def test_fills_that_are_refused(generate: Program, tmp_path: Path, words: list[str], sentence: str) -> None:
    answer = generate("--image", source_file(tmp_path), "--mask", mask_file(tmp_path), "--strength", 0.5, *words)
    assert answer.code == 2
    assert sentence in answer.err


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (56, 64), (7746, 7746)])
def test_sizes_that_are_refused_as_a_whole_are_cropped(
    generate: Program, tmp_path: Path, size: tuple[int, int]
) -> None:
    source = tmp_path / "source.png"
    PIL.Image.new("RGB", size, (200, 30, 60)).save(source)
    mask = np.zeros(size[::-1], np.uint8)
    mask[:50, :50] = 255
    PIL.Image.fromarray(mask).save(tmp_path / "mask.png")
    words = ("--image", source, "--mask", tmp_path / "mask.png", "--steps", 1)
    refused = generate(*words)
    assert refused.code == 2
    told = f"The picture is {size[0]} × {size[1]} pixels; as a whole 64 to 4096 a side can be worked on."
    assert told in refused.err
    assert "Use --size WxH to crop and scale it, or --inpaint crop" in refused.err
    if size[0] < 1000:  # the largest is right as well, but takes a while
        assert generate(*words, "--inpaint", "crop", "--out", tmp_path / "crop.png").code == 0
        made = pixels_of(tmp_path / "crop.png")
        assert made.shape == (*size[::-1], 3)
        assert np.array_equal(made[mask == 0], pixels_of(source)[mask == 0])


def test_a_picture_of_one_pixel_without_a_mask(generate: Program, tmp_path: Path) -> None:
    PIL.Image.new("RGB", (1, 1), (9, 90, 200)).save(tmp_path / "dot.png")
    answer = generate("--image", tmp_path / "dot.png", "--size", "64x64", "--steps", 1, "--out", tmp_path / "a.png")
    assert answer.code == 0
    assert answer.err == "The picture is 1 × 1 pixels; it is scaled to 64 × 64.\n"


def test_sixty_four_megapixels_and_more_are_refused(generate: Program, tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(png(8001, 8000, 8, 2, b""))
    answer = generate("--image", tmp_path / "huge.png", "--mask", mask_file(tmp_path))
    assert answer.code == 2
    assert "This picture is too large: 8001 × 8000 pixels; 64 megapixels are allowed." in answer.err


def test_room_beyond_all_measure_is_refused(generate: Program, tmp_path: Path) -> None:
    PIL.Image.new("RGB", (6000, 6000)).save(tmp_path / "wide.png")
    words = ("--image", tmp_path / "wide.png", "--outpaint", "4096,4096,4096,4096", "--inpaint", "crop")
    answer = generate(*words)
    assert answer.code == 2
    assert "With this room the picture has 14192 × 14192 pixels; 64 megapixels are allowed." in answer.err


def _file(folder: Path, kind: str) -> Path:
    plain = PIL.Image.fromarray(photograph(WIDTH, HEIGHT).pixels)
    if kind == "animated":
        data = encoded(plain, "PNG", save_all=True, append_images=[PIL.Image.new("RGB", plain.size)])
    elif kind == "16 bit":
        values = np.linspace(0, 65535, WIDTH * HEIGHT).astype(">u2").reshape(HEIGHT, WIDTH)
        data = png(WIDTH, HEIGHT, 16, 0, b"".join(b"\0" + row.tobytes() for row in values))
    elif kind == "CMYK":
        data = encoded(plain.convert("CMYK"), "JPEG", quality=95)
    else:
        data = encoded(plain.convert(kind), "PNG")
    (folder / "odd").write_bytes(data)
    return folder / "odd"


@pytest.mark.parametrize("kind", ["animated", "16 bit", "CMYK", "P", "1", "LA"])
def test_odd_pictures_are_painted_on_as_they_look(generate: Program, tmp_path: Path, kind: str) -> None:
    source = _file(tmp_path, kind)
    answer = generate("--image", source, "--mask", mask_file(tmp_path), "--steps", 1, "--out", tmp_path / "a.png")
    assert answer.code == 0
    assert answer.err == (f"{MOVES}\n" if kind == "animated" else "")
    kept = slice(None), slice(0, WIDTH // 2)
    assert np.array_equal(pixels_of(tmp_path / "a.png")[kept], pixels_of(source)[kept])


def test_a_file_that_lies_about_its_size(generate: Program, tmp_path: Path) -> None:
    data = bytearray(source_file(tmp_path).read_bytes())
    data[16:24] = struct.pack(">II", 7000, 7000)
    (tmp_path / "lie.png").write_bytes(data)
    answer = generate("--image", tmp_path / "lie.png")
    assert (answer.code, answer.out) == (2, "")
    assert "lie.png: This picture is damaged" in answer.err
