"""The doctor makes one step for real, and says in plain words what is wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from studio.cli import checkup
from tests.unit.cli.conftest import Program

CHECKS = ["Versions", "Memory", "Pictures", "Window", "Device", "Proof"]


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking Qt takes a second process; one test does that."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(checkup, "display_problem", lambda: "No display was found.")


def test_a_good_machine(reverie: Program, own_home: Path) -> None:
    answer = reverie("doctor")
    assert (answer.code, answer.err) == (0, "")
    assert [line.split()[1].rstrip(":") for line in answer.lines[:-1]] == CHECKS
    assert "one step of the model starter" in answer.out
    assert answer.lines[-1] == "This machine can make pictures."
    assert not (own_home / "pictures").exists()


def test_as_json(reverie: Program) -> None:
    found = [json.loads(line) for line in reverie("doctor", "--json").lines]
    assert [finding["check"] for finding in found] == CHECKS
    assert {finding["outcome"] for finding in found} <= {"good", "note"}


def test_what_is_wrong_is_named(reverie: Program, own_home: Path) -> None:
    (own_home / "pictures").write_bytes(b"")
    answer = reverie("doctor", "--device", "abacus")
    assert answer.code == 1
    bad = [line for line in answer.lines if line.startswith("BAD")]
    assert [line.split()[1] for line in bad] == ["Pictures:", "Device:", "Proof:"]
    assert "Device 'abacus' is not on this machine." in answer.out
    assert answer.lines[-1] == "To mend: Pictures, Device, Proof."


def test_a_broken_library_is_a_finding(reverie: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("studio.models.device")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "studio.models.device", None)
    answer = reverie("doctor")
    assert answer.code == 1
    assert "Install Reverie again." in answer.out


def test_a_missing_library_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "LIBRARIES", ("torch", "no-such-library"))
    found = checkup.versions()
    assert (found.outcome, "Missing: no-such-library." in found.sentence) == ("bad", True)


def test_low_memory_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "LOW_MEMORY", 2**60)
    assert checkup.memory().outcome == "note"


def test_the_window_is_really_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PySide6")
    monkeypatch.setattr(checkup, "display_problem", lambda: None)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert checkup.window().outcome == "good"
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    found = checkup.window()
    assert found.outcome == "bad"
    assert found.sentence.startswith("Qt cannot open a window: ")
