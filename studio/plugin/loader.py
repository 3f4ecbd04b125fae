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

from studio.errors import PluginFailure
from studio.plugin.manifest import Manifest
from studio.plugin.overseer import PluginInterrupted
from studio.sampling.grid import Spacing
from studio.sampling.guidance_rule import GuidanceRule
from studio.sampling.info import GuidanceInfo, SamplerInfo, SpacingInfo
from studio.sampling.sampler import Sampler

PREFIX = "reverie_plugins"


@dataclass(frozen=True)
class Loaded:
    """What a plugin adds, as its code gives it."""

    samplers: tuple[Sampler, ...] = ()
    spacings: tuple[Spacing, ...] = ()
    guidance: tuple[GuidanceRule, ...] = ()


def load(manifest: Manifest, folder: Path) -> Loaded:
    """Import a plugin and take what it lists. Raises `PluginFailure`, and then nothing of it stays loaded."""
    try:
        given = _listed(manifest, folder)
        return _sorted(manifest, given)
    except (PluginFailure, PluginInterrupted):
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
    kinds: dict[type, list[Any]] = {SamplerInfo: [], SpacingInfo: [], GuidanceInfo: []}
    for one in given:
        kinds[_kind(manifest, one)].append(one)
    samplers, spacings, rules = kinds.values()
    _same(manifest, "samplers", [entry.info() for entry in manifest.samplers], samplers)
    _same(manifest, "spacings", [entry.info() for entry in manifest.spacings], spacings)
    _same(manifest, "guidance rules", [entry.info() for entry in manifest.guidance], rules)
    return Loaded(tuple(samplers), tuple(spacings), tuple(rules))


def _kind(manifest: Manifest, one: Any) -> type:
    """The kind of its `info`, if it does what that kind does."""
    info = getattr(one, "info", None)
    for kind, work in ((SamplerInfo, "step"), (SpacingInfo, "levels"), (GuidanceInfo, "combine")):
        if isinstance(info, kind) and callable(getattr(one, work, None)):
            return kind
    raise _disagrees(manifest, f"it lists {type(one).__name__}, which is no sampler, spacing or guidance rule")


def _same(manifest: Manifest, what: str, promised: Sequence[Any], found: Sequence[Any]) -> None:
    said, given = ([info.name for info in infos] for infos in (promised, [one.info for one in found]))
    if sorted(said) != sorted(given):
        told = f"its manifest lists the {what} {', '.join(said) or 'none'}, its code {', '.join(given) or 'none'}"
        raise _disagrees(manifest, told)
    infos = {one.info.name: one.info for one in found}
    for info in promised:
        for part in fields(info):
            if getattr(info, part.name) != getattr(infos[info.name], part.name):
                raise _disagrees(manifest, f"{part.name} of '{info.name}' is not what its manifest says")


def _disagrees(manifest: Manifest, why: str) -> PluginFailure:
    return PluginFailure(manifest.id, f"{manifest.name} could not be loaded: {why}. It is off.", why)
