"""The window can be measured: `reverie bench` opens it in a process of its own. No time is asserted."""

from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.cli import bench_painting
from studio.cli.main import main
from studio.ui.first_paint import FirstPaint


@pytest.mark.parametrize(
    ("name", "figures"), [("window", ["window", "torch"]), ("responsiveness", ["delay-p99", "delay-max"])]
)
def test_a_quick_benchmark_of_the_window(capsys: pytest.CaptureFixture[str], name: str, figures: list[str]) -> None:
    assert main(["bench", "--quick", "--only", name, "--json"]) == 0
    said = capsys.readouterr()
    found = [json.loads(line) for line in said.out.splitlines()]
    assert said.err == ""
    assert [figure["name"] for figure in found] == figures
    assert found[0]["value"] > 0
    if name == "window":
        # The one figure that does not depend on the machine: the window is there before torch is asked for.
        assert found[1]["value"] == 0


def test_the_first_painting_is_told_once_and_after_the_children(qtbot: QtBot) -> None:
    painted: list[str] = []

    class Child(QWidget):
        def paintEvent(self, event: object) -> None:
            painted.append("child")

    window = QWidget()
    child = Child(window)
    child.resize(20, 20)
    qtbot.addWidget(window)
    FirstPaint(window).painted.connect(lambda: painted.append("told"))
    assert painted == []
    window.show()
    qtbot.waitUntil(lambda: "told" in painted)
    assert painted[0] == "child"
    window.update()
    qtbot.waitUntil(lambda: painted.count("child") > 1)
    qtbot.wait(20)
    assert painted.count("told") == 1


def test_a_quick_benchmark_of_painting(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_painting, "TARGETS", ((200, 16.0),))
    assert main(["bench", "--quick", "--only", "painting", "--json"]) == 0
    said = capsys.readouterr()
    found = [json.loads(line) for line in said.out.splitlines()]
    assert said.err == ""
    assert [figure["name"] for figure in found] == ["stroke-200", "stroke-200-busy"]
    assert all(figure["value"] > 0 for figure in found)
    assert all(figure["how"].startswith("50 moves, half of them within ") for figure in found)
    assert " 0 of them while a picture was made" not in found[1]["how"]
