"""`reverie study` with the real starter model and very few pictures: tables, plots, JSON, and nothing after Ctrl+C."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from studio import paths
from studio.cli import study
from studio.cli.study import duration, white_prompts
from studio.cli.study_report import inversion_report, steps_report
from studio.export.picture_file import read_picture
from studio.generation.study_inversion import LossRow
from studio.generation.study_steps import QualityRow
from studio.models.vocabulary import Vocabulary
from tests.unit.cli.conftest import Program

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(autouse=True)
def timed_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "STEPS_TIMED", 1)


def cells(lines: list[str]) -> list[list[str]]:
    """The rows of a Markdown table, headings first; all must be as wide."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert len({len(row) for row in rows}) == 1
    return [rows[0], *rows[2:]]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_study_of_inversion(reverie: Program, tmp_path: Path) -> None:
    answer = reverie("study", "inversion", "--count", 2, "--steps", "8,2", "--out", tmp_path)
    assert answer.code == 0
    assert "80 steps of" in answer.err
    headings, few, many = cells(answer.lines)
    assert (headings[0], few[0], many[0], headings[-1], few[-1]) == ("steps", "2", "8", "DDIM paper, CIFAR-10", "–")
    for column in (1, 2):
        assert 0 < float(many[column]) < float(few[column])
    for column in (3, 4, 5, 6):
        assert few[column].endswith(" dB")
    assert names(tmp_path) == ["inversion.md", "inversion.png"]
    assert cells((tmp_path / "inversion.md").read_text(encoding="utf-8").splitlines()) == [headings, few, many]
    assert read_picture(tmp_path / "inversion.png").image.width > 600
    # What is measured is of no use to the user.
    assert not (paths.data() / "codes").exists()


def test_a_study_of_steps(reverie: Program, tmp_path: Path) -> None:
    words = ("study", "steps", "--count", 3, "--steps", "1,3", "--out", tmp_path)
    answer = reverie(*words)
    assert answer.code == 0
    headings, few, many = cells(answer.lines)
    assert headings == ["steps", "η 0", "η 1", "paper, η 0", "paper, η 1"]
    assert 0 < float(many[1]) < float(few[1])
    assert "3 pictures a figure, guidance 1. In 128 numbers of the model's own encoder" in answer.out
    again = reverie(*words, "--etas", "0", "--json")
    assert [(row["study"], row["eta"], row["steps"], row["count"]) for row in again.events] == [
        ("steps", 0.0, 1, 3), ("steps", 0.0, 3, 3),
    ]  # fmt: skip
    assert [f"{row['distance']:.3f}" for row in again.events] == [few[1], many[1]]
    assert names(tmp_path) == ["steps-2.md", "steps-2.png", "steps.md", "steps.png"]


@posix
@pytest.mark.parametrize("name", ["inversion", "steps"])
def test_ctrl_c_leaves_nothing(reverie: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    real = study._Study._followed

    def pressed(self: Any, working: Any, calls: int, title: str) -> Any:
        next(working)
        os.kill(os.getpid(), signal.SIGINT)
        return real(self, working, calls, title)

    monkeypatch.setattr(study._Study, "_followed", pressed)
    answer = reverie("study", name, "--count", 2, "--steps", "1,2", "--out", tmp_path / "out")
    assert (answer.code, answer.out) == (130, "")
    assert "Cancelled." in answer.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("quality",), "quality"),
        (("inversion", "--etas", "0,1"), "Leave out --etas"),
        (("steps", "--etas", "0,2"), "η 2 is out of range"),
        (("steps", "--steps", "0"), "Steps 0 is out of range"),
        (("steps", "--count", "1"), "Count 1 is out of range"),
    ],
)
def test_what_cannot_be_is_said(reverie: Program, words: tuple[str, ...], said: str) -> None:
    answer = reverie("study", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_prompts_are_spread_over_all_that_the_model_knows() -> None:
    vocabulary = Vocabulary.open(paths.starter_model())
    chosen = white_prompts(vocabulary, 300)
    assert len(set(chosen)) == 300
    assert {prompt.rsplit(", ", 1)[1] for prompt in chosen} == {"3d style", "flat style", "cartoon style"}
    assert not any("background" in prompt for prompt in chosen)
    assert chosen == white_prompts(vocabulary, 300)


def test_durations_in_words() -> None:
    assert (duration(89.4), duration(90.0), duration(3000.0)) == (
        "about 89 seconds",
        "about 2 minutes",
        "about 50 minutes",
    )


def losses(kind: str, error: float) -> list[LossRow]:
    return [LossRow(kind, steps, error / steps, 25.0, 26.0, (0.64, 0.77)) for steps in (10, 50)]


def test_the_report_of_an_inversion_tells_the_ratio_and_the_deviations() -> None:
    text = inversion_report([*losses("its own", 0.1), *losses("others", 0.2)]).text
    _, ten, fifty = cells(text.splitlines())
    assert ten == ["10", "0.01", "0.02", "25.00 dB", "25.00 dB", "26.00 dB", "26.00 dB", "0.014"]
    assert fifty[-1] == "0.0023"
    assert "pictures no model made: error at 50 steps ÷ at 10 steps 0.200." in text
    assert "Standard deviations of the codes: 0.64 to 0.77" in text


@pytest.mark.parametrize(
    ("distances", "said"),
    [
        ({0.0: (0.3, 0.1), 1.0: (0.4, 0.2)}, "η 0 is nearer than η 1 at every number of steps"),
        ({0.0: (0.3, 0.1), 1.0: (0.2, 0.2)}, "here it is not at 4. The likely reason: a small model"),
    ],
)
def test_the_report_of_steps_judges_the_order_of_the_etas(distances: dict[float, tuple[float, ...]], said: str) -> None:
    rows = [
        QualityRow(eta, steps, 300, distance)
        for eta, found in distances.items()
        for steps, distance in zip((4, 10), found, strict=True)
    ]
    report = steps_report(rows, 0.0099)
    text = report.text
    assert said in text
    assert [line.points[-1] for line in report.chart.lines] == [
        *((10, found[1]) for found in distances.values()), (10, 0.0099),
    ]  # fmt: skip
    assert "would come to 0.010" in text
    assert cells(text.splitlines())[2] == ["10", "0.100", "0.200", "13.36", "41.07"]


def test_one_eta_alone_is_not_judged() -> None:
    assert "DDIM paper" not in steps_report([QualityRow(0.0, 4, 300, 0.3)], 0.01).text
