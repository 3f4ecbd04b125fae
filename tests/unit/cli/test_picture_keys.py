"""Keys of `reverie interpolate` that are pictures: inverted first, once, and told; the walk leads to their codes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio import paths
from studio.cli import picture_keys
from studio.cli.export_reporter import ExportReporter
from studio.cli.main import main
from studio.export.picture_file import read_picture
from studio.generation import inversion
from studio.job.code import Between, FromCode, FromSeed
from studio.job.event import StepDone
from studio.trajectory.code_store import CodeStore
from tests.unit.cli.conftest import PROMPT, Answer, Program, Terminal
from tests.unit.cli.painted import pixels_of, recipe_of, source_file

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "given").mkdir()
    return source_file(tmp_path / "given", 64, 64)


def walk(reverie: Program, source: Path, out: Path, *words: object) -> Answer:
    usual = ("interpolate", "--prompt", PROMPT, "--steps", 2, "--guidance", 1, "--frames", 3, "--format", "png")
    return reverie(*usual, "--key", source, "--key", 7, "--out", out, *words)


def kept() -> list[Path]:
    return sorted((paths.data() / "codes").glob("*"))


def made(folder: Path) -> list[Any]:
    return [read_picture(path).recipe for path in sorted(folder.iterdir())]


def test_the_walk_begins_at_the_code_that_invert_finds(reverie: Program, source: Path, tmp_path: Path) -> None:
    answer = walk(reverie, source, tmp_path / "walk")
    assert (answer.code, answer.lines) == (0, [f"Saved {tmp_path / 'walk'}"])
    (path,) = kept()
    code = path.name.split(".")[0]
    facts = CodeStore(path.parent).find(code).facts
    assert (facts.name, facts.prompt, facts.steps, facts.spacing, facts.guidance) == ("source", PROMPT, 2, "leading", 1)
    assert facts.round_trip is not None
    assert answer.err == (
        f"source.png is inverted: PSNR of the round trip {facts.round_trip.psnr:.2f} dB, of the autoencoder alone "
        f"{facts.round_trip.autoencoder:.2f} dB.\n"
    )
    first, middle, last = made(tmp_path / "walk")
    assert (first.start, last.seed) == (FromCode(code=code), 7)
    assert middle.start == Between(first=FromCode(code=code), second=FromSeed(seed=7), fraction=0.5)
    words = ("--prompt", PROMPT, "--steps", 2, "--reconstruction", tmp_path / "r.png")
    assert reverie("invert", source, *words, "--out", tmp_path / "a.code.safetensors").code == 0
    assert len(kept()) == 1
    assert np.array_equal(pixels_of(tmp_path / "walk" / "frame-0001.png"), pixels_of(tmp_path / "r.png"))


def test_the_same_picture_is_inverted_once(reverie: Program, source: Path, tmp_path: Path) -> None:
    words = ("--key", source, "--frames", 5)
    assert "was inverted before" in walk(reverie, source, tmp_path / "one", *words).err
    again = walk(reverie, source, tmp_path / "one", *words)
    assert again.code == 0
    assert again.err.count("was inverted before: PSNR") == 2
    assert "5 of 5 frames are there already." in again.err
    assert "is inverted" in walk(reverie, source, tmp_path / "refined", "--refine", 1).err
    assert len(kept()) == 2
    refined = made(tmp_path / "refined")[0].start.code
    assert CodeStore(paths.data() / "codes").find(refined).facts.told.startswith("refine 1")


def test_each_picture_is_inverted_with_what_its_key_says(reverie: Program, source: Path, tmp_path: Path) -> None:
    words = ("--key-prompt", "a cat", "--key-prompt", "a dog", "--key-negative", "red", "--key-negative", "")
    words += ("--key-guidance", "2", "--key-guidance", "1", "--spacing", "trailing")
    answer = walk(reverie, source, tmp_path / "walk", *words)
    assert answer.code == 0
    assert "With guidance 2 the inversion is only approximate" in answer.err
    facts = CodeStore(paths.data() / "codes").find(made(tmp_path / "walk")[0].start.code).facts
    assert (facts.prompt, facts.negative_prompt, facts.guidance, facts.spacing) == ("a cat", "red", 2.0, "trailing")


def test_a_picture_of_another_size_is_fitted_and_that_is_told(reverie: Program, source: Path, tmp_path: Path) -> None:
    wide = source_file(tmp_path / "given", 96, 64, "wide.png")
    answer = walk(reverie, source, tmp_path / "walk", "--key", wide)
    assert answer.code == 0
    assert "The picture is 96 × 64 pixels, of which the middle 64 × 64 are used." in answer.err
    assert {(recipe.width, recipe.height) for recipe in made(tmp_path / "walk")} == {(64, 64)}


def test_a_sheet_and_a_clip_may_have_pictures_as_keys(reverie: Program, source: Path, tmp_path: Path) -> None:
    usual = ("interpolate", "--prompt", PROMPT, "--steps", 2, "--guidance", 1)
    keys = ("--key", source, "--key", 1, "--key", 2, "--key", 3)
    assert reverie(*usual, *keys, "--sheet", "2x2", "--format", "png", "--out", tmp_path / "cells").code == 0
    assert [recipe.start.kind for recipe in made(tmp_path / "cells")] == ["from_code", "noise", "noise", "noise"]
    words = ("--key", source, "--key", 1, "--frames", 2, "--even", "--out", tmp_path / "walk.gif")
    assert reverie(*usual, *words).code == 0
    assert recipe_of(tmp_path / "cells" / "frame-0001.png").start == FromCode(code=kept()[0].name.split(".")[0])


@pytest.mark.parametrize("words", [("--sampler", "euler"), ("--eta", "0.5")])
def test_other_samplers_are_refused_with_a_sentence(
    reverie: Program, source: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = walk(reverie, source, tmp_path / "walk", *words)
    assert (answer.code, answer.out) == (2, "")
    assert "source.png is a picture, and only DDIM with eta 0 can be walked back" in answer.err
    assert not (tmp_path / "walk").exists()
    assert kept() == []


def test_what_cannot_be_written_is_said_before_anything_is_inverted(
    reverie: Program, source: Path, tmp_path: Path
) -> None:
    answer = walk(reverie, source, tmp_path / "walk", "--fps", 1000)
    assert answer.code == 2
    assert kept() == []


def test_json_tells_of_the_inversion_and_which_key_it_is_of(reverie: Program, source: Path, tmp_path: Path) -> None:
    answer = walk(reverie, source, tmp_path / "walk", "--json")
    kinds = [event["event"] for event in answer.events]
    assert kinds.index("inverted") < kinds.index("export_begun") < kinds.index("exported")
    (found,) = answer.of_kind("inverted")
    assert (found["key"], found["code"]) == (0, kept()[0].name.split(".")[0])


def test_progress_is_shown_on_a_terminal(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    words = ["interpolate", "--prompt", PROMPT, "--steps", "2", "--key", str(source), "--key", "7", "--frames", "2"]
    assert main([*words, "--out", str(tmp_path / "walk.gif")]) == 0
    assert "step 4 of 4" in terminal.getvalue()
    assert "source.png is inverted" in terminal.getvalue()


@posix
def test_ctrl_c_while_a_picture_is_inverted_keeps_nothing(
    reverie: Program, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = inversion.invert

    def pressed(*words: Any) -> Any:
        for event in real(*words):
            if isinstance(event, StepDone) and event.step == 1:
                os.kill(os.getpid(), signal.SIGINT)
            yield event

    with monkeypatch.context() as patched:
        patched.setattr(inversion, "invert", pressed)
        answer = walk(reverie, source, tmp_path / "walk")
    assert (answer.code, answer.out) == (130, "")
    assert "Cancelled." in answer.err
    assert kept() == []
    assert not (tmp_path / "walk").exists()
    assert walk(reverie, source, tmp_path / "walk").code == 0


@posix
def test_ctrl_c_while_frames_are_made_goes_on_from_the_same_code(
    reverie: Program, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ExportReporter._count

    def count(self: Any, event: Any) -> None:
        told(self, event)
        if event.whole == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(ExportReporter, "_count", count)
        assert walk(reverie, source, tmp_path / "walk").code == 130
    again = walk(reverie, source, tmp_path / "walk")
    assert again.code == 0
    assert "1 of 3 frames are there already." in again.err
    assert "was inverted before" in again.err


def test_stand_ins_are_for_pictures_alone(source: Path) -> None:
    picture = read_picture(source)
    end = picture_keys.PictureEnd(source, picture_keys.Painting(picture.image))
    assert picture_keys.stand_ins([FromSeed(seed=5), end]) == (FromSeed(seed=5), FromSeed(seed=0))
    assert end.size == (64, 64)
