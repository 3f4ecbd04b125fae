"""A picture tells its recipe, and can be made again from it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PIL.PngImagePlugin import PngInfo

from studio.cli.difference import Difference, difference
from studio.export.metadata import Made
from studio.image import Image
from studio.job.recipe import Recipe
from tests.unit.cli.conftest import PROMPT, Program


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def picture(generate: Program, shelf: Path) -> Path:
    """A picture of the starter model; the tests do not change it."""
    place = shelf / "apple.png"
    if not place.exists():
        assert generate("--sampler", "ddpm", "--negative", "blue", "--out", place).code == 0
    return place


def rewritten(source: Path, target: Path, pixels: np.ndarray | None = None, **texts: str) -> Path:
    """A copy of a picture with other pixels or texts."""
    with PIL.Image.open(source) as opened:
        held = {**{key: value for key, value in opened.info.items() if isinstance(value, str)}, **texts}
        kept = np.asarray(opened) if pixels is None else pixels
    chunks = PngInfo()
    for key, value in held.items():
        chunks.add_itxt(key, value)
    PIL.Image.fromarray(kept).save(target, pnginfo=chunks)
    return target


def reverie_data(path: Path) -> dict[str, object]:
    with PIL.Image.open(path) as opened:
        return dict(json.loads(str(opened.info["reverie"])))


def pixels_of(path: Path) -> np.ndarray:
    with PIL.Image.open(path) as opened:
        return np.array(opened)


def test_info_for_reading(reverie: Program, picture: Path) -> None:
    answer = reverie("info", picture)
    assert (answer.code, answer.err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in answer.lines)
    assert rows["Prompt"] == PROMPT
    assert rows["Negative"] == "blue"
    assert rows["Sampler"] == "ddpm, variance model"
    assert rows["Steps"] == "2, spacing leading"
    assert (rows["Seed"], rows["Size"], rows["Model"], rows["Guidance"]) == ("7", "128x128", "starter", "5")
    assert "float32" in rows["Made"]


def test_info_as_json_holds_the_recipe(reverie: Program, picture: Path) -> None:
    answer = reverie("info", "--json", picture)
    data = json.loads(answer.out)
    assert Recipe.read(json.dumps(data["recipe"])).prompt == PROMPT
    assert Made.model_validate(data["made"]).pixels == data["pixels"]
    assert (data["width"], data["height"], data["problems"]) == (128, 128, [])


HOSTILE = "evil\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\nsecond line\x7f"


def test_hostile_texts_do_not_steer_the_terminal(reverie: Program, picture: Path, tmp_path: Path) -> None:
    data = reverie_data(picture)
    recipe, made = data["recipe"], data["made"]
    assert isinstance(recipe, dict)
    assert isinstance(made, dict)
    recipe |= {"prompt": HOSTILE, "model": f"a{HOSTILE}"}
    made |= {"device": HOSTILE, "versions": {HOSTILE: HOSTILE}}
    hostile = rewritten(picture, tmp_path / "hostile.png", reverie=json.dumps(data))
    for words in (("info", hostile), ("info", "--json", hostile), ("verify", hostile)):
        answer = reverie(*words)
        said = answer.out + answer.err
        assert not set(said) & set("\x1b\x07\x9b\x7f\u202e\r")
    assert "evil\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202egnp.exe" in reverie("info", hostile).out
    assert "          second line\\x7f\n" in reverie("info", hostile).out


def test_settings_of_another_program_are_told(reverie: Program, picture: Path, tmp_path: Path) -> None:
    text = "a castle\nNegative prompt: fog\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 512x512"
    foreign = tmp_path / "foreign.png"
    chunks = PngInfo()
    chunks.add_text("parameters", text)
    PIL.Image.fromarray(pixels_of(picture)).save(foreign, pnginfo=chunks)
    answer = reverie("info", foreign)
    assert answer.code == 0
    for word in ("a castle", "fog", "20", "euler", "another program"):
        assert word in answer.out
    refused = reverie("verify", foreign)
    assert refused.code == 2
    assert refused.err.startswith("reverie: foreign.png cannot be made again. It holds no recipe")


def test_no_recipe(reverie: Program, picture: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    PIL.Image.fromarray(pixels_of(picture)).save(plain)
    for command in ("info", "verify"):
        answer = reverie(command, plain)
        assert answer.code == 2
        assert "recipe" in answer.err


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-20],
        lambda text: text.replace('"steps":2', '"steps":0'),
        lambda text: text.replace('"steps":2', '"steps":2,"more":1'),
        lambda text: text.replace('"seed":7', '"seed":-7'),
        lambda text: text.replace('"format":1', '"format":99'),
        lambda text: "[" * 100_000,
    ],
    ids=["cut", "range", "unknown", "seed", "newer", "deep"],
)
def test_a_corrupted_recipe(reverie: Program, picture: Path, tmp_path: Path, change) -> None:
    with PIL.Image.open(picture) as opened:
        text = change(str(opened.info["reverie"]))
    damaged = rewritten(picture, tmp_path / "damaged.png", reverie=text)
    for command in ("info", "verify"):
        answer = reverie(command, damaged)
        assert answer.code == 2
        assert answer.err.startswith("reverie: ")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture(reverie: Program, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    for name in ("a.png", "missing.png", "."):
        for command in ("info", "verify"):
            answer = reverie(command, tmp_path / name)
            assert (answer.code, answer.out) == (2, "")
            assert len(answer.err.splitlines()) == 1


def test_the_same_pixels_again(reverie: Program, picture: Path) -> None:
    answer = reverie("verify", picture)
    assert (answer.code, answer.out, answer.err) == (0, "Same pixels.\n", "")
    told = json.loads(reverie("verify", "--json", picture).out)
    assert (told["same"], told["largest_difference"], told["differing_share"], told["reasons"]) == (True, 0, 0.0, [])


def test_changed_pixels_are_found(reverie: Program, picture: Path, tmp_path: Path) -> None:
    pixels = pixels_of(picture)
    before = int(pixels[3, 5, 1])
    pixels[3, 5, 1] = before + 9 if before < 200 else before - 9
    changed = rewritten(picture, tmp_path / "changed.png", pixels)
    answer = reverie("verify", changed)
    assert answer.code == 1
    assert answer.lines == [
        "Different pixels: the largest difference is 9 of 255, and 0.01 % of them differ.",
        "The picture was changed after it was saved.",
    ]


def test_another_precision_is_named(reverie: Program, picture: Path) -> None:
    answer = reverie("verify", "--precision", "bfloat16", picture)
    assert answer.code == 1
    assert answer.lines[0].startswith("Different pixels: the largest difference is ")
    assert answer.lines[1:] == ["Another precision: bfloat16 here, float32 then."]


def test_other_versions_are_named(reverie: Program, picture: Path, tmp_path: Path) -> None:
    data = reverie_data(picture)
    made = data["made"]
    assert isinstance(made, dict)
    made |= {"versions": {**made["versions"], "torch": "1.0"}, "device": "cuda:0", "pixels": ""}
    pixels = 255 - pixels_of(picture)
    old = rewritten(picture, tmp_path / "old.png", pixels, reverie=json.dumps(data))
    answer = reverie("verify", "--device", "cpu", old)
    assert answer.code == 1
    assert answer.lines[1] == "Another device: cpu here, cuda:0 then."
    assert answer.lines[2].startswith("Another torch: ")
    assert answer.lines[2].endswith(" here, 1.0 then.")


def test_another_shape_of_the_network_calls_is_named(reverie: Program, picture: Path, tmp_path: Path) -> None:
    data = reverie_data(picture)
    made = data["made"]
    assert isinstance(made, dict)
    made |= {"batch": 8, "pixels": ""}
    old = rewritten(picture, tmp_path / "frame.png", 255 - pixels_of(picture), reverie=json.dumps(data))
    assert "Together  8 pictures in a network call" in reverie("info", old).out
    answer = reverie("verify", old)
    assert answer.code == 1
    assert answer.lines[1:] == ["Another number of pictures in a network call: 1 here, 8 then."]


def test_a_model_that_is_not_known_here(
    generate: Program, reverie: Program, tmp_path: Path, tiny_model: Path, other_model: Path
) -> None:
    place = tmp_path / "tiny.png"
    generate("--model", tiny_model, "--out", place)
    unknown = reverie("verify", place)
    assert (unknown.code, unknown.out) == (2, "")
    assert "the model 'tiny', which is not known here. Give its folder with --model FOLDER." in unknown.err
    assert reverie("verify", "--model", tiny_model, place).out == "Same pixels.\n"
    other = reverie("verify", "--model", other_model, place)
    assert other.code == 1
    assert other.lines[1].startswith("The model has other weights: ")


def test_another_size_differs_everywhere() -> None:
    one = Image(np.zeros((8, 8, 3), np.uint8))
    assert difference(one, Image(np.zeros((8, 16, 3), np.uint8))).largest == 255
    assert difference(one, one) == Difference(0, 0.0)
