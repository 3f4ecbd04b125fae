"""`reverie invert`, and pictures from the codes that it makes, with the real starter model at few steps."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio import paths
from studio.cli.main import main
from studio.job.code import FromCode
from studio.trajectory.code_file import read_code
from tests.unit.cli.conftest import PROMPT, Answer, Program, Terminal
from tests.unit.cli.painted import HEIGHT, WIDTH, pixels_of, recipe_of, source_file

FLAGS = ("--prompt", PROMPT, "--steps", 2)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A picture of 72 by 64 pixels, in a folder of its own."""
    folder = tmp_path / "given"
    folder.mkdir()
    return source_file(folder)


def invert(reverie: Program, source: Path, out: Path, *words: object) -> Answer:
    return reverie("invert", source, *FLAGS, "--out", out, *words)


def kept() -> list[Path]:
    return sorted((paths.data() / "codes").glob("*"))


def test_a_code_is_written_kept_and_measured(reverie: Program, source: Path, tmp_path: Path) -> None:
    out, picture = tmp_path / "a.code.safetensors", tmp_path / "again.png"
    answer = invert(reverie, source, out, "--reconstruction", picture)
    assert (answer.code, answer.err) == (0, "")
    saved, *rows, also = answer.lines
    assert (saved, also) == (f"Saved {out}", f"Saved {picture}")
    code = read_code(out)
    facts = code.facts
    assert [path.name for path in kept()] == [f"{code.id}.code.safetensors"]
    assert (facts.name, facts.origin, facts.prompt, facts.guidance, facts.steps) == ("a", "inversion", PROMPT, 1.0, 2)
    assert (facts.width, facts.height, facts.model) == (WIDTH, HEIGHT, "starter")
    assert facts.round_trip is not None
    assert rows == [
        f"PSNR, autoencoder alone {facts.round_trip.autoencoder:.2f} dB",
        f"PSNR, round trip        {facts.round_trip.psnr:.2f} dB",
        f"Latent error            {facts.round_trip.latent_error:.2e}",
    ]
    apart = np.square(pixels_of(picture).astype(float) - pixels_of(source)).mean()
    assert facts.round_trip.psnr == pytest.approx(10 * np.log10(255**2 / apart))


def test_the_picture_of_a_code_is_its_reconstruction(reverie: Program, source: Path, tmp_path: Path) -> None:
    out, picture, again = tmp_path / "a.code.safetensors", tmp_path / "r.png", tmp_path / "again.png"
    words = ("--guidance", 2, "--negative-prompt", "blue", "--reconstruction", picture)
    assert invert(reverie, source, out, *words).code == 0
    assert reverie("generate", "--code", out, "--out", again).code == 0
    assert recipe_of(again) == recipe_of(picture)
    assert np.array_equal(pixels_of(again), pixels_of(picture))
    by_id = tmp_path / "id.png"
    assert reverie("generate", "--code", read_code(out).id, "--out", by_id).code == 0
    assert np.array_equal(pixels_of(by_id), pixels_of(picture))
    other = tmp_path / "other.png"
    words = ("--prompt", "lemon", "--guidance", 3, "--negative", "red", "--steps", 3, "--seed", 5)
    answer = reverie("generate", "--code", out, *words, "--out", other)
    assert answer.code == 0
    assert "It fits at 2 steps" in answer.err
    recipe = recipe_of(other)
    assert (recipe.prompt, recipe.negative_prompt, recipe.guidance.scale) == ("lemon", "red", 3.0)
    assert (recipe.sampling.steps, recipe.seed, recipe.start) == (3, 5, FromCode(code=read_code(out).id))


