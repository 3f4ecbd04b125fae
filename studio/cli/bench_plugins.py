"""The benchmarks of plugins: what a hundred cost at the start, and what the road costs that their steps take."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from studio.cli.bench_figure import Figure, interleaved, spread
from studio.cli.plugin_template import write_plugin
from studio.plugin.home import plugin_host
from studio.plugin.host import PluginHost
from studio.plugin.ledger import Ledger
from studio.plugin.markers import Markers
from studio.plugin.store import PluginStore
from studio.sampling.registry import builtin_methods

if TYPE_CHECKING:
    from studio.generation.stopwatch import Stopwatch
    from studio.job.recipe import Recipe
    from studio.sampling.registry import Methods

COUNT = 100
# One network call a step, and a memory: most of what a step can ask of the road.
PLUGIN = "dpmpp_2m"
STARTS = 9


@dataclass(frozen=True)
class PluginBenchmarks:
    """Measures the sampler that `recipe` names, of `methods`; `stopwatch` makes one for any methods."""

    stopwatch: Callable[[Methods], Stopwatch]
    methods: Methods
    recipe: Recipe
    pairs: int

    def plugins(self) -> Iterator[Figure]:
        """Start and step."""
        yield _start(1 if self.pairs == 1 else STARTS)
        road, direct = self.stopwatch(self.methods), self.stopwatch(without_road(self.methods))
        ratios = interleaved(lambda: direct.loop(self.recipe), lambda: road.loop(self.recipe), self.pairs)
        costs = [100.0 * (ratio - 1.0) for ratio in ratios]
        yield Figure(
            "plugin_step", "a plugin's step by its road", statistics.median(costs), 1.0, "%", spread(costs, "pair")
        )


def without_road(methods: Methods) -> Methods:
    """The same methods, with the sampler of the measured plugin as its own code gives it. Loads the plugin."""
    found = builtin_methods()
    found.take_over(methods)
    (own,) = plugin_host().loaded(PLUGIN).samplers
    found.samplers.replace(own if one.info.name == PLUGIN else one for one in methods.samplers.by_name().values())
    return found


def _start(starts: int) -> Figure:
    """Reading the manifests of a hundred installed plugins, against none."""
    with TemporaryDirectory(prefix="reverie-bench-") as place:
        full, empty = Path(place) / "full", Path(place) / "empty"
        for folder in (full, empty):
            folder.mkdir()
        for number in range(COUNT):
            write_plugin(f"plugin{number}", full)
        added = [1000.0 * (_seconds(full) - _seconds(empty)) for _ in range(starts + 1)][1:]
    title = f"start with {COUNT} plugins against none"
    return Figure("plugin_start", title, statistics.median(added), 100.0, "ms", spread(added, "start"))


def _seconds(own: Path) -> float:
    """How long it takes to know all methods with the plugins in that folder."""
    began = time.perf_counter()
    # As if they came with the program: those are enabled.
    store = PluginStore(own, own / "none", Ledger(own / "plugins.json"))
    PluginHost(store, Markers(own / "at-work")).methods()
    return time.perf_counter() - began
