"""What holds for every test: no network, no user's folder, no stray warning, thread or random state.

A test that means to cause a log record says so with `with caplog.at_level(logging.WARNING):`.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A run in the background begins with Ctrl+C ignored, and the programs that tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

THREAD_GRACE_SECONDS = 5.0
TOLERATED_THREADS = ("tqdm_monitor", "pytest_timeout")
# Says at its first import that torchvision is not there, which nothing here uses.
TOLERATED_LOGGERS = ("transformers.utils.import_utils",)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh root for settings, pictures and caches: no test sees a user's or another test's."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("REVERIE_HOME", str(home))
    return home


class _Unexpected(logging.Handler):
    """Collects the records of WARNING or above that the test did not announce with `caplog.at_level`."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._announced = caplog.handler

    def emit(self, record: logging.LogRecord) -> None:
        announced = 0 < self._announced.level <= record.levelno
        if not announced and record.name not in TOLERATED_LOGGERS:
            self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_stray_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    handler = _Unexpected(caplog)
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    if handler.lines:
        pytest.fail("unexpected log records:\n" + "\n".join(handler.lines), pytrace=False)


def _threads() -> set[threading.Thread]:
    """Threads that Python started. Those that Qt started and Python only met have no end that Python 3.11 sees."""
    met = getattr(threading, "_DummyThread")  # noqa: B009 - private, but the only way to tell them apart
    return {thread for thread in threading.enumerate() if thread.is_alive() and not isinstance(thread, met)}


def _qt_threads() -> set[int]:
    """Identities of the QThread objects that run."""
    qt = sys.modules.get("PySide6.QtCore")
    if qt is None:
        return set()
    from shiboken6 import isValid

    threads = [thing for thing in gc.get_objects() if issubclass(type(thing), qt.QThread)]
    return {id(thread) for thread in threads if isValid(thread) and thread.isRunning()}


@pytest.fixture(autouse=True)
def no_stray_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    watches_qt = bool({"worker", "gui"} & set(request.path.parts))
    before, qt_before = _threads(), _qt_threads() if watches_qt else set()
    yield
    deadline = time.monotonic() + THREAD_GRACE_SECONDS
    while (left := _left(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    names = sorted(thread.name for thread in left)
    if watches_qt and _qt_threads() - qt_before:
        names.append("QThread")
    if names:
        pytest.fail(f"threads that still run: {', '.join(names)}", pytrace=False)


def _left(before: set[threading.Thread]) -> list[threading.Thread]:
    new = _threads() - before
    return [thread for thread in new if not any(name in _title(thread) for name in TOLERATED_THREADS)]


def _title(thread: threading.Thread) -> str:
    """The thread's name, and the module of its class: tqdm's monitor has no name of its own."""
    module = type(thread).__module__.replace("tqdm._monitor", "tqdm_monitor")
    return f"{module} {thread.name}"


def _random_state() -> Any:
    torch = sys.modules.get("torch")
    return None if torch is None else torch.random.get_rng_state()


@pytest.fixture(autouse=True)
def no_stray_randomness() -> Iterator[None]:
    """The global random state of torch is nobody's to use: noise comes from each picture's own generator."""
    before = _random_state()
    yield
    if before is not None and not bool((before == _random_state()).all()):
        pytest.fail("the global random state of torch changed; use a generator or torch.random.fork_rng", pytrace=False)
