"""`reverie bench`: how fast the studio is, in ratios that can be compared between machines."""

from __future__ import annotations

import os
import platform
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence

from studio import __version__
from studio.cli import values
from studio.cli.bench_figure import Figure, table
from studio.cli.bench_painting import PaintingBenchmark
from studio.cli.bench_window import WindowBenchmarks
from studio.cli.command import Command, Session
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import StudioError
from studio.job.cancel import CancelToken
from studio.job.preview import PreviewSettings

PAIRS, STARTS, PICTURES, STEPS, STROKES = 15, 5, 8, 30, 20
QUICK_STEPS = 2
QUICK_FRAMES = 3
NAMES = (
    "loop",
    "preview",
    "inpainting",
    "interpolation",
    "recording",
    "diffusers",
    "plugins",
    "window",
    "responsiveness",
    "painting",
)

Benchmark = Callable[[], Iterator[Figure]]


def _configure(parser: ArgumentParser) -> None:
    pairs = values.bounded("pairs", "Pairs", 1, 1000)
    steps = values.bounded("steps", "Steps", 1, 1000)
    parser.add_argument("--only", metavar="NAME", action="append", choices=NAMES, help=f"one of: {', '.join(NAMES)}")
    parser.add_argument("--model", default="", metavar="NAME", help="default: the starter model")
    parser.add_argument("--steps", type=steps, default=STEPS, metavar="N", help=f"default: {STEPS}")
    parser.add_argument(
        "--pairs", type=pairs, default=PAIRS, metavar="N", help=f"measurements of each ratio; default: {PAIRS}"
    )
    parser.add_argument(
        "--processor-time", action="store_true", help="for the model: count what the processor works, not what passes"
    )
    parser.add_argument("--quick", action="store_true", help="measure everything once, to see that it can be measured")
    parser.add_argument("--markdown", action="store_true", help="a table for a Markdown page")
    parser.add_argument("--json", action="store_true", help="one figure a line, as JSON")
    add_placement_flags(parser)


def _run(flags: Namespace, session: Session) -> int:
    console = session.console
    wanted = [name for name in NAMES if not flags.only or name in flags.only]
    figures: list[Figure] = []
    try:
        with session.interruptions.cancelling() as token:
            benchmarks = _benchmarks(wanted, flags, session, token)
            for name in wanted:
                if console.on_terminal:
                    console.note(f"Measuring: {name} ...")
                for figure in _measured(benchmarks[name], token):
                    figures.append(figure)
                    if flags.json:
                        console.record(figure.data())
    finally:  # what was measured for minutes is shown whatever became of the rest
        if figures and not flags.json:
            for line in [*table(figures, markdown=flags.markdown), "", _surroundings()]:
                console.say(line)
    return 0


def _measured(benchmark: Benchmark, token: CancelToken) -> Iterator[Figure]:
    """The figures of a benchmark. Where a signal made it fail, it was cancelled."""
    try:
        yield from benchmark()
    except StudioError:
        token.check()
        raise


def _benchmarks(
    wanted: Sequence[str], flags: Namespace, session: Session, token: CancelToken
) -> Mapping[str, Benchmark]:
    steps = QUICK_STEPS if flags.quick else flags.steps
    of_window = _of_window(flags, steps)
    if set(wanted) <= set(of_window):
        return of_window
    from studio.cli.bench_model import FRAMES, ModelBenchmarks
    from studio.cli.bench_plugins import PLUGIN, PluginBenchmarks
    from studio.generation.stopwatch import Stopwatch

    workplace = Workplace(session.console)
    placement = workplace.placement(flags)
    services = workplace.services(placement, PreviewSettings("off"))
    entry = workplace.catalog.get(flags.model, allow_path=True) if flags.model else workplace.catalog.entries()[0]
    clock = time.process_time if flags.processor_time else time.perf_counter
    stopwatch = Stopwatch(services.models, services.methods, token, clock)
    pairs, frames = (1, QUICK_FRAMES) if flags.quick else (flags.pairs, FRAMES)
    model = ModelBenchmarks(stopwatch, entry, placement, steps, pairs, frames)
    plugins = PluginBenchmarks(
        lambda methods: Stopwatch(services.models, methods, token, clock),
        services.methods,
        model.recipe(sampler=PLUGIN),
        pairs,
    )
    of_model: Mapping[str, Benchmark] = {
        "loop": model.loop,
        "preview": model.preview,
        "inpainting": model.inpainting,
        "interpolation": model.interpolation,
        "recording": model.recording,
        "diffusers": model.diffusers,
        "plugins": plugins.plugins,
    }
    return {**of_window, **of_model}


def _of_window(flags: Namespace, steps: int) -> Mapping[str, Benchmark]:
    """Those that open the window, which need no model here."""
    window = WindowBenchmarks(*((1, 1) if flags.quick else (STARTS, PICTURES)), steps)
    brush = PaintingBenchmark(1 if flags.quick else STROKES, steps)
    return {"window": window.window, "responsiveness": window.responsiveness, "painting": brush.painting}


def _surroundings() -> str:
    """What the figures depend on besides the program."""
    system = f"Reverie {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    busy = f"; work waiting for them: {os.getloadavg()[0]:.1f} on average" if hasattr(os, "getloadavg") else ""
    return f"{system}, {os.cpu_count()} processors{busy}."


COMMAND = Command(
    "Measure how fast the studio is, against targets. Takes some minutes; let nothing else run meanwhile.",
    _configure,
    _run,
)
