"""`reverie export` with steps of the real starter model: what was recorded is what is in the files."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from studio.cli.export_reporter import ExportReporter
from studio.cli.main import main
from studio.export.frame_text import read_frame
from studio.export.picture_file import read_picture
from tests.unit.cli.conftest import PROMPT, Program, Terminal
from tests.unit.export.clips import frames_in, pictures_in

STEPS = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a picture of four steps, and these steps."""
    folder = tmp_path_factory.mktemp("made")
    words = ("generate", "--prompt", PROMPT, "--seed", "7", "--steps", str(STEPS), "--record", "--out", str(folder))
    assert main(words) == 0
    return folder


@pytest.fixture
def apple(made: Path, tmp_path: Path) -> Path:
    """A copy of the picture with its steps, in a folder of its own."""
    shutil.copytree(made, tmp_path / "apples")
    return tmp_path / "apples" / "red-apple-7.png"


@pytest.mark.parametrize(
    ("words", "name", "count"),
    [
        (("--format", "mp4"), "red-apple-7-x0.mp4", STEPS),
        (("--format", "gif", "--view", "x"), "red-apple-7-x.gif", STEPS + 1),
        (("--format", "apng", "--view", "eps"), "red-apple-7-eps.apng", STEPS),
        (("--format", "webp", "--view", "change"), "red-apple-7-change.webp", STEPS - 1),
        (("--format", "png", "--view", "guidance"), "red-apple-7-guidance", STEPS),
        (("--format", "sheet"), "red-apple-7-x0-sheet.png", 1),
    ],
)
def test_every_format_and_view(reverie: Program, apple: Path, words, name, count):
    answer = reverie("export", apple, *words)
    assert (answer.code, answer.lines) == (0, [f"Saved {apple.with_name(name)}"])
    assert len(frames_in(apple.with_name(name))) == count


def test_the_last_frame_is_the_picture_itself(reverie: Program, apple: Path, tmp_path: Path):
    assert reverie("export", apple, "--format", "png", "--view", "x", "--out", tmp_path / "frames").code == 0
    names = sorted(file.name for file in (tmp_path / "frames").iterdir())
    assert names == [f"frame-{number:04}.png" for number in range(1, STEPS + 2)]
    last = read_picture(tmp_path / "frames" / names[-1])
    assert np.array_equal(last.image.pixels, read_picture(apple).image.pixels)
    assert last.recipe == read_picture(apple).recipe


def test_flags_decide_how_the_frames_look(reverie: Program, apple: Path, tmp_path: Path):
    words = ("--view", "x", "--crop", "16,32,64,48", "--enlarge", "256x512", "--enlarge-with", "lanczos", "--captions")
    answer = reverie("export", apple, *words, "--out", tmp_path / "clip.apng")
    assert answer.code == 0
    frames = pictures_in(tmp_path / "clip.apng")
    assert len(frames) == STEPS + 1
    assert frames[0].shape[1] == 256
    part = PIL.Image.open(apple).crop((16, 32, 80, 80)).resize((256, 192), PIL.Image.Resampling.LANCZOS)
    assert np.array_equal(frames[-1][:192], np.asarray(part))


def test_flags_decide_the_time(reverie: Program, apple: Path, tmp_path: Path):
    words = ("--fps", 10, "--hold", "0.5", "--boomerang", "--once", "--timing", "logsnr")
    assert reverie("export", apple, *words, "--out", tmp_path / "clip.webp").code == 0
    seconds = [shown for _, shown in frames_in(tmp_path / "clip.webp")]
    assert seconds == pytest.approx([0.5, 0.1, 0.1, 0.5, 0.1, 0.1, 0.5])


def test_json_tells_each_frame(reverie: Program, apple: Path):
    answer = reverie("export", apple, "--format", "gif", "--json")
    kinds = [event["event"] for event in answer.events]
    assert kinds == ["export_begun", *["frame_done"] * STEPS, "exported"]
    path = Path(answer.events[-1]["path"])
    assert answer.events[-1]["bytes"] == path.stat().st_size


def test_a_progress_bar_on_a_terminal(apple: Path, monkeypatch: pytest.MonkeyPatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["export", str(apple), "--format", "gif"]) == 0
    assert f"frame 0 of {STEPS}" in terminal.getvalue()
    assert f"{STEPS} frames, 0.3 s." in terminal.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_keeps_the_frames_and_the_same_command_goes_on(
    reverie: Program, apple: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told = ExportReporter._count

    def press(self, event):
        told(self, event)
        if event.whole == 2:
            os.kill(os.getpid(), signal.SIGINT)

    words = ("export", apple, "--format", "png", "--out", tmp_path / "frames")
    with monkeypatch.context() as patched:
        patched.setattr(ExportReporter, "_count", press)
        answer = reverie(*words)
    assert answer.code == 130
    assert f"2 of {STEPS} frames are whole" in answer.err
    assert "goes on" in answer.err
    kept = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "frames").iterdir()}
    assert len(kept) == 2
    again = reverie(*words)
    assert again.code == 0
    assert f"2 of {STEPS} frames are there already." in again.err
    steps = [read_frame(file)["step"] for file in sorted((tmp_path / "frames").iterdir())]
    assert steps == [1, 2, 3, 4]
    assert all((tmp_path / "frames" / name).stat().st_mtime_ns == when for name, when in kept.items())


