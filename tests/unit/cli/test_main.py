"""The program around its commands: help, versions, mistakes, readers that leave, and defects."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from studio import __version__
from studio.cli import main as program
from studio.cli.command import Command
from studio.cli.commands import COMMANDS
from studio.errors import StudioError
from studio.plugin.home import known_methods
from tests.references import tiny_models
from tests.unit.cli.conftest import Program
from tests.unit.cli.processes import ask, command, environment

LIGHT = """
import sys
from studio.cli.main import main
code = main(sys.argv[1:])
heavy = sorted({"torch", "diffusers", "transformers", "PySide6"} & set(sys.modules))
print("loaded:", *heavy, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["generate", "--help"], ["samplers"], ["models"], ["verify", "--help"]]
)
def test_light_commands_load_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LIGHT, *words], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0
    assert answer.stdout
    assert answer.stderr.splitlines()[-1] == "loaded:"


def test_help_names_every_command(reverie: Program) -> None:
    answer = reverie("--help")
    assert answer.code == 0
    for entry in COMMANDS:
        assert f"\n  {entry.name}" in answer.out
        assert reverie(entry.name, "--help").code == 0


def test_version(reverie: Program) -> None:
    answer = reverie("--version")
    assert (answer.code, answer.out) == (0, f"reverie {__version__}\n")


def test_an_unknown_command(reverie: Program) -> None:
    answer = reverie("genrate")
    assert answer.code == 2
    assert answer.err.startswith("reverie: The command 'genrate' is not known; did you mean generate? Use one of: ")


def test_an_unknown_flag_without_a_command(reverie: Program) -> None:
    answer = reverie("--versoin")
    assert answer.code == 2
    assert "did you mean --version?" in answer.err


def test_samplers_with_their_options(reverie: Program) -> None:
    text, data = reverie("samplers").out, [json.loads(line) for line in reverie("samplers", "--json").lines]
    assert [sampler["name"] for sampler in data][:3] == ["ddim", "ddpm", "euler"]
    assert {"heun", "dpmpp_2m"} <= {sampler["name"] for sampler in data}
    for info, told in zip(known_methods().samplers.infos(), data, strict=True):
        assert info.title in text
        assert [option["name"] for option in told["options"]] == [option.name for option in info.options]
    assert "--eta  Eta: 0 to 1; default: 0" in text


def test_models(reverie: Program, tmp_path: Path, own_home: Path, tiny_model: Path) -> None:
    settings = own_home / "config" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"model_folders": [str(tiny_model), str(tmp_path / "gone")]}))
    starter, tiny, gone = (json.loads(line) for line in reverie("models", "--json").lines)
    assert (starter["name"], starter["builtin"], starter["parametrisation"]) == ("starter", True, "v")
    assert (tiny["name"], tiny["width"], tiny["parametrisation"]) == ("tiny", 64, "eps")
    assert tiny["folder"] == str(tiny_model)
    assert (gone["name"], gone["usable"]) == ("gone", False)
    text = reverie("models").out
    for word in ("starter  128x128, predicts v, built in", "tiny  64x64, predicts the noise", "gone  cannot be used"):
        assert word in text


def test_a_model_for_inpainting_says_so(reverie: Program, tmp_path: Path, own_home: Path) -> None:
    settings = own_home / "config" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"model_folders": [str(tiny_models.nine_channels(tmp_path / "nine"))]}))
    assert [json.loads(line)["inpainting"] for line in reverie("models", "--json").lines] == [False, True]
    assert "nine  64x64, predicts the noise, made for inpainting" in reverie("models").out


def test_damaged_settings_do_not_stop_a_command(reverie: Program, own_home: Path) -> None:
    settings = own_home / "config" / "settings.json"
    settings.parent.mkdir()
    settings.write_text("{")
    answer = reverie("models", "--json")
    assert answer.code == 0
    assert len(answer.lines) == 1
    assert "damaged" in answer.err


def test_a_reader_that_leaves(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("samplers", "--json"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_output_is_utf_8_in_any_locale(tmp_path: Path, locale: dict[str, str]) -> None:
    flags = ("--prompt", "größe 🍎", "--seed", 3, "--steps", 1)
    made = ask(tmp_path / "home", "generate", *flags, "--out", tmp_path / "bäume", environ=locale)
    assert (made.returncode, made.stderr) == (0, "")
    (saved,) = (tmp_path / "bäume").iterdir()
    assert made.stdout == f"Saved {saved}\n" or locale["LC_ALL"] == "C"  # where Python cannot read the folder's name
    told = ask(tmp_path / "home", "info", saved, environ=locale)
    assert "Prompt    größe 🍎" in told.stdout.splitlines()


def raising(problem: Exception) -> Command:
    def run(flags: object, session: object) -> int:
        raise problem

    return Command("A command that fails.", lambda parser: None, run)


@pytest.mark.parametrize(
    ("problem", "code", "sentence"),
    [
        (StudioError("Nothing works."), 1, "Nothing works."),
        (KeyboardInterrupt(), 130, "Cancelled."),
        (
            ValueError("deep\x1b[2J inside"),
            1,
            "Something unexpected went wrong (ValueError: deep\\x1b[2J inside). Add --debug",
        ),
        (AssertionError(), 1, "Something unexpected went wrong (AssertionError). Add --debug to see where."),
        (OSError(5, "Input/output error"), 1, "The system refused something: Input/output error."),
    ],
)
def test_whatever_is_raised_becomes_a_sentence(
    reverie: Program, monkeypatch: pytest.MonkeyPatch, problem: Exception, code: int, sentence: str
) -> None:
    monkeypatch.setattr(program, "COMMANDS", (replace(COMMANDS[0], load=lambda: raising(problem)),))
    monkeypatch.setattr(program.Console, "abandon", lambda self: None)
    answer = reverie("generate")
    assert answer.code == code
    assert answer.err.startswith(f"reverie: {sentence}")
    assert len(answer.err.splitlines()) == 1


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(program, "COMMANDS", (replace(COMMANDS[0], load=lambda: raising(ValueError("deep"))),))
    assert program.main(["generate", "--debug"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("reverie: Something unexpected went wrong (ValueError: deep).\n")
    assert "Traceback" in said
    assert "raise problem" in said


def test_no_command_without_a_display(reverie: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("there is always a display")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    answer = reverie()
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("reverie: No display was found.")


def test_no_command_without_qt(reverie: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    answer = reverie()
    assert answer.code == 1
    assert answer.err.startswith("reverie: The window needs PySide6, which is not installed.")


def test_no_command_with_half_of_qt(reverie: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setitem(sys.modules, "studio.app", None)
    answer = reverie()
    assert answer.code == 1
    assert "a part of Qt is missing" in answer.err
