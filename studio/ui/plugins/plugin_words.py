"""What is said of a plugin: its state in a word, with an icon, and what it adds in a sentence."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.plugin.manifest import Manifest
from studio.plugin.store import PluginEntry, PluginState
from studio.ui.tokens import Tokens

WARNING = (PluginState.INCOMPATIBLE, PluginState.FAILED, PluginState.QUARANTINED)
SHOWN = 6
"""So many names are told of one kind before the rest is counted."""


def state_word(entry: PluginEntry) -> str:
    """The state as a row tells it."""
    words = {
        PluginState.FOUND: _tr("Found"),
        PluginState.ENABLED: _tr("Enabled"),
        PluginState.DISABLED: _tr("Disabled"),
        PluginState.INCOMPATIBLE: _tr("Needs API {api}").format(api=entry.manifest.api if entry.manifest else "?"),
        PluginState.FAILED: _tr("Failed"),
        PluginState.QUARANTINED: _tr("Off after a crash"),
    }
    return words[entry.state]


def state_icon(entry: PluginEntry) -> str:
    """The icon beside the word: colour never speaks alone."""
    if entry.state in WARNING:
        return "alert-triangle"
    return {PluginState.ENABLED: "circle-check", PluginState.FOUND: "plus"}.get(entry.state, "minus")


def state_colour(entry: PluginEntry, tokens: Tokens) -> str:
    """The colour of icon and word."""
    if entry.state in WARNING:
        return tokens.danger if entry.state is PluginState.FAILED else tokens.warning
    return {PluginState.ENABLED: tokens.success, PluginState.FOUND: tokens.info}.get(entry.state, tokens.text2)


def title(entry: PluginEntry) -> str:
    """Name and version."""
    return f"{entry.name} {entry.manifest.version}" if entry.manifest else entry.name


def origin(entry: PluginEntry) -> str:
    """Who made it, under which licence, and where it comes from."""
    manifest = entry.manifest
    if manifest is None:
        return _tr("Not readable")
    author = _tr("Comes with Reverie") if entry.bundled else ", ".join(manifest.authors) or _tr("Author not told")
    return ", ".join(part for part in (author, manifest.license, manifest.homepage) if part)


def adds(manifest: Manifest) -> str:
    """What it adds, such as "Adds the sampler Heun."."""
    kinds = (
        (manifest.samplers, _tr("the sampler {names}"), _tr("the samplers {names}")),
        (manifest.spacings, _tr("the spacing {names}"), _tr("the spacings {names}")),
        (manifest.guidance, _tr("the guidance rule {names}"), _tr("the guidance rules {names}")),
    )
    told = [
        (one if len(kind) == 1 else many).format(names=_names([entry.title for entry in kind]))
        for kind, one, many in kinds
        if kind
    ]
    return _tr("Adds {methods}.").format(methods="; ".join(told))


def row_text(entry: PluginEntry) -> str:
    """The second line of a row: why it is not used, or what it is."""
    if entry.sentence:
        return entry.sentence
    if entry.manifest and entry.manifest.description:
        author = "" if entry.bundled else ", ".join(entry.manifest.authors)
        return ". ".join(part for part in (author, " ".join(entry.manifest.description.split())) if part)
    return ", ".join(part.title for part in entry.manifest.contributions) if entry.manifest else ""


def _names(titles: list[str]) -> str:
    if len(titles) <= SHOWN:
        return ", ".join(titles)
    return _tr("{names} and {count} more").format(names=", ".join(titles[:SHOWN]), count=len(titles) - SHOWN)


def _tr(text: str) -> str:
    return QCoreApplication.translate("PluginWords", text)
