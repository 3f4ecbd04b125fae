"""Running the code of a plugin that the user has enabled: all of what it adds, or nothing.

Each plugin's modules live under a name of their own, so that two plugins may both have a `solver.py`.
"""

from __future__ import annotations

import errno
import importlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.abc import MetaPathFinder
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from types import ModuleType
from typing import Any

from studio.errors import StudioError
from studio.plugin.contribution import GuidanceContribution, SpacingContribution
from studio.plugin.manifest import Manifest
from studio.sampling.info import SamplerInfo
from studio.sampling.sampler import Sampler

PREFIX = "reverie_plugins"


class PluginFailure(StudioError):
    """A plugin did not do what it said. `plugin` is its id, `detail` is for its author."""

    def __init__(self, plugin: str, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.plugin, self.detail = plugin, detail


@dataclass(frozen=True)
class Loaded:
    """What a plugin adds, as its code gives it."""

    samplers: tuple[Sampler, ...] = ()
    spacings: tuple[SpacingContribution, ...] = ()
    guidance: tuple[GuidanceContribution, ...] = ()


def load(manifest: Manifest, folder: Path) -> Loaded:
    """Import a plugin and take what it lists. Raises `PluginFailure`, and then nothing of it stays loaded."""
    try:
        given = _listed(manifest, folder)
        return _sorted(manifest, given)
    except PluginFailure:
        unload(manifest.id)
        raise
    except BaseException as problem:  # its code may raise anything, `SystemExit` too
        unload(manifest.id)
        if isinstance(problem, KeyboardInterrupt):
            raise
        raise PluginFailure(
            manifest.id,
            f"{manifest.name} could not be loaded: {type(problem).__name__}: {str(problem)[:200]}. It is off.",
            "".join(traceback.format_exception(problem)),
        ) from None


def unload(plugin: str) -> None:
    """Forget the modules of a plugin, so that the next load reads its files again."""
    own = f"{PREFIX}.{plugin}"
    for name in [name for name in sys.modules if name == own or name.startswith(f"{own}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def _listed(manifest: Manifest, folder: Path) -> list[Any]:
    unload(manifest.id)
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    module_name, attribute = manifest.entry.split(":")
    _package(PREFIX, None)
    _package(f"{PREFIX}.{manifest.id}", folder)
    module = importlib.import_module(f"{PREFIX}.{manifest.id}.{module_name}")
    return list(getattr(module, attribute))


def _package(name: str, folder: Path | None) -> None:
    """A package without code of its own, whose modules are found in `folder`."""
    if name in sys.modules and folder is None:
        return
    package = ModuleType(name)
    package.__path__ = [] if folder is None else [str(folder)]
    sys.modules[name] = package


class _FromSource(SourceFileLoader):
    """Compiles what the user agreed to: bytecode that somebody left in `__pycache__` is neither read nor written."""

    def path_stats(self, path: str) -> Mapping[str, Any]:
        raise OSError(errno.ENOTSUP, "no bytecode for plugins")


class _Finder(MetaPathFinder):
    """Finds the modules of plugins, and no other."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(f"{PREFIX}."):
            return None
        for folder in path or ():
            finder = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES), (_FromSource, SOURCE_SUFFIXES))
            found = finder.find_spec(fullname, target)
            if found is not None:
                return found
        return None


_FINDER = _Finder()


def _sorted(manifest: Manifest, given: list[Any]) -> Loaded:
    """What was listed, checked against the manifest: the same names, the same options."""
    spacings = tuple(one for one in given if isinstance(one, SpacingContribution))
    guidance = tuple(one for one in given if isinstance(one, GuidanceContribution))
    samplers = tuple(one for one in given if not isinstance(one, (SpacingContribution, GuidanceContribution)))
    for sampler in samplers:
        if not isinstance(getattr(sampler, "info", None), SamplerInfo) or not callable(getattr(sampler, "step", None)):
            raise _disagrees(manifest, f"it lists {type(sampler).__name__}, which is no sampler, spacing or guidance")
    _same(manifest, "samplers", [entry.name for entry in manifest.samplers], [one.info.name for one in samplers])
    _same(manifest, "spacings", [entry.name for entry in manifest.spacings], [one.name for one in spacings])
    _same(manifest, "guidance rules", [entry.name for entry in manifest.guidance], [one.name for one in guidance])
    promised = {entry.name: entry.info() for entry in manifest.samplers}
    for sampler in samplers:
        _agrees(manifest, promised[sampler.info.name], sampler.info)
    return Loaded(samplers, spacings, guidance)


def _same(manifest: Manifest, what: str, promised: list[str], found: list[str]) -> None:
    if sorted(promised) != sorted(found):
        told = f"its manifest lists the {what} {', '.join(promised) or 'none'}, its code {', '.join(found) or 'none'}"
        raise _disagrees(manifest, told)


def _agrees(manifest: Manifest, promised: SamplerInfo, found: SamplerInfo) -> None:
    for part in fields(SamplerInfo):
        if getattr(promised, part.name) != getattr(found, part.name):
            raise _disagrees(manifest, f"{part.name} of '{found.name}' is not what its manifest says")


def _disagrees(manifest: Manifest, why: str) -> PluginFailure:
    return PluginFailure(manifest.id, f"{manifest.name} could not be loaded: {why}. It is off.", why)
