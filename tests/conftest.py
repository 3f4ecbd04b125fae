"""What holds for every test: no network, no user's folder, no stray warning, thread or random state.

A test that means to cause a log record says so with `with caplog.at_level(logging.WARNING):`.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
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


@pytest.fixture(scope="session")
def qt_threads() -> Iterator[weakref.WeakSet[Any]]:
    """Every QThread that was ever started and is still there. To look for them among all objects takes too long."""
    started: weakref.WeakSet[Any] = weakref.WeakSet()
    thread = importlib.import_module("PySide6.QtCore").QThread
    really = thread.start

    def start(self: Any, *priority: Any) -> None:
        started.add(self)
        really(self, *priority)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thread, "start", start)
        yield started


def _running(threads: Iterable[Any]) -> set[int]:
    """Identities of those QThread objects that run."""
    is_valid = importlib.import_module("shiboken6").isValid
    return {id(thread) for thread in threads if is_valid(thread) and thread.isRunning()}


@pytest.fixture(autouse=True)
def no_stray_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    watches_qt = bool({"worker", "gui"} & set(request.path.parts))
    qt = request.getfixturevalue("qt_threads") if watches_qt else ()
    before, qt_before = _threads(), _running(qt) if qt else set()
    yield
    deadline = time.monotonic() + THREAD_GRACE_SECONDS
    while (left := _left(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    names = sorted(thread.name for thread in left)
    if qt and _running(qt) - qt_before:
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
