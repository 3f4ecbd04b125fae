"""Where plugins are at home on this machine, and the methods that there are with them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from studio import paths
from studio.plugin.host import PluginHost
from studio.plugin.ledger import Ledger
from studio.plugin.markers import Markers
from studio.plugin.store import PluginStore
from studio.sampling.registry import Methods


def plugin_host() -> PluginHost:
    """The host of this process: plugins are loaded once."""
    return _host(paths.data(), bool(os.environ.get(paths.SAFE_VARIABLE)))


@cache
def _host(data: Path, safe: bool) -> PluginHost:
    store = PluginStore(paths.plugins(), data / "plugins", Ledger(data / "plugins.json"), safe=safe)
    return PluginHost(store, Markers(data / "plugins-at-work"))


def end_left_threads() -> list[str]:
    """Switch the plugins off that left a thread running; a sentence on each."""
    return [sentence for _, sentence in plugin_host().end_left_threads()]


def known_methods() -> Methods:
    """The built-in methods and those of all enabled plugins; no plugin's code is run for it."""
    return plugin_host().methods()
