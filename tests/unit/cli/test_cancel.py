"""Ctrl+C and SIGTERM: at most one network call more, exactly one terminal event each, exit code 130, nothing left."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from studio.cli.interruption import SIGNALS
from studio.cli.main import main
from studio.models.model import Model
from tests.unit.cli.conftest import Program
from tests.unit.cli.processes import PATIENCE_SECONDS, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

STEPS = 1000
FLAGS = ("generate", "--prompt", "red apple", "--seed", 7, "--steps", STEPS, "--json", "--count", 3)


class Interrupting(io.StringIO):
    """Standard output whose reader presses Ctrl+C when it has seen `when`, after `skipped` other times."""

    def __init__(self, when: str, number: int = signal.SIGINT, skipped: int = 0) -> None:
        super().__init__()
        self._when, self._number, self._left = when, number, skipped + 1

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._when in text:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._number)
        return written

    @property
    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def usual_handlers():
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def kinds(events: list[dict[str, object]], job: int) -> list[object]:
    return [event["event"] for event in events if event["job"] == job]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("step", [1, 3])
def test_no_further_step_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, step: int) -> None:
    out = Interrupting(f'"step": {step},', number)
    monkeypatch.setattr(sys, "stdout", out)
    code = main([*map(str, FLAGS), "--out", str(tmp_path / "out")])
    assert code == 130
    assert kinds(out.events, 1) == ["queued", "model_loading", "started", *["step_done"] * step, "cancelled"]
    ended = out.events[-3]
    assert (ended["event"], ended["job"], ended["step"]) == ("cancelled", 1, step)
    for waiting in (2, 3):
        assert kinds(out.events, waiting) == ["queued", "cancelled"]
    assert list(tmp_path.rglob("*.png")) == []


@pytest.mark.parametrize("when", ["queued", "model_loading", "decoding", "image_ready"])
def test_at_any_stage_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    out = Interrupting(f'"event": "{when}"')
    monkeypatch.setattr(sys, "stdout", out)
    code = main([*map(str, FLAGS), "--steps", "1", "--out", str(tmp_path / "out")])
    assert code == 130
    for job in (1, 2, 3):
        assert kinds(out.events, job)[-1] == "cancelled"
        assert len({"finished", "cancelled", "failed"} & set(kinds(out.events, job))) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_was_finished_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Interrupting('"event": "started"', skipped=1)
    monkeypatch.setattr(sys, "stdout", out)
    code = main([*map(str, FLAGS), "--steps", "1", "--out", str(tmp_path / "out")])
    assert code == 130
    assert [kinds(out.events, job)[-1] for job in (1, 2, 3)] == ["finished", "cancelled", "cancelled"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["red-apple-7.png"]


def test_the_picture_after_a_cancelled_one_is_the_same_as_from_a_fresh_start(
    generate: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: dict[object, Model]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Interrupting('"step": 2,'))
        assert main([*map(str, FLAGS), "--sampler", "ddpm", "--out", str(tmp_path)]) == 130
    after = generate("--sampler", "ddpm", "--json", "--out", tmp_path).of_kind("image_ready")[0]["pixels"]
    models.clear()
    again = generate("--sampler", "ddpm", "--json", "--out", tmp_path).of_kind("image_ready")[0]["pixels"]
    assert after == again


@pytest.mark.parametrize("attempt", range(2))
def test_random_moments_of_a_run(tmp_path: Path, attempt: int) -> None:
    process = start(tmp_path / "home", *FLAGS, "--out", tmp_path / "out")
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if '"event": "started"' in line:
            break
    time.sleep(random.Random().uniform(0.0, 0.5))
    process.send_signal(random.choice(SIGNALS))
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    events = [json.loads(line) for line in [*lines, *out.splitlines()]]
    assert process.returncode == 130
    assert [kinds(events, job)[-1] for job in (1, 2, 3)] == ["cancelled"] * 3
    assert err == "reverie: Cancelled. Pictures that were finished before are kept.\n"
    assert list((tmp_path / "out").rglob("*")) == []


@pytest.mark.parametrize("attempt", range(2))
def test_random_moments_of_the_start(tmp_path: Path, attempt: int) -> None:
    """Before the program itself runs, Python ends by the signal, which a shell shows as 130 too."""
    process = start(tmp_path / "home", *FLAGS, "--out", tmp_path / "out")
    time.sleep(random.Random().uniform(0.0, 2.5))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode in (130, -signal.SIGINT)
    assert list(tmp_path.rglob("*.png")) == []


def test_a_second_signal_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(Interrupting):
        def write(self, text: str) -> int:
            if '"event": "started"' in text:
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGINT)
            return super().write(text)

    out = Impatient("never")
    monkeypatch.setattr(sys, "stdout", out)
    assert main([*map(str, FLAGS), "--out", str(tmp_path / "out")]) == 130
    assert "step_done" not in out.getvalue()
