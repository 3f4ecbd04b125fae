"""The plugins at work: what they add is in the registry under its name, and what they do is watched.

A sampler of a plugin has its description from the manifest; its code is loaded with its first step, in the thread that
works. What it gives is checked in every step, and a failure names the plugin and switches it off.
"""

from __future__ import annotations

import threading
import traceback
from typing import TYPE_CHECKING, Any

from studio.errors import StudioError
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

    from studio.sampling.denoiser import Denoiser, Prediction


class PluginHost:
    """Loads plugins once and keeps them. May be asked from several threads."""

    def __init__(self, store: PluginStore, markers: Markers) -> None:
        self._store, self._markers = store, markers
        self._loaded: dict[str, Loaded] = {}
        self._lock = threading.RLock()
        for plugin in markers.crashed():
            store.quarantine(plugin, "The program ended while this plugin worked, so it is off.")

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

    def failed(self, plugin: str, problem: PluginFailure) -> None:
        """Switch a plugin off that failed."""
        self.forget(plugin)
        self._store.fail(plugin, problem.sentence)

    def watched(self, plugin: str) -> Any:
        """A context in which a plugin works: if the program ends in it, the plugin is off at the next start."""
        return self._markers.working(plugin)

    def _load(self, entry: PluginEntry) -> Loaded:
        assert entry.manifest is not None
        if entry.state is not PluginState.ENABLED:
            raise PluginFailure(entry.id, f"{entry.name} is not enabled. {entry.sentence}".strip())
        decision = self._store.agreed(entry.id)
        if decision and look_at(entry.folder).digest != decision:
            raise PluginFailure(entry.id, f"{entry.name} was not loaded. {CHANGED}")
        try:
            with self.watched(entry.id):
                return load(entry.manifest, entry.folder)
        except PluginFailure as problem:
            self._store.fail(entry.id, problem.sentence)
            raise


class PluginSampler:
    """A sampler of a plugin, as the program sees it."""

    def __init__(self, info: SamplerInfo, manifest: Manifest, host: PluginHost) -> None:
        self.info = info
        self._manifest, self._host = manifest, host
        self._sampler: Sampler | None = None

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        """One step of the plugin's sampler. Raises `PluginFailure` for whatever it does wrong."""
        plugin, watched = self._manifest.id, _Watched(denoiser)
        sampler = self._sampler or self._loaded()
        try:
            with self._host.watched(plugin):
                found = sampler.step(x, level, next_level, watched, run, memory)
            problem = what_is_wrong(found, x)
        except BaseException as raised:
            # What the network raised is not the plugin's fault: a cancel, memory that is full.
            if raised is watched.raised or isinstance(raised, (KeyboardInterrupt, StudioError)):
                raise
            detail = "".join(traceback.format_exception(raised))
            raise self._failure(run, f"{type(raised).__name__}: {str(raised)[:200]}", detail) from None
        if problem:
            raise self._failure(run, problem)
        return found

    def _loaded(self) -> Sampler:
        found = {sampler.info.name: sampler for sampler in self._host.loaded(self._manifest.id).samplers}
        self._sampler = found[self.info.name]
        return self._sampler

    def _failure(self, run: Run, why: str, detail: str = "") -> PluginFailure:
        sentence = f"{self.info.title} of the plugin {self._manifest.name} stopped at step {run.index + 1}: {why}."
        problem = PluginFailure(self._manifest.id, f"{sentence} It is off.", detail)
        self._sampler = None
        self._host.failed(self._manifest.id, problem)
        return problem


def what_is_wrong(found: object, x: Tensor) -> str:
    """Why this is no step from `x`, or "". What is not a number is found by whoever walks."""
    if not isinstance(found, Step):
        return f"it gave a {type(found).__name__} instead of a Step"
    for name, part in (("x", found.x), ("x0", found.x0)):
        if not hasattr(part, "shape") or not hasattr(part, "dtype"):
            return f"{name} is a {type(part).__name__} instead of a tensor"
        if part.shape != x.shape:
            return f"wrong shape of {name}, {tuple(part.shape)} instead of {tuple(x.shape)}"
        if part.dtype != x.dtype or part.device != x.device:
            return f"wrong type of {name}, {part.dtype} on {part.device} instead of {x.dtype} on {x.device}"
    if found.x is x or (found.x.numel() and found.x.data_ptr() == x.data_ptr()):
        return "it changed or gave back the state it was given instead of a new one"
    return ""


class _Watched:
    """A denoiser that remembers what it raised."""

    def __init__(self, denoiser: Denoiser) -> None:
        self._denoiser = denoiser
        self.raised: BaseException | None = None

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        try:
            return self._denoiser(x, level)
        except BaseException as raised:
            self.raised = raised
            raise
