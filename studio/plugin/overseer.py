"""Which plugin works right now, for how long, and how it is stopped if it does not come to an end.

Python can ask a thread to raise an exception, and that is all it can do: a loop in Python hears it at its next line, a
call that does not come back from C never does. Who oversees then gives the thread up.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

OWN_THREADS = "reverie-"
"""So begin the names of the program's own threads: they come and go while a plugin works."""
INTERRUPTED = "it did not come to an end and was stopped"


class PluginInterrupted(BaseException):
    """Raised inside a plugin that was asked to stop. It is no error of its own, so it has no business to catch it."""


@dataclass(frozen=True)
class AtWork:
    """`plugin` is the id. `seconds` count from when its code began or got back from the network it asked.

    `in_network` says that it waits for the network right now.
    """

    plugin: str
    name: str
    seconds: float
    in_network: bool = False


@dataclass
class _Stint:
    plugin: str
    name: str
    thread: int
    since: float
    network: int = 0
    interrupted: bool = False


@dataclass(frozen=True)
class LeftThread:
    """A thread that a plugin began and left running."""

    plugin: str
    name: str
    thread: threading.Thread


@dataclass
class Overseer:
    """Told by the host when a plugin's code begins and ends; asked and ordered from any thread."""

    clock: Callable[[], float] = time.monotonic
    # Told with the id when a plugin begins to wait for the network, and with False when it goes on.
    waiting: Callable[[str, bool], None] = lambda plugin, waits: None
    _stints: list[_Stint] = field(default_factory=list)
    _begun: list[LeftThread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def working(self, plugin: str, name: str) -> Iterator[None]:
        """While this is entered the plugin is at work in this thread.

        Raises `PluginInterrupted` from here, and not later, if it was asked to stop.
        """
        stint = _Stint(plugin, name, threading.get_ident(), self.clock())
        before = _threads()
        with self._lock:
            self._stints.append(stint)
        try:
            yield
        finally:
            _surely(lambda: self._end(stint))
            _surely(_forget_pending)
            self._note(plugin, name, _threads() - before)
        if stint.interrupted:
            raise PluginInterrupted

    @contextmanager
    def network(self) -> Iterator[None]:
        """While this is entered the network works for the plugin of this thread: that time is not the plugin's."""
        stint = self._of_this_thread()
        if stint is None:
            yield
            return
        stint.network += 1
        self.waiting(stint.plugin, True)
        try:
            yield
        finally:
            self.waiting(stint.plugin, False)
            stint.network -= 1
            stint.since = self.clock()

    def at_work(self) -> AtWork | None:
        """The plugin that has worked longest without an end, if one is at work."""
        now = self.clock()
        with self._lock:
            stint = min(self._stints, key=lambda one: (bool(one.network), one.since), default=None)
        if stint is None:
            return None
        return AtWork(stint.plugin, stint.name, now - stint.since, bool(stint.network))

    def interrupt(self) -> None:
        """Ask every plugin at work to stop. May be repeated."""
        with self._lock:
            for stint in self._stints:
                if not stint.network and stint.thread != threading.get_ident():
                    stint.interrupted = True
                    _raise_in(stint.thread)

    def give_up(self, plugin: str) -> None:
        """Count it as at work no longer: its thread was left to itself."""
        with self._lock:
            self._stints[:] = [stint for stint in self._stints if stint.plugin != plugin]

    def left_threads(self) -> list[LeftThread]:
        """A thread that still runs of each plugin that began some. Each is told once."""
        with self._lock:
            left, self._begun = {one.plugin: one for one in self._begun if one.thread.is_alive()}, []
        return [*left.values()]

    def _end(self, stint: _Stint) -> None:
        with self._lock:
            self._stints[:] = [one for one in self._stints if one is not stint]

    def _note(self, plugin: str, name: str, begun: set[threading.Thread]) -> None:
        with self._lock:
            self._begun += [LeftThread(plugin, name, thread) for thread in begun]

    def _of_this_thread(self) -> _Stint | None:
        mine = threading.get_ident()
        with self._lock:
            return next((stint for stint in reversed(self._stints) if stint.thread == mine), None)


def _threads() -> set[threading.Thread]:
    """The threads that Python began, without the program's own."""
    met = getattr(threading, "_DummyThread")  # noqa: B009 - threads of Qt's that Python only met
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, met) and not thread.name.startswith(OWN_THREADS)
    }


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(PluginInterrupted))


def _forget_pending() -> None:
    """What this thread was asked to raise and has not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(threading.get_ident()), None)


def _surely(act: Callable[[], None]) -> None:
    """Do it also if the interruption arrives meanwhile: it was asked for just before the plugin's end."""
    while True:
        try:
            act()
        except PluginInterrupted:
            continue
        return
