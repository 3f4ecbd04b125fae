"""`reverie race` with the real starter model, at few steps."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from studio import paths
from studio.cli.main import main
from studio.export.metadata import pixel_hash
from studio.export.picture_file import read_picture
from studio.job.recipe import Sampling, recipe
from tests.unit.cli.conftest import PROMPT, Answer, Program, Terminal

SHARED = ("--prompt", PROMPT, "--seed", 7, "--steps", 2)
SAMPLERS = ("--over", "sampler=ddim,euler,ddpm")


@pytest.fixture
def race(reverie: Program) -> Program:
    """Run `reverie race` with a prompt, a seed and two steps."""

    def call(*words: object) -> Answer:
        return reverie("race", *SHARED, *words)

    return call


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_table_and_a_sheet_with_the_shared_recipe_inside(race: Program, tmp_path: Path) -> None:
    place = tmp_path / "sheet.png"
    answer = race(*SAMPLERS, "--out", place)
    assert (answer.code, answer.err) == (0, "")
    titles, *lanes, saved = answer.lines
    assert titles.split() == ["Lane", "Network", "calls", "Seconds", "Distance"]
    assert [line.split()[:3] for line in lanes] == [["A", "ddim", "2"], ["B", "euler", "2"], ["C", "ddpm", "2"]]
    assert [line.split()[-1] for line in lanes][:2] == ["-", "0.0000"]
    assert float(lanes[2].split()[-1]) > 0.01
    assert saved == f"Saved {place}"
    assert read_picture(place).recipe == recipe(prompt=PROMPT, seed=7, sampling=Sampling(steps=2, options={"eta": 0.0}))
    assert files(tmp_path) == ["sheet.png"]


def test_each_lane_is_the_picture_that_generate_makes(race: Program, reverie: Program, tmp_path: Path) -> None:
    answer = race(*SAMPLERS, "--over", "guidance=1,5", "--json", "--out", tmp_path, "--pictures", tmp_path / "lanes")
    assert (answer.code, answer.err) == (0, "")
    (ready,) = answer.of_kind("race_ready")
    assert [(lane["column"], lane["row"]) for lane in ready["lanes"]] == [(c, r) for r in (0, 1) for c in (0, 1, 2)]
    last = ready["lanes"][5]
    alone = reverie("generate", *SHARED, "--sampler", "ddpm", "--guidance", 5, "--json", "--out", tmp_path / "alone")
    assert alone.of_kind("image_ready")[0]["pixels"] == last["picture"]["pixels"]
    saved = read_picture(tmp_path / "lanes" / "F-ddpm-guidance-5.png")
    assert pixel_hash(saved.image) == last["picture"]["pixels"]
    assert saved.recipe is not None
    assert (saved.recipe.sampling.sampler, saved.recipe.guidance.scale) == ("ddpm", 5.0)
    assert len(files(tmp_path / "lanes")) == 6


def test_events_as_lines_of_json(race: Program, tmp_path: Path) -> None:
    answer = race("--over", "steps=1,2", "--json", "--out", tmp_path)
    kinds = [event["event"] for event in answer.events]
    assert (kinds[0], kinds[-2:]) == ("race_queued", ["race_ready", "finished"])
    queued = answer.events[0]
    assert (queued["over"], queued["network_calls"]) == ({"steps": [1, 2]}, 3)
    steps = [(event["lane"], event["step"]) for event in answer.of_kind("step_done")]
    assert steps == [(0, 1), (1, 1), (1, 2)]
    assert len(answer.of_kind("lane_step")) == 3
    place = Path(answer.of_kind("finished")[-1]["path"])
    assert place == tmp_path / "red-apple-7-race.png"
    assert place.is_file()


def test_nothing_is_replaced(race: Program, tmp_path: Path) -> None:
    flags = ("--over", "steps=1,2", "--out", tmp_path / "a.png", "--pictures", tmp_path / "p")
    race(*flags)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    assert race(*flags).lines[-1] == f"Saved {tmp_path / 'a-2.png'}"
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert len(files(tmp_path)) == 2 * len(before) == 6


def test_without_out_the_sheet_goes_to_the_pictures_folder(race: Program) -> None:
    race("--over", "prompt=red apple, flat style | ghost")
    assert files(paths.pictures()) == ["red-apple-7-race.png"]


def test_who_watches_is_told_the_cost_first(race: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    assert race(*SAMPLERS, "--out", tmp_path).code == 0
    assert watched.getvalue().startswith("3 lanes, 6 network calls.\n")
    assert "step 6 of 6" in watched.getvalue()


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ([], "--over is missing."),
        (["--over", "smapler=ddim,euler"], "Over 'smapler': there is no such field; did you mean sampler?"),
        (["--over", "colour=red,blue"], "Over 'colour': there is no such field. Use one of: sampler, steps, guidance,"),
        (["--over", "steps"], "Over 'steps' has no values. Write --over steps=10,20,40."),
        (["--over", "prompt"], "Over 'prompt' has no values. Write --over prompt=\"red apple | green apple\"."),
        (["--over", "steps=10"], "A race over steps needs at least two values, such as 10,20,40."),
        (["--over", "sampler=ddim,plms"], "Sampler 'plms' is not known. Use one of: ddim, ddpm, euler, "),
        (["--over", "steps=1,2000"], "Steps 2000 is out of range. This model allows 1 to 1000."),
        (["--over", "guidance=1,101"], "Guidance 101 is out of range. Use 0 to 100."),
        (["--over", f"seed={','.join(map(str, range(101)))}"], "This race has 101 lanes. Use at most 100."),
        (["--over", "eta=0,2"], "Eta 2.0 is out of range. Use a number from 0 to 1."),
        (["--over", "eta=0,1", "--over", "sampler=ddim,euler"], "Euler has no option 'eta'. Its options: none."),
        (["--over", "steps=1,2", "--over", "steps=3,4"], "Rows and columns both vary 'steps'. Choose two fields."),
        (["--over", "steps=1,2", "--over", "seed=3,4", "--over", "eta=0,1"], "Over is given 3 times."),
        ([*SAMPLERS, "--count", "2"], "A race takes no count: its lanes share one noise. Use --over seed=7,8,9"),
        ([*SAMPLERS, "--pictures", "a.png"], "Pictures names a folder, one file a lane goes there;"),
        ([*SAMPLERS, "--out", "a.jpg"], "Out 'a.jpg' ends in '.jpg', but pictures are saved as PNG."),
    ],
)
def test_bad_input_is_one_sentence(
    race: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = race(*flags)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"reverie: {sentence}")
    assert answer.err.count("\n") == 1
    assert files(tmp_path) == []


class Interrupting(io.StringIO):
    """Standard output whose reader presses Ctrl+C at the first step."""

    def write(self, text: str) -> int:
        if '"event": "step_done"' in text:
            os.kill(os.getpid(), signal.SIGINT)
        return super().write(text)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_all_lanes_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    out = Interrupting()
    monkeypatch.setattr(sys, "stdout", out)
    words = ("race", *map(str, SHARED), *SAMPLERS, "--json", "--out", str(tmp_path), "--pictures", str(tmp_path))
    try:
        assert main(words) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["event"] for event in events if event["event"] == "step_done"] == ["step_done"]
    ends = [(event["event"], event.get("lane")) for event in events if event["event"] in ("cancelled", "finished")]
    assert sorted(ends, key=str) == sorted(
        [("cancelled", 0), ("cancelled", 1), ("cancelled", 2), ("cancelled", None)], key=str
    )
    assert files(tmp_path) == []


def test_a_sheet_that_cannot_be_saved_is_a_failure(
    race: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.cli.destination import Destination
    from studio.errors import StorageError

    def full(self: Destination, generated: object) -> Path:
        raise StorageError("There is no space left on the disk.")

    monkeypatch.setattr(Destination, "save", full)
    answer = race("--over", "steps=1,2", "--json", "--out", tmp_path)
    assert answer.code == 1
    assert answer.events[-1]["event"] == "failed"
    assert answer.err == "reverie: There is no space left on the disk.\n"
