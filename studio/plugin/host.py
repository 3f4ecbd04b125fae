"""The plugins at work: loaded once, watched while they work, and off when they fail.

What a plugin adds is in the registries under its name, see `studio.plugin.guarded`. Its code is loaded when it is first
used, in the thread that works.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from studio.errors import PluginFailure, StudioError
from studio.plugin.files import look_at
from studio.plugin.guarded import GuardedRule, GuardedSampler, guarded_spacing
from studio.plugin.loader import Loaded, load
from studio.plugin.manifest import Manifest
from studio.plugin.markers import Markers
from studio.plugin.overseer import INTERRUPTED, Overseer, PluginInterrupted
from studio.plugin.store import CHANGED, PluginEntry, PluginState, PluginStore
from studio.sampling.registry import Described, Methods, builtin_methods

LOG_LINES = 500
M = TypeVar("M", bound=Described)


class PluginHost:
    """Loads plugins once and keeps them. May be asked from several threads."""

    def __init__(self, store: PluginStore, markers: Markers) -> None:
        self._store, self._markers, self.overseer = store, markers, Overseer(waiting=markers.rest)
        self._loaded: dict[str, Loaded] = {}
        self._off: dict[str, str] = {}
        self._loading: dict[str, threading.Lock] = {}
        self._logs: dict[str, deque[str]] = {}
        self._lock = threading.RLock()
        self.look_for_crashes()
        with contextlib.suppress(StudioError):
            store.tidy()

    @property
    def store(self) -> PluginStore:
        return self._store

    def look_for_crashes(self) -> None:
        """Switch those off at whose work a program ended."""
        for plugin in self._markers.crashed():
            with contextlib.suppress(StudioError):  # the disk says no: nothing may keep the program from starting
                self._store.quarantine(plugin, "The program ended while this plugin worked, so it is off.")

    def methods(self) -> Methods:
        """The built-in methods and those of the enabled plugins, as they are now."""
        found = builtin_methods()
        self.add_to(found)
        for registry in (found.samplers, found.spacings, found.guidance):
            registry.hint = self._where_it_is
        return found

    def _where_it_is(self, name: str) -> str:
        """A sentence on a method that a plugin has which is not enabled, "" if none has it."""
        for entry in self._store.entries():
            if entry.manifest and any(part.name == name for part in entry.manifest.contributions):
                way = f"Enable it in the plugins window (F9), or with 'reverie plugins enable {entry.id}'."
                return f"'{name}' comes with the plugin {entry.name}, which is not enabled. {way}"
        return ""

    def note(self, plugin: str, text: str) -> None:
        """Keep a line for the plugin's author: what it prints, how it failed."""
        with self._lock:
            self._logs.setdefault(plugin, deque(maxlen=LOG_LINES)).extend(text.splitlines())

    def log(self, plugin: str) -> tuple[str, ...]:
        """What was noted of a plugin since the program began, the newest last."""
        with self._lock:
            return tuple(self._logs.get(plugin, ()))

    def add_to(self, methods: Methods) -> None:
        """Add what all enabled plugins add. What has a name that is taken is passed over: the first one stays."""
        manifests = [
            entry.manifest
            for entry in self._store.entries()
            if entry.state is PluginState.ENABLED and entry.manifest is not None
        ]
        for manifest in manifests:
            methods.samplers.add(_new(methods.samplers.by_name(), self._samplers(manifest)))
            methods.spacings.add(_new(methods.spacings.by_name(), self._spacings(manifest)))
            methods.guidance.add(_new(methods.guidance.by_name(), self._rules(manifest)))

    def loaded(self, plugin: str) -> Loaded:
        """What a plugin adds, loaded if it is not yet. Raises `PluginFailure`."""
        with self._lock:
            if plugin in self._loaded:
                return self._loaded[plugin]
            loading = self._loading.setdefault(plugin, threading.Lock())
        entry = self._store.entry(plugin)
        self._check_is_on(entry)
        with loading:  # and not the lock of all: who switches it off meanwhile does not wait for its import
            found = self._loaded.get(plugin) or self._load(entry)
            self._loaded[plugin] = found
            return found

    def forget(self, plugin: str) -> None:
        """Have its files read again with the next load."""
        with self._lock:
            self._loaded.pop(plugin, None)
            self._off.pop(plugin, None)

    def failed(self, plugin: str, problem: PluginFailure) -> None:
        """Switch a plugin off that failed. Where the disk says no it is off for this time only."""
        with self._lock:
            self._loaded.pop(plugin, None)
            self._off[plugin] = problem.sentence
        self.note(plugin, f"{problem.sentence}\n{problem.detail}")
        with contextlib.suppress(StudioError):
            self._store.fail(plugin, problem.sentence)

    def end_left_threads(self) -> list[tuple[str, str]]:
        """Switch those off that left a thread running, and tell id and sentence of each."""
        found = []
        for left in self.overseer.left_threads():
            sentence = f"{left.name} left a thread running after its work. It is off."
            self.give_up(left.plugin, sentence)
            found.append((left.plugin, sentence))
        return found

    def give_up(self, plugin: str, sentence: str) -> None:
        """It came to no end, or left something running: off until the user enables it again, and not at work here."""
        self.overseer.give_up(plugin)
        with self._lock:
            self._loaded.pop(plugin, None)
            self._loading.pop(plugin, None)
            self._off[plugin] = sentence
        self.note(plugin, sentence)
        with contextlib.suppress(StudioError):
            self._store.quarantine(plugin, sentence)

    @contextlib.contextmanager
    def watched(self, plugin: str, name: str) -> Iterator[None]:
        """A context in which a plugin works: if the program ends in it, the plugin is off at the next start."""
        with self._markers.working(plugin), self.overseer.working(plugin, name):
            yield

    def _samplers(self, manifest: Manifest) -> list[GuardedSampler]:
        return [GuardedSampler(entry.info(), manifest, self) for entry in manifest.samplers]

    def _spacings(self, manifest: Manifest) -> list[Any]:
        return [guarded_spacing(entry.info(), manifest, self) for entry in manifest.spacings]

    def _rules(self, manifest: Manifest) -> list[GuardedRule]:
        return [GuardedRule(entry.info(), manifest, self) for entry in manifest.guidance]

    def _check_is_on(self, entry: PluginEntry) -> None:
        if entry.manifest is None or entry.state is not PluginState.ENABLED or entry.id in self._off:
            why = self._off.get(entry.id, entry.sentence)
            raise PluginFailure(entry.id, f"{entry.name} is not enabled. {why}".strip())

    def _load(self, entry: PluginEntry) -> Loaded:
        from studio.plugin.random_state import kept_random_state
        from studio.plugin.watching import saying_who

        self._check_is_on(entry)
        assert entry.manifest is not None
        try:
            # What comes with the program changes with it and needs no consent.
            if not entry.bundled and look_at(entry.folder).digest != self._store.agreed(entry.id):
                raise PluginFailure(entry.id, f"{entry.name} was not loaded. {CHANGED}")
            printed = saying_who(entry.name, lambda line: self.note(entry.id, line))
            with printed, kept_random_state(), self.watched(entry.id, entry.name):
                return load(entry.manifest, entry.folder)
        except PluginInterrupted:
            problem = PluginFailure(entry.id, f"{entry.name} could not be loaded: {INTERRUPTED}. It is off.")
            self.failed(entry.id, problem)
            raise problem from None
        except PluginFailure as problem:
            self.failed(entry.id, problem)
            raise


def _new(known: Iterable[str], methods: Sequence[M]) -> list[M]:
    """Those whose names nobody has yet."""
    taken = set(known)
    return [method for method in methods if method.info.name not in taken]
