"""Everything that must hold before a change is kept, part by part, with a summary in plain words."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from console import Stop, call, say
from core_environment import core_python
from environment import Environment, programs
from screen import virtual_display
from system_packages import Distribution, missing_sentence, missing_test_display

UNIT, END_TO_END = "tests/unit", "tests/e2e"
# A file of tests to each process, as many as there are cores; each then computes with one thread.
SIDE_BY_SIDE = ("-n", "logical" if (os.cpu_count() or 1) <= 4 else "4", "--dist", "loadfile")


@dataclass(frozen=True)
class Outcome:
    """How a part ended, with a few words on it."""

    passed: bool
    words: str = ""


@dataclass(frozen=True)
class Part:
    title: str
    run: Callable[[], Outcome]


class Checks:
    """The checks of one project, run with the programs of its environment."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        # Every test that starts the program starts it from compiled modules, as users do.
        outside = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._env = {
            **outside,
            "CI": os.environ.get("CI", "true"),
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
            "QT_QPA_PLATFORM": "offscreen",
        }

    def run_all(self) -> int:
        """Run every part, whatever became of the ones before it. Returns the exit code."""
        parts = [
            Part("style (ruff check)", lambda: self._tool("ruff", "check", ".")),
            Part("format (ruff format)", lambda: self._tool("ruff", "format", "--check", ".")),
            Part("types (mypy)", lambda: self._tool("mypy")),
            Part("rooms (import-linter)", lambda: self._tool("lint-imports")),
            Part("unit tests without Qt", self._unit_without_qt),
            Part("tests with Qt", self._with_qt),
            Part("end-to-end tests", self._end_to_end),
        ]
        return summarise([(part.title, *timed(part)) for part in parts])

    def run_tests(self, arguments: Sequence[str]) -> int:
        """Only pytest, with these arguments; on a virtual display if they name the end-to-end tests."""
        python = self._environment.python
        extra: dict[str, str] = {}
        command: list[str | Path] = [python, "-m", "pytest", *arguments]
        if sys.platform.startswith("linux") and any(END_TO_END in argument for argument in arguments):
            with virtual_display() as extra:
                return call(command, cwd=self._environment.root, env={**self._env, **extra})
        return call(command, cwd=self._environment.root, env=self._env)

    def _tool(self, name: str, *arguments: str) -> Outcome:
        program = programs(self._environment.folder) / name
        return Outcome(call([program, *arguments], cwd=self._environment.root, env=self._env) == 0)

    def _unit_without_qt(self) -> Outcome:
        return self.tests(core_python(self._environment), UNIT, *SIDE_BY_SIDE, OMP_NUM_THREADS="1")

    def _with_qt(self) -> Outcome:
        others = ("--ignore", END_TO_END, "--ignore", UNIT)
        return self.tests(self._environment.python, *others, *SIDE_BY_SIDE, OMP_NUM_THREADS="1")

    def _end_to_end(self) -> Outcome:
        if not sys.platform.startswith("linux"):
            return Outcome(True, "only run on Linux")
        if not (self._environment.root / END_TO_END).exists():
            return Outcome(True, "there are none")
        if needs := missing_test_display():
            raise Stop(missing_sentence(needs, Distribution.here(), "test"))
        with virtual_display() as extra:
            return self.tests(self._environment.python, END_TO_END, **extra)

    def tests(self, python: Path, *arguments: str, **extra: str) -> Outcome:
        """Run pytest. A run in which no test passed is a failure: what checks nothing must not look like success."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            command: list[str | Path] = [python, "-m", "pytest", *arguments]
            command += [f"--junitxml={report}", f"--basetemp={Path(folder) / 'tests'}"]
            code = call(command, cwd=self._environment.root, env={**self._env, **extra})
            ran, skipped, failed = counted(report)
        words = [f"{ran} tests" if ran else "no test ran"]
        words += [f"{number} {word}" for number, word in ((failed, "failed"), (skipped, "skipped")) if number]
        return Outcome(code == 0 and ran > 0, ", ".join(words))


def counted(report: Path) -> tuple[int, int, int]:
    """Tests that ran, were skipped, and failed (or broke), from pytest's report; zeros if it wrote none."""
    if not report.exists():
        return 0, 0, 0
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    tests, skipped, failures, errors = (
        sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "skipped", "failures", "errors")
    )
    return tests - skipped, skipped, failures + errors


def timed(part: Part) -> tuple[Outcome, float]:
    """Run one part; a `Stop` in it is its failure, not the end of the others."""
    say(f"\n== {part.title} ==")
    begun = time.monotonic()
    try:
        outcome = part.run()
    except Stop as stop:
        say(stop.sentence)
        outcome = Outcome(False, stop.sentence.splitlines()[-1].strip())
    return outcome, time.monotonic() - begun


def summarise(results: Sequence[tuple[str, Outcome, float]]) -> int:
    """Print how each part ended and how long it took; 0 if all passed, else 1."""
    say("\n== summary ==")
    for title, outcome, seconds in results:
        words = f"  ({outcome.words})" if outcome.words else ""
        say(f"{'passed' if outcome.passed else 'FAILED'}  {seconds:7.1f} s  {title}{words}")
    failed = [title for title, outcome, _ in results if not outcome.passed]
    say(f"Not all is well. Failed: {', '.join(failed)}." if failed else "All is well.")
    return 1 if failed else 0
