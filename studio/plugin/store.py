"""The plugins that are there: those that come with the program, the user's, and those of installed distributions.

Listing them reads manifests and nothing else. Installing copies files; it never runs any, and never asks pip for more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import entry_points
from pathlib import Path

from studio.errors import InvalidField, RefusedFile, StudioError
from studio.plugin.archive import unpacked
from studio.plugin.files import PluginFiles, look_at
from studio.plugin.ledger import Decision, Ledger
from studio.plugin.manifest import FILE_NAME, Manifest, read_manifest
from studio.plugin.placing import put_away, put_in_place, restore_interrupted

GROUP = "reverie.samplers"
CHANGED = "Its files are not those that you agreed to. Look at them, and enable it again."


class PluginState(Enum):
    """Whether a plugin is used, and if not, why."""

    FOUND = "found"
    ENABLED = "enabled"
    DISABLED = "disabled"
    INCOMPATIBLE = "incompatible"
    FAILED = "failed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class PluginEntry:
    """A plugin in a folder. `sentence` says why it is not used; `manifest` is None for one that cannot be read."""

    id: str
    folder: Path
    manifest: Manifest | None
    state: PluginState
    sentence: str = ""
    bundled: bool = False
    removable: bool = False

    @property
    def name(self) -> str:
        return self.manifest.name if self.manifest else self.id


class PluginStore:
    """Finds, installs, enables, disables and removes. `bundled` plugins are enabled unless the user says otherwise."""

    def __init__(self, bundled: Path, own: Path, ledger: Ledger, *, safe: bool = False) -> None:
        """`own` is the folder of the user's plugins. With `safe` everything counts as disabled."""
        self._bundled, self._own, self._ledger, self._safe = bundled, own, ledger, safe

    def entries(self) -> tuple[PluginEntry, ...]:
        """All plugins by their names; of two with one id the user's own comes before the bundled one."""
        found: dict[str, PluginEntry] = {}
        for folder, bundled, removable in self._folders():
            entry = self._entry(folder, bundled=bundled, removable=removable)
            found.setdefault(entry.id, entry)
        return tuple(sorted(found.values(), key=lambda entry: (entry.name.casefold(), entry.id)))

    def entry(self, plugin: str) -> PluginEntry:
        """The plugin with that id. Raises `InvalidField` that lists those there are."""
        entries = {entry.id: entry for entry in self.entries()}
        if plugin not in entries:
            known = ", ".join(entries) or "none"
            raise InvalidField("plugin", f"There is no plugin '{plugin[:40]}'. There are: {known}.")
        return entries[plugin]

    def files(self, plugin: str) -> PluginFiles:
        """The files of a plugin and their digest. Raises `RefusedFile`."""
        return look_at(self.entry(plugin).folder)

    def agreed(self, plugin: str) -> str:
        """The digest of the files that the user agreed to, "" where nobody was asked."""
        decision = self._ledger.of(plugin)
        return decision.digest if decision else ""

    def i_know(self, plugin: str) -> bool:
        """Whether the user enabled it although it breaks a promise."""
        decision = self._ledger.of(plugin)
        return decision is not None and decision.i_know

    def enable(self, plugin: str, digest: str, *, i_know: bool = False) -> PluginEntry:
        """Use a plugin, whose files have the digest that the user agreed to. Takes effect with the next load.

        Raises `RefusedFile` for files that are others by now, `StudioError` for a plugin that does not fit.
        """
        entry = self.entry(plugin)
        if entry.manifest is None or entry.state is PluginState.INCOMPATIBLE:
            raise StudioError(entry.sentence)
        if look_at(entry.folder).digest != digest:
            raise RefusedFile(f"The files of {entry.name} were changed meanwhile, so it was not enabled. Look again.")
        known = self._ledger.of(plugin) or Decision()
        self._ledger.change(plugin, Decision(enabled=True, digest=digest, i_know=i_know, source=known.source))
        return self.entry(plugin)

    def disable(self, plugin: str) -> PluginEntry:
        """Use it no longer."""
        entry = self.entry(plugin)
        known = self._ledger.of(plugin) or Decision()
        self._ledger.change(plugin, Decision(digest=known.digest, source=known.source))
        return self.entry(entry.id)

    def fail(self, plugin: str, sentence: str) -> None:
        """It failed: it is off until the user enables it again."""
        known = self._ledger.of(plugin) or Decision()
        self._ledger.change(plugin, known.model_copy(update={"enabled": False, "failed": sentence[:500]}))

    def quarantine(self, plugin: str, sentence: str) -> None:
        """The program ended while it worked: it is off until the user enables it again."""
        known = self._ledger.of(plugin) or Decision()
        self._ledger.change(
            plugin, known.model_copy(update={"enabled": False, "quarantined": known.quarantined or sentence[:500]})
        )

    def install(self, source: Path) -> PluginEntry:
        """Take in a plugin from a zip or a folder; a plugin of the same id is replaced, and must be enabled anew.

        Raises `RefusedFile` and `StorageError`; then everything is as it was.
        """
        self.tidy()
        if source.is_dir():
            return self._place(source, read_manifest(source), Decision(source=str(source.absolute())))
        with unpacked(source, self._own) as folder:
            return self._place(folder, read_manifest(folder))

    def source(self, plugin: str) -> Path | None:
        """The folder that a plugin was installed from, if it is still there."""
        known = self._ledger.of(plugin)
        folder = Path(known.source) if known and known.source else None
        return folder if folder is not None and folder.is_dir() else None

    def reload(self, plugin: str) -> PluginEntry:
        """Take in anew what its author changed in its folder, and enable that. Raises as `install` and `enable`."""
        source, known = self.source(plugin), self.i_know(plugin)
        if source is not None:
            if read_manifest(source).id != plugin:
                raise RefusedFile(f"{source} holds another plugin by now. Install it.")
            self.install(source)
        return self.enable(plugin, self.files(plugin).digest, i_know=known)

    def look_again(self) -> None:
        """Take over what another program decided about plugins."""
        self._ledger.read_again()

    def tidy(self) -> None:
        """Put right what an installation left that was killed. Raises `StorageError`."""
        restore_interrupted(self._own)

    def remove(self, plugin: str) -> None:
        """Take the user's plugin off the disk. Raises `StudioError` for one that is not the user's."""
        entry = self.entry(plugin)
        if not entry.removable:
            raise StudioError(f"{entry.name} comes with the program or with a package. It can only be disabled.")
        put_away(entry.folder, lambda: self._ledger.change(plugin, None))

    def _place(self, folder: Path, manifest: Manifest, decision: Decision | None = None) -> PluginEntry:
        target = self._target(manifest)
        put_in_place(folder, target, lambda: self._ledger.change(manifest.id, decision))
        return self.entry(manifest.id)

    def _target(self, manifest: Manifest) -> Path:
        """Where a plugin goes: to the place of the one of its id, wherever that lies."""
        for known in _with_manifest(self._own):
            if self._entry(known, bundled=False, removable=True).id == manifest.id:
                return known
        target = self._own / manifest.id
        if os.path.lexists(target):
            raise RefusedFile(f"{target} is something else, so {manifest.name} has no place. Move it away first.")
        return target

    def _folders(self) -> Iterator[tuple[Path, bool, bool]]:
        """Where plugins are, whether they come with the program, and whether they can be removed."""
        yield from ((folder, False, True) for folder in _with_manifest(self._own))
        yield from ((folder, False, False) for folder in _of_distributions())
        yield from ((folder, True, False) for folder in _with_manifest(self._bundled))

    def _entry(self, folder: Path, *, bundled: bool, removable: bool) -> PluginEntry:
        try:
            manifest = read_manifest(folder)
        except RefusedFile as problem:
            return PluginEntry(folder.name, folder, None, PluginState.FAILED, problem.sentence, bundled, removable)
        state, sentence = self._state(manifest, folder, bundled)
        return PluginEntry(manifest.id, folder, manifest, state, sentence, bundled, removable)

    def _state(self, manifest: Manifest, folder: Path, bundled: bool) -> tuple[PluginState, str]:
        sentence = manifest.incompatible()
        if sentence:
            return PluginState.INCOMPATIBLE, sentence
        decision = self._ledger.of(manifest.id)
        if decision is None:
            usual = PluginState.ENABLED if bundled else PluginState.FOUND
            return (PluginState.DISABLED, "Safe mode: no plugin is used.") if self._safe else (usual, "")
        if decision.quarantined:
            return PluginState.QUARANTINED, decision.quarantined
        if decision.failed:
            return PluginState.FAILED, decision.failed
        if self._safe:
            return PluginState.DISABLED, "Safe mode: no plugin is used."
        if decision.enabled:
            return PluginState.ENABLED, ""
        return (PluginState.DISABLED if decision.digest or bundled else PluginState.FOUND), ""


def _with_manifest(place: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(place))
    except OSError:
        return []
    return [place / name for name in names if not name.startswith(".") and (place / name / FILE_NAME).is_file()]


def _of_distributions() -> Iterator[Path]:
    """The folders of packages that announce a plugin; found by their files, nothing is imported."""
    for point in entry_points(group=GROUP):
        if point.dist is not None:
            folder = Path(str(point.dist.locate_file(point.module.replace(".", "/"))))
            if (folder / FILE_NAME).is_file():
                yield folder