def test_refinement_and_guidance_are_told(reverie: Program, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.code.safetensors"
    plain = invert(reverie, source, out, "--guidance", 2)
    assert "only approximate; use guidance 1, or refine" in plain.err
    assert "Residual" not in plain.out
    refined = invert(reverie, source, out, "--guidance", 2, "--refine", 2)
    assert re.search(r"^Residual +\d\.\d\de-\d\d$", refined.out, re.MULTILINE)


def test_nothing_is_replaced(reverie: Program, source: Path, tmp_path: Path) -> None:
    out, picture = tmp_path / "a.code.safetensors", tmp_path / "r.png"
    out.write_text("mine")
    picture.write_text("mine")
    answer = invert(reverie, source, out, "--reconstruction", picture)
    assert answer.code == 0
    assert out.read_text() == picture.read_text() == "mine"
    assert read_code(tmp_path / "a-2.code.safetensors").facts.name == "a"
    assert pixels_of(tmp_path / "r-2.png").shape == (HEIGHT, WIDTH, 3)


def test_every_event_is_a_line_of_json(reverie: Program, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.code.safetensors"
    answer = invert(reverie, source, out, "--json", "--refine", 1)
    kinds = [event["event"] for event in answer.events if event["event"] != "model_loading"]
    assert kinds == [
        "inversion_queued",
        "started",
        *["step_done"] * 4,
        "decoding",
        "inverted",
        "image_ready",
        "finished",
    ]
    (found,) = answer.of_kind("inverted")
    code = read_code(out)
    assert (found["code"], found["path"]) == (code.id, str(out))
    assert found["facts"] == json.loads(code.facts.model_dump_json())
    assert (found["source"]["width"], found["reconstruction"]["height"]) == (WIDTH, HEIGHT)
    assert found["source"]["pixels"] != found["reconstruction"]["pixels"]
    assert found["residual"] > 0
    assert answer.of_kind("inversion_queued")[0]["inversion"]["refine"] == 1


def test_a_picture_of_another_size_is_cropped_and_scaled(reverie: Program, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.code.safetensors"
    answer = invert(reverie, source, out, "--size", "64x64")
    assert answer.err == "The picture is 72 × 64 pixels, of which the middle 64 × 64 are used.\n"
    facts = read_code(out).facts
    assert (facts.width, facts.height) == (64, 64)


def test_progress_is_seen_on_a_terminal(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    err = Terminal()
    monkeypatch.setattr(sys, "stderr", err)
    out = tmp_path / "a.code.safetensors"
    assert main(["invert", str(source), *map(str, FLAGS), "--out", str(out)]) == 0
    assert "step 4 of 4" in err.getvalue()


BAD: dict[str, tuple[tuple[object, ...], str]] = {
    "name": (("--out", "a.safetensors"), "Out 'a.safetensors' is no name for a code"),
    "only the suffix": (("--out", ".code.safetensors"), "is no name for a code"),
    "refine": (("--refine", 11), "Refine 11 is out of range. Use 0 to 10."),
    "sampler": (("--sampler", "euler"), "Only DDIM can be walked back to a code, not 'euler'."),
    "steps": (("--steps", 1001), "Steps 1001 is out of range"),
    "guidance": (("--guidance", -1), "Guidance -1 is out of range"),
    "size": (("--size", "65x64"), "65"),
    "spacing": (("--spacing", "wide"), "Spacing 'wide' is not known"),
    "model": (("--model", "nobody"), "nobody"),
    "reconstruction": (("--reconstruction", "again.jpg"), "Use a name that ends in .png"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_and_nothing_written(reverie: Program, source: Path, tmp_path: Path, case: str) -> None:
    words, sentence = BAD[case]
    answer = invert(reverie, source, tmp_path / "out" / "a.code.safetensors", *words)
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert not (tmp_path / "out").exists()
    assert kept() == []


def test_a_picture_that_is_none_is_refused(reverie: Program, tmp_path: Path) -> None:
    out = tmp_path / "a.code.safetensors"
    assert invert(reverie, tmp_path / "nowhere.png", out).code == 2
    (tmp_path / "text.png").write_text("no picture")
    assert invert(reverie, tmp_path / "text.png", out).code == 2
    assert not out.exists()


def test_a_folder_that_cannot_be_written_to_fails_at_once(reverie: Program, source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = invert(reverie, source, tmp_path / "file" / "a.code.safetensors", "--json")
    assert (answer.code, answer.out) == (1, "")
    assert "could not be written" in answer.err


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder in which nobody can make a file")
def test_a_folder_that_takes_no_files_is_not_said_to_be_missing(reverie: Program, source: Path) -> None:
    answer = invert(reverie, source, Path("/proc/q.code.safetensors"))
    assert answer.code == 1
    assert "/proc could not be written: no file can be made there." in answer.err


class Interrupting(io.StringIO):
    """Standard output whose reader presses Ctrl+C when it has seen `when`."""

    def __init__(self, when: str) -> None:
        super().__init__()
        self._when, self._pressed = when, False

    def write(self, text: str) -> int:
        if self._when in text and not self._pressed:
            self._pressed = True
            os.kill(os.getpid(), signal.SIGINT)
        return super().write(text)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("when", ["inversion_queued", '"step": 1,', '"step": 2,', '"step": 3,', "decoding"])
def test_ctrl_c_leaves_nothing(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    out = Interrupting(when)
    monkeypatch.setattr(sys, "stdout", out)
    words = [
        "invert",
        source,
        *FLAGS,
        "--json",
        "--out",
        tmp_path / "a.code.safetensors",
        "--reconstruction",
        tmp_path / "r.png",
    ]
    assert main([str(word) for word in words]) == 130
    events: list[dict[str, Any]] = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["event"] for event in events if event["event"] in ("cancelled", "finished", "failed")] == [
        "cancelled"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["given"]
    assert kept() == []
