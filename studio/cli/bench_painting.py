"""The benchmark of painting: from a move of the mouse to the painted screen, at rest and while pictures are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studio.cli.bench_figure import Figure, percentile
from studio.cli.window_process import measured, screen
from studio.errors import StudioError

MODULE, FUNCTION = "measuring_strokes", "stroke_delays"
# The edge of the picture in pixels, and the most that 99 of 100 moves may take in milliseconds.
TARGETS = ((1024, 16.0), (4096, 33.0))


@dataclass(frozen=True)
class PaintingBenchmark:
    """Draws `strokes` strokes on pictures of two sizes. While pictures are made, each has `steps` steps."""

    strokes: int
    steps: int

    def painting(self) -> Iterator[Figure]:
        """How long it takes until a move of the brush is seen."""
        for edge, target in TARGETS:
            yield self._figure(edge, target, 0)
            yield self._figure(edge, target, self.steps)

    def _figure(self, edge: int, target: float, steps: int) -> Figure:
        seen = measured(MODULE, FUNCTION, edge, self.strokes, steps)
        delays = [float(delay) for delay in seen["delays"]]
        if not delays or not seen["masked"]:
            raise StudioError("The brush painted nothing, so it was not measured. Try 'reverie doctor'.")
        when = f"{seen['meanwhile']} of them while a picture was made" if steps else "nothing else was done"
        return Figure(
            f"stroke-{edge}{'-busy' if steps else ''}",
            f"brush seen on {edge}×{edge}{', worker busy' if steps else ''}, 99 of 100",
            percentile(delays, 99),
            target,
            "ms",
            f"{len(delays)} moves, half of them within {percentile(delays, 50):.1f} ms; {when}; {screen()}",
        )
