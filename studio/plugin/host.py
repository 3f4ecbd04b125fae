"""The plugins at work: what they add is in the registry under its name, and what they do is watched.

A sampler of a plugin has its description from the manifest; its code is loaded with its first step, in the thread that
works. What it gives is checked in every step, and a failure names the plugin and switches it off.
"""

from __future__ import annotations

import contextlib
import threading
import traceback
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from studio.errors import NotFinite, StudioError
from studio.plugin.files import look_at
from studio.plugin.loader import Loaded, PluginFailure, load
from studio.plugin.manifest import Manifest
from studio.plugin.markers import Markers
from studio.plugin.store import CHANGED, PluginEntry, PluginState, PluginStore
from studio.sampling.info import SamplerInfo
from studio.sampling.registry import SamplerRegistry
from studio.sampling.sampler import Memory, Run, Sampler, Step
from studio.sampling.schedule import NoiseLevel

if TYPE_CHECKING:
    from torch import Tensor

    from studio.sampling.denoiser import Denoiser


class PluginHost:
    """Loads plugins once and keeps them. May be asked from several threads."""

    def __init__(self, store: PluginStore, markers: Markers) -> None:
        self._store, self._markers = store, markers
        self._loaded: dict[str, Loaded] = {}
        self._off: dict[str, str] = {}
        self._lock = threading.RLock()
        for plugin in markers.crashed():
            with contextlib.suppress(StudioError):  # the disk says no: nothing may keep the program from starting
                store.quarantine(plugin, "The program ended while this plugin worked, so it is off.")
        with contextlib.suppress(StudioError):
            store.tidy()

    @property
    def store(self) -> PluginStore:
        return self._store

    def add_to(self, registry: SamplerRegistry) -> None:
        """Add the samplers of all enabled plugins. One whose name is taken is passed over: the first one stays."""
        taken = {info.name for info in registry.infos()}
        for entry in self._store.entries():
            if entry.state is not PluginState.ENABLED or entry.manifest is None:
                continue
            for sampler in entry.manifest.samplers:
                if sampler.name not in taken:
                    taken.add(sampler.name)
                    registry.add([PluginSampler(sampler.info(), entry.manifest, self)])

    def loaded(self, plugin: str) -> Loaded:
        """What a plugin adds, loaded if it is not yet. Raises `PluginFailure`."""
        with self._lock:
            if plugin not in self._loaded:
                self._loaded[plugin] = self._load(self._store.entry(plugin))
            return self._loaded[plugin]

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
        with contextlib.suppress(StudioError):
            self._store.fail(plugin, problem.sentence)

    def watched(self, plugin: str) -> AbstractContextManager[None]:
        """A context in which a plugin works: if the program ends in it, the plugin is off at the next start."""
        return self._markers.working(plugin)

    def _load(self, entry: PluginEntry) -> Loaded:
        from studio.plugin.watching import kept_random_state, saying_who

        if entry.manifest is None or entry.state is not PluginState.ENABLED or entry.id in self._off:
            why = self._off.get(entry.id, entry.sentence)
            raise PluginFailure(entry.id, f"{entry.name} is not enabled. {why}".strip())
        try:
            # What comes with the program changes with it and needs no consent.
            if not entry.bundled and look_at(entry.folder).digest != self._store.agreed(entry.id):
                raise PluginFailure(entry.id, f"{entry.name} was not loaded. {CHANGED}")
            with self.watched(entry.id), saying_who(entry.name), kept_random_state():
                return load(entry.manifest, entry.folder)
        except PluginFailure as problem:
            self.failed(entry.id, problem)
            raise


class PluginSampler:
    """A sampler of a plugin, as the program sees it."""

    def __init__(self, info: SamplerInfo, manifest: Manifest, host: PluginHost) -> None:
        self.info = info
        self._manifest, self._host = manifest, host

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        """One step of the plugin's sampler.

        Raises `PluginFailure` for whatever it does wrong, and `NotFinite` for values that are no numbers.
        """
        from studio.plugin.watching import Watched, is_finite, is_nobodys_fault, what_is_wrong

        sampler, given = self._loaded(), x.clone()
        watched = Watched(denoiser, x)
        try:
            found, problem = self._watched_step(sampler, given, level, next_level, watched, run, memory)
            problem = problem or what_is_wrong(found, x, given)
        except BaseException as raised:
            # What the network raised is not the plugin's fault: a cancel, memory that is full.
            if watched.raised is not None:
                raise watched.raised from None
            if is_nobodys_fault(raised):
                raise
            detail = "".join(traceback.format_exception(raised))
            raise self._failure(run, f"{type(raised).__name__}: {str(raised)[:200]}", detail) from None
        if watched.raised is not None:  # a plugin that goes on after a cancel does not keep it from happening
            raise watched.raised
        if problem:
            raise self._failure(run, problem)
        if not is_finite(found.x) and is_finite(x, *watched.seen):
            raise self._not_finite(run)
        return found

    def _watched_step(
        self, sampler: Sampler, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run,
        memory: Memory | None,
    ) -> tuple[Step, str]:  # fmt: skip
        """What the plugin gives, and what it did meanwhile that it must not."""
        from studio.plugin.watching import kept_random_state, saying_who

        with self._host.watched(self._manifest.id), saying_who(self._manifest.name), kept_random_state() as state:
            found = sampler.step(x, level, next_level, denoiser, run, memory)
        return found, state.problem

    def _loaded(self) -> Sampler:
        found = {sampler.info.name: sampler for sampler in self._host.loaded(self._manifest.id).samplers}
        if self.info.name not in found:
            name = self._manifest.name
            raise PluginFailure(self._manifest.id, f"{name} has no sampler '{self.info.name}' any more. Start again.")
        return found[self.info.name]

    def _not_finite(self, run: Run) -> NotFinite:
        """It may be the precision, so the plugin stays on."""
        return NotFinite(
            f"{self.info.title} of the plugin {self._manifest.name} gave values that are no numbers at step "
            f"{run.index + 1} of {run.grid.steps}, though the model did not, so the run was stopped and nothing was "
            "saved. Try another precision or another sampler."
        )

    def _failure(self, run: Run, why: str, detail: str = "") -> PluginFailure:
        sentence = f"{self.info.title} of the plugin {self._manifest.name} stopped at step {run.index + 1}: {why}."
        problem = PluginFailure(self._manifest.id, f"{sentence} It is off.", detail)
        self._host.failed(self._manifest.id, problem)
        return problem
