"""`reverie interpolate` with the real starter model: every format opens, and what was cut short goes on exactly."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from studio import paths
from studio.cli.export_reporter import ExportReporter
from studio.cli.main import main
from studio.export.frame_text import read_frame
from studio.export.picture_file import read_picture
from studio.export.sheet_page import GAP, MARGIN
from studio.job.code import Between, CodeFacts, FromCode, FromSeed
from studio.job.recipe import Noise
from studio.models.model import Model
from studio.sampling.noise import ImageNoise
from studio.trajectory.code_file import Code, code_bytes
from tests.unit.cli.conftest import PROMPT, Program, Terminal
from tests.unit.export.clips import frames_in

SMALL = ("--prompt", PROMPT, "--steps", 2, "--size", "64x64")
WALK = ("interpolate", *SMALL, "--key", 7, "--key", 8, "--frames", 5)
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def press_after(whole: int):
    """A reader who presses Ctrl+C when so many frames are whole."""
    told = ExportReporter._count

    def count(self, event):
        told(self, event)
        if event.whole == whole:
            os.kill(os.getpid(), signal.SIGINT)

    return count


@pytest.mark.parametrize(
    ("words", "name", "count"),
    [
        (("--format", "gif"), "walk.gif", 5),
        (("--format", "apng"), "walk.apng", 5),
        (("--format", "webp"), "walk.webp", 5),
        ((), "walk.mp4", 5),
        (("--format", "png"), "walk", 5),
        (("--format", "sheet"), "walk.png", 1),
    ],
)
def test_every_format_opens(reverie: Program, tmp_path: Path, words, name, count):
    answer = reverie(*WALK, *words, "--out", tmp_path / name)
    assert (answer.code, answer.err, answer.lines) == (0, "", [f"Saved {tmp_path / name}"])
    assert len(frames_in(tmp_path / name)) == count
    assert names(tmp_path) == [name]


def test_every_frame_has_its_own_recipe_and_the_ends_are_the_keys(reverie: Program, tmp_path: Path):
    assert reverie(*WALK, "--format", "png", "--out", tmp_path / "walk").code == 0
    for seed in (7, 8):
        assert reverie("generate", *SMALL, "--seed", seed, "--out", tmp_path / f"{seed}.png").code == 0
    pictures = [read_picture(tmp_path / "walk" / name) for name in names(tmp_path / "walk")]
    for frame, seed in ((0, 7), (4, 8)):
        alone = read_picture(tmp_path / f"{seed}.png")
        assert pictures[frame].recipe == alone.recipe
        assert np.array_equal(pictures[frame].image.pixels, alone.image.pixels)
    between = pictures[1]
    assert between.recipe.start == Between(first=FromSeed(seed=7), second=FromSeed(seed=8), fraction=0.25)
    assert between.made.model_hash
    assert between.made.seconds > 0
    assert reverie("verify", tmp_path / "walk" / "frame-0002.png").lines == ["Same pixels."]


def test_prompts_and_guidance_of_keys(reverie: Program, tmp_path: Path):
    words = ("--key-prompt", "red apple", "--key-prompt", "lemon", "--key-negative", "", "--key-negative", "flat")
    words += ("--key-guidance", 2, "--key-guidance", 4, "--method", "linear", "--easing", "smooth")
    answer = reverie(*WALK, *words, "--format", "png", "--out", tmp_path / "walk")
    assert answer.code == 0
    first, middle, last = (read_picture(tmp_path / "walk" / f"frame-000{n}.png").recipe for n in (1, 3, 5))
    assert (first.prompt, first.negative_prompt, first.guidance.scale) == ("red apple", "", 2.0)
    assert (last.prompt, last.negative_prompt, last.guidance.scale) == ("lemon", "flat", 4.0)
    assert [part.prompt for part in middle.blend] == ["red apple", "lemon"]
    assert (middle.guidance.scale, middle.start.method, middle.start.fraction) == (3.0, "linear", 0.5)


def test_keys_with_prompts_need_no_other(reverie: Program, tmp_path: Path):
    words = (
        "interpolate",
        "--key",
        7,
        "--key",
        7,
        "--frames",
        2,
        *SMALL[2:],
        "--format",
        "png",
        "--out",
        tmp_path / "x",
    )
    assert "--prompt is missing" in reverie(*words).err
    assert reverie(*words, "--key-prompt", "red apple", "--key-prompt", "lemon").code == 0
    made = [read_picture(tmp_path / "x" / name).recipe for name in names(tmp_path / "x")]
    assert [(recipe.prompt, recipe.seed) for recipe in made] == [("red apple", 7), ("lemon", 7)]


def test_a_loop(reverie: Program, tmp_path: Path):
    assert reverie(*WALK, "--loop", "--format", "png", "--out", tmp_path / "walk").code == 0
    starts = [read_picture(tmp_path / "walk" / name).recipe.start for name in names(tmp_path / "walk")]
    assert [start.kind for start in starts] == ["noise", "between", "between", "noise", "between"]
    assert (starts[4].first, starts[4].second) == (FromSeed(seed=8), FromSeed(seed=7))


@pytest.fixture
def code(tmp_path: Path, models: dict[object, Model]) -> Path:
    """The noise of seed 8 as a code in a file."""
    shape = (4, 8, 8)
    level = {"timestep": 951.0, "alpha": 0.1, "sigma": 0.99}
    facts = CodeFacts(name="eight", origin="seed", shape=shape, width=64, height=64, **level)
    file = tmp_path / "eight.code.safetensors"
    file.write_bytes(code_bytes(Code(facts, ImageNoise(8, shape).draw().float())))
    return file


def test_a_code_is_a_key_by_its_file_and_by_its_id(reverie: Program, code: Path, tmp_path: Path):
    usual = ("interpolate", "--prompt", PROMPT, "--steps", 2, "--frames", 3, "--format", "png")
    assert reverie(*usual, "--key", 7, "--key", code, "--out", tmp_path / "file").code == 0
    (kept,) = names(paths.data() / "codes")
    id_ = kept.split(".")[0]
    assert reverie(*usual, "--key", 7, "--key", id_, "--out", tmp_path / "id").code == 0
    for word in ("eight", id_[:12]):
        assert reverie(*usual, "--key", 7, "--key", word, "--out", tmp_path / "id").code == 0
    last = read_picture(tmp_path / "file" / "frame-0003.png")
    assert last.recipe.start == FromCode(code=id_)
    assert (last.recipe.width, last.recipe.seed) == (64, 7)
    middle, same = (read_picture(tmp_path / name / "frame-0002.png") for name in ("file", "id"))
    assert middle.recipe == same.recipe
    assert np.array_equal(middle.image.pixels, same.image.pixels)
    assert reverie("generate", *SMALL, "--seed", 8, "--out", tmp_path / "8.png").code == 0
    assert np.array_equal(last.image.pixels, read_picture(tmp_path / "8.png").image.pixels)


def test_a_sheet_of_four_keys(reverie: Program, tmp_path: Path):
    keys = [word for seed in (1, 2, 3, 4) for word in ("--key", seed)]
    words = ("interpolate", *SMALL, *keys, "--sheet", "2x3")
    assert reverie(*words, "--out", tmp_path / "sheet.png").code == 0
    page = read_picture(tmp_path / "sheet.png").image
    assert page.width == 3 * 64 + 2 * GAP + 2 * MARGIN
    assert reverie(*words, "--format", "png", "--out", tmp_path / "cells").code == 0
    made = [read_picture(tmp_path / "cells" / name).recipe for name in names(tmp_path / "cells")]
    assert [(made[place].seed, made[place].start) for place in (0, 2, 3, 5)] == [(n, Noise()) for n in (1, 2, 3, 4)]


def test_even_spacing_is_measured_and_kept(reverie: Program, tmp_path: Path):
    words = ("--key-prompt", "red apple, 3d style", "--key-prompt", "lemon, 3d style", "--format", "png")
    assert reverie(*WALK, *words, "--even", "--out", tmp_path / "walk").code == 0
    again = reverie(*WALK, *words, "--even", "--out", tmp_path / "walk")
    assert (again.code, again.err) == (0, "5 of 5 frames are there already.\n")
    made = [read_picture(tmp_path / "walk" / name).recipe.start for name in names(tmp_path / "walk")]
    places = [start.fraction for start in made[1:4]]
    assert places == sorted(places)
    assert places != [0.25, 0.5, 0.75]


@posix
@pytest.mark.parametrize("name", ["walk", "walk.gif", "walk.mp4", "walk.png"])
def test_ctrl_c_keeps_the_frames_and_the_same_command_goes_on(
    reverie: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    kind = {"walk": "png", "walk.png": "sheet"}.get(name, name.split(".")[-1])
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    assert reverie(*WALK, "--format", kind, "--out", tmp_path / "whole" / name).code == 0
    words = (*WALK, "--format", kind, "--out", tmp_path / "cut" / name)
    with monkeypatch.context() as patched:
        patched.setattr(ExportReporter, "_count", press_after(2))
        answer = reverie(*words)
    assert answer.code == 130
    assert "2 of 5 frames are whole" in answer.err
    assert "The same command goes on with them." in answer.err
    again = reverie(*words, "--json")
    assert again.code == 0
    assert again.of_kind("export_begun")[0]["whole"] == 2
    assert {event["frame"] for event in again.of_kind("step_done")} == {2, 3, 4}
    assert names(tmp_path / "cut") == [name]
    whole, gone_on = (frames_in(tmp_path / folder / name) for folder in ("whole", "cut"))
    assert len(whole) == len(gone_on)
    if kind == "png":
        assert [read_frame(file)["number"] for file in sorted((tmp_path / "cut" / name).iterdir())] == [1, 2, 3, 4, 5]


def test_json_tells_each_frame_and_ends_once(reverie: Program, tmp_path: Path):
    answer = reverie(*WALK, "--format", "gif", "--out", tmp_path / "walk.gif", "--json")
    kinds = [event["event"] for event in answer.events]
    assert (kinds[0], kinds[-1], kinds.count("frame_done"), kinds.count("step_done")) == (
        "export_begun", "exported", 5, 10,
    )  # fmt: skip
    assert sum(kind in ("exported", "export_failed", "export_cancelled", "finished", "failed") for kind in kinds) == 1


def test_a_progress_bar_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main([*map(str, WALK), "--even", "--out", str(tmp_path / "walk.gif")]) == 0
    assert "Measuring the change" in terminal.getvalue()
    assert "frame 0 of 5" in terminal.getvalue()


def test_without_out_it_goes_to_the_pictures_and_goes_on_there(reverie: Program):
    for _ in range(2):
        assert reverie(*WALK, "--format", "png").code == 0
    assert names(paths.pictures()) == ["red-apple-7-interpolation"]
    assert reverie(*WALK, "--format", "png", "--frames", 3).code == 0
    assert names(paths.pictures()) == ["red-apple-7-interpolation", "red-apple-7-interpolation-2"]


BAD = [
    (("--key", "7"), "two keys or more"),
    (("--key", "7", "--key", "gone.jpg"), "gone.jpg"),
    (("--key", "7", "--key", "8", "--refine", "2"), "--refine is about keys that are pictures"),
    (("--key", "7", "--key", "apple"), "Key 'apple' is no seed and no picture. No code is called 'apple'."),
    (("--key", "7", "--key", str(2**63)), "out of range for a seed"),
    (("--key", "7", "--key", "ab" * 32), "not on this computer"),
    (("--key", "7", "--key", "gone.code.safetensors"), "is not there"),
    (("--key", "7", "--key", "8", "--frames", "1"), "Frames 1 is out of range"),
    (("--key", "7", "--key", "8", "--key", "9", "--frames", "2"), "With 3 keys use 3"),
    (("--key", "7", "--key", "8", "--key-prompt", "apple"), "--key-prompt is given 1 times for 2 keys"),
    (("--key", "7", "--key", "8", "--easing", "wild"), "Easing 'wild' is not known"),
    (("--key", "7", "--key", "8", "--easing", "smooth", "--easing", "smooth"), "Easing is given 2 times"),
    (("--key", "7", "--key", "8", "--easing", "smooth", "--even"), "Leave out --easing"),
    (("--key", "7", "--key", "8", "--even", "text-image"), "image encoder, and no model's is used yet"),
    (("--key", "7", "--key", "8", "--segment-frames", "2,3"), "has 2 numbers, but 1 are needed"),
    (("--key", "7", "--key", "8", "--segment-frames", "2", "--loop"), "has 1 numbers, but 2 are needed"),
    (("--key", "7", "--key", "8", "--segment-frames", "2,"), "Segment frames '' is not a whole number"),
    (("--key", "7", "--key", "8", "--segment-frames", "0"), "Segment frames 0 is out of range"),
    (("--key", "7", "--key", "8", "--segment-frames", "2", "--frames", "3"), "Give one of them"),
    (("--key", "7", "--key", "8", "--segment-frames", "2", "--even"), "Even spacing shares the frames out itself"),
    (("--key", "7", "--key", "8", "--sheet", "2x2", "--segment-frames", "2"), "takes no --segment-frames"),
    (("--key", "7", "--key", "8", "--even", "taste"), "Even 'taste' is not known"),
    (("--key", "7", "--key", "8", "--method", "jump"), "Method 'jump' is not known"),
    (("--key", "7", "--key", "8", "--count", "2"), "takes no count"),
    (("--key", "7", "--key", "8", "--key-guidance", "200", "--key-guidance", "2"), "Guidance 200 is out of range"),
    (("--key", "7", "--key", "8", "--format", "bmp"), "Format 'bmp' is not known"),
    (("--key", "7", "--key", "8", "--format", "gif", "--fps", "60"), "at most 50"),
    (("--key", "7", "--key", "8", "--sheet", "2x2"), "four keys"),
    (("--key", "7", "--key", "8", "--sheet", "two"), "Sheet 'two' is not readable"),
    (("--key", "7", "--key", "8", "--sheet", "2x2", "--frames", "4"), "takes no --frames"),
    (("--key", "7", "--key", "8", "--sheet", "2x2", "--loop"), "takes no --loop"),
    ((*("--key", "7") * 4, "--sheet", "2x2", "--format", "gif"), "no clip"),
]


def test_an_unknown_format_is_named_whatever_the_file_is_called(reverie: Program, tmp_path: Path):
    answer = reverie(*WALK, "--format", "bmp", "--out", tmp_path / "walk.bmp")
    assert answer.code == 2
    assert "Format 'bmp' is not known. Use one of: " in answer.err


def test_each_segment_can_have_frames_of_its_own(reverie: Program, tmp_path: Path):
    keys = [word for seed in (1, 2, 3) for word in ("--key", seed)]
    words = ("interpolate", *SMALL, *keys, "--segment-frames", "1,3", "--format", "png", "--out", tmp_path / "walk")
    assert reverie(*words).code == 0
    made = [read_picture(tmp_path / "walk" / name).recipe for name in names(tmp_path / "walk")]
    assert [(recipe.start.kind, recipe.seed) for recipe in made] == [
        ("noise", 1), ("noise", 2), ("between", 2), ("between", 2), ("noise", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), BAD)
def test_what_cannot_be_is_said_in_a_sentence(reverie: Program, tmp_path: Path, words, said):
    answer = reverie("interpolate", *SMALL, *words, "--out", tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert not list(tmp_path.iterdir())


def test_a_code_of_another_size_is_refused_and_nothing_is_left(reverie: Program, code: Path, tmp_path: Path):
    words = ("interpolate", "--prompt", PROMPT, "--steps", 2, "--size", "128x128", "--key", 7, "--key", code)
    answer = reverie(*words, "--out", tmp_path / "walk.gif")
    assert answer.code == 2
    assert "64 by 64 pixels" in answer.err
    assert names(tmp_path) == [code.name]
