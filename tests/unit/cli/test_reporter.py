"""What somebody sees who watches, and what a script sees."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from studio.cli.console import Console
from studio.cli.reporter import TextReporter
from studio.job.event import Decoding, Failed, Finished, JobEvent, ModelLoading, Started, StepDone
from tests.unit.cli.conftest import Program, Terminal

RUN: list[JobEvent] = [
    ModelLoading(1, "starter"),
    Started(1, 2, (501.0, 1.0, -1.0), "cpu", "float32"),
    StepDone(1, 1, 2, 0.5, 1.0),
    StepDone(1, 2, 2, 1.0, -1.0),
    Decoding(1),
    Finished(1, Path("a.png"), 1.5),
]


def told(err: io.StringIO, events: list[JobEvent], *, debug: bool = False) -> tuple[str, str]:
    out = io.StringIO()
    reporter = TextReporter(Console(out, err), 2, debug=debug)
    for event in events:
        reporter.tell(event)
    reporter.close()
    return out.getvalue(), err.getvalue()


def test_a_terminal_shows_step_time_left_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.cli.reporter._SHOWN_AGAIN_SECONDS", 0.0)
    out, err = told(Terminal(), RUN)
    assert out == "Saved a.png\n"
    assert "Loading the model starter ..." in err
    assert "Picture 1 of 2" in err
    assert "step 0 of 2" in err
    assert "step 2 of 2" in err
    assert " left, " in err
    assert "steps/s" in err
    assert "decoding" in err


def test_without_a_terminal_only_results_are_told() -> None:
    assert told(io.StringIO(), RUN) == ("Saved a.png\n", "")


def test_one_failure_of_all_is_said_once() -> None:
    failures: list[JobEvent] = [Failed(job, "No.", detail="line one\nline \x1b[2J two") for job in (1, 2)]
    assert told(io.StringIO(), failures) == ("", "reverie: No.\n")
    shown = told(io.StringIO(), failures[:1], debug=True)[1]
    assert shown == "reverie: No.\nline one\nline \\x1b[2J two\n"


def test_a_real_run_on_a_terminal(generate: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    answer = generate("--out", tmp_path / "a.png")
    assert answer.lines == [f"Saved {tmp_path / 'a.png'}"]
    assert "Working on " in terminal.getvalue()
    assert "step 0 of 2" in terminal.getvalue()