def test_nothing_is_replaced(reverie: Program, apple: Path):
    assert reverie("export", apple, "--format", "gif").code == 0
    before = apple.with_name("red-apple-7-x0.gif").read_bytes()
    assert reverie("export", apple, "--format", "gif", "--view", "x0", "--fps", 5).code == 0
    assert apple.with_name("red-apple-7-x0.gif").read_bytes() == before
    assert apple.with_name("red-apple-7-x0-2.gif").exists()


def test_without_steps_it_says_how_to_make_them(reverie: Program, apple: Path):
    apple.with_name("red-apple-7.trajectory.safetensors").unlink()
    answer = reverie("export", apple)
    assert answer.code == 2
    assert "reverie generate ... --record" in answer.err
    assert len(list(apple.parent.iterdir())) == 1


def test_steps_are_found_under_another_name(reverie: Program, apple: Path):
    renamed = apple.with_name("mine.png")
    apple.rename(renamed)
    assert reverie("export", renamed, "--format", "gif").lines == [f"Saved {apple.with_name('mine-x0.gif')}"]


def test_steps_of_another_picture_are_refused(reverie: Program, generate: Program, apple: Path):
    assert generate("--seed", 8, "--out", apple.parent / "other.png").code == 0
    steps = apple.with_name("red-apple-7.trajectory.safetensors")
    shutil.copy(steps, apple.with_name("other.trajectory.safetensors"))
    answer = reverie("export", apple.with_name("other.png"))
    assert answer.code == 2
    assert "those of another picture" in answer.err


def test_damaged_steps_are_refused(reverie: Program, apple: Path):
    steps = apple.with_name("red-apple-7.trajectory.safetensors")
    steps.write_bytes(steps.read_bytes()[:-100])
    answer = reverie("export", apple)
    assert answer.code == 2
    assert len(list(apple.parent.iterdir())) == 2


def test_other_weights_are_told(reverie: Program, apple: Path, tiny_model: Path):
    answer = reverie("export", apple, "--model", tiny_model, "--format", "gif")
    assert answer.code != 0
    assert "recorded with other weights" in answer.err
    assert not list(apple.parent.glob("*.gif"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fps", "0"), "Use 1 to 60"),
        (("--fps", "1000"), "Use 1 to 60"),
        (("--hold", "-1"), "Use 0 to 60"),
        (("--view", "noise"), "View 'noise' is not known"),
        (("--format", "avi"), "Format 'avi' is not known"),
        (("--timing", "time"), "Timing 'time' is not known"),
        (("--crop", "100,0,64,64"), "reaches beyond the picture"),
        (("--crop", "1,2,3"), "not readable"),
        (("--enlarge", "0"), "Use 1 to 32"),
        (("--enlarge", "64x64"), "makes nothing smaller"),
        (("--enlarge-with", "cubic"), "'cubic' is not known"),
        (("--captions", "above"), "Captions 'above' are not known"),
        (("--out", "clip.avi"), "must end in .mp4"),
        (("--format", "gif", "--lossless"), "Lossless is a choice of WebP"),
        (("--format", "gif", "--fps", "60"), "at most 50 frames a second"),
        (("--format", "sheet", "--hold"), "no time"),
        (("--format", "sheet", "--captions"), "names its steps itself"),
    ],
)
def test_bad_input_is_a_sentence_and_writes_nothing(reverie: Program, apple: Path, words, said):
    answer = reverie("export", apple, *words)
    assert answer.code == 2
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1
    assert sorted(file.name for file in apple.parent.iterdir()) == [
        "red-apple-7.png",
        "red-apple-7.trajectory.safetensors",
    ]


def test_a_folder_with_other_files_is_refused(reverie: Program, apple: Path):
    answer = reverie("export", apple, "--format", "png", "--out", apple.parent)
    assert answer.code == 2
    assert "holds other files" in answer.err
    assert len(list(apple.parent.iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs permissions that hold")
def test_a_folder_without_permission_fails(reverie: Program, apple: Path, tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    answer = reverie("export", apple, "--out", closed / "clip.mp4")
    assert answer.code == 1
    assert "no permission" in answer.err
