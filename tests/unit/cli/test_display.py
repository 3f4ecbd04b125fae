"""A display is there if something answers at its address."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.cli import display
from studio.cli.display import display_problem

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="displays of X11 and Wayland")


@pytest.fixture
def sockets(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("x")
    monkeypatch.setattr(display, "_X11_SOCKETS", folder)
    return folder


@pytest.fixture
def server(sockets: Path) -> Iterator[Path]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(sockets / "X7"))
        listening.listen()
        yield sockets


def test_nothing_is_set(sockets: Path) -> None:
    problem = display_problem({})
    assert problem is not None
    assert problem.startswith("No display was found.")


@pytest.mark.parametrize("name", [":7", ":7.0", "unix:7"])
def test_a_server_that_answers(server: Path, name: str) -> None:
    assert display_problem({"DISPLAY": name}) is None


def test_a_server_that_is_gone(sockets: Path) -> None:
    (sockets / "X7").touch()
    problem = display_problem({"DISPLAY": ":7"})
    assert problem == "The display ':7' does not answer. Check the variable DISPLAY, or use 'reverie generate'."


def test_a_display_on_another_machine_is_left_to_qt(sockets: Path) -> None:
    assert display_problem({"DISPLAY": "far.away:0"}) is None


def test_a_chosen_platform_needs_no_display(sockets: Path) -> None:
    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}) is None


def test_wayland(server: Path) -> None:
    assert display_problem({"WAYLAND_DISPLAY": "X7", "XDG_RUNTIME_DIR": str(server)}) is None
    assert display_problem({"WAYLAND_DISPLAY": "X8", "XDG_RUNTIME_DIR": str(server)}) is not None
    assert display_problem({"WAYLAND_DISPLAY": str(server / "X7"), "XDG_RUNTIME_DIR": ""}) is None
