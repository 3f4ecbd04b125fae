"""The checks themselves: what counts as passed, the environment without Qt, the virtual display."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checks import Checks, Outcome, Part, summarise, timed
from console import Stop, call
from core_environment import core_python, is_qt
from environment import Environment
from screen import silent_display, virtual_display


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A project folder whose environment is the one in which this test runs."""
    (tmp_path / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return Environment(tmp_path)


@pytest.mark.parametrize(
    ("test", "passed", "words"),
    [
        ("def test_a(): pass", True, "1 tests"),
        ("def test_a(): assert False", False, "1 tests, 1 failed"),
        ("import pytest\ndef test_a(): pytest.skip('no')", False, "no test ran, 1 skipped"),
        ("def nothing(): pass", False, "no test ran"),
        ("syntax error", False, "1 tests, 1 failed"),
    ],
)
def test_only_tests_that_ran_count(environment, capfd, test, passed, words):
    (environment.root / "test_it.py").write_text(test)
    outcome = Checks(environment).tests(Path(sys.executable), "test_it.py", "-p", "no:cacheprovider")
    assert outcome == Outcome(passed, words)


def test_the_summary_names_what_failed(capsys):
    assert summarise([("style", Outcome(True), 1.0), ("types", Outcome(True, "fine"), 2.0)]) == 0
    assert "All is well." in capsys.readouterr().err
    assert summarise([("style", Outcome(True), 1.0), ("types", Outcome(False), 2.0)]) == 1
    assert "Failed: types." in capsys.readouterr().err


def test_a_part_that_stops_has_failed():
    def stop() -> Outcome:
        raise Stop("Something is missing.")

    assert timed(Part("part", stop))[0] == Outcome(False, "Something is missing.")


def test_a_death_by_signal_is_told_as_shells_tell_it():
    if os.name == "nt":
        pytest.skip("needs signals")
    assert call([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]) == 137
    assert call([sys.executable, "-c", "raise SystemExit(5)"]) == 5


def test_the_environment_without_qt_has_all_but_qt(environment):
    python = core_python(environment)
    ask = "import importlib.util as u; print([bool(u.find_spec(n)) for n in ('PySide6', 'superqt', 'torch', 'pytest')])"
    told = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[False, False, True, True]"


@pytest.mark.parametrize("name", ["PySide6", "pyside6_essentials-6.12.0.dist-info", "QtPy-2.4.3.dist-info", "pytestqt"])
def test_names_of_qt(name):
    assert is_qt(name)


@pytest.mark.parametrize("name", ["pytest", "torch", "qt_like", "pytest_timeout.py", "studio"])
def test_other_names(name):
    assert not is_qt(name)


@pytest.mark.skipif(shutil.which("Xvfb") is None or not ctypes.util.find_library("xcb"), reason="needs Xvfb")
def test_a_virtual_display_answers_until_it_is_left():
    with virtual_display() as extra:
        assert silent_display(extra) == ""
    assert extra["DISPLAY"] in silent_display(extra)
