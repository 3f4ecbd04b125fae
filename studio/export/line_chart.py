"""A plot of lines on logarithmic axes, drawn for a page: each line is named at its end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import PIL.Image
import PIL.ImageDraw

from studio.export.sheet_text import SheetText
from studio.image import Image

GROUND, LINE, QUIET = (22, 22, 22), (60, 60, 60), (184, 184, 184)
COLOURS = ((86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167))
FINER = 2
WIDTH, HEIGHT = 960, 560
LEFT, RIGHT, TOP, BOTTOM = 96, 210, 84, 106


@dataclass(frozen=True)
class Line:
    """Named points (x, y), all above 0. A `dashed` line is one to compare with."""

    name: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False


@dataclass(frozen=True)
class LineChart:
    """`heading` and `note` are sentences; `x` and `y` say what the axes measure."""

    heading: str
    x: str
    y: str
    lines: Sequence[Line]
    note: str = ""

    def image(self) -> Image:
        """The plot, 960 × 560 pixels."""
        page = PIL.Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), GROUND)
        pen = PIL.ImageDraw.Draw(page)
        self._draw_axes(page, pen)
        for number, line in enumerate(self.lines):
            self._draw_line(pen, line, COLOURS[number % len(COLOURS)])
        self._draw_names(page)
        return Image(np.asarray(page.resize((WIDTH, HEIGHT), PIL.Image.Resampling.LANCZOS)))

    @property
    def _reach(self) -> tuple[float, float, float, float]:
        """The ends of the axes, as logarithms: x from, to, y from, to."""
        xs, ys = zip(*(point for line in self.lines for point in line.points), strict=True)
        low, high = math.log10(min(ys)), math.log10(max(ys))
        margin = max(0.08, 0.06 * (high - low))
        return math.log10(min(xs)), math.log10(max(xs)), low - margin, high + margin

    def _place(self, x: float, y: float) -> tuple[float, float]:
        x0, x1, y0, y1 = self._reach
        across = (math.log10(x) - x0) / max(x1 - x0, 1e-9)
        up = (math.log10(y) - y0) / max(y1 - y0, 1e-9)
        return (
            FINER * (LEFT + across * (WIDTH - LEFT - RIGHT)),
            FINER * (HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)),
        )

    def _draw_axes(self, page: PIL.Image.Image, pen: PIL.ImageDraw.ImageDraw) -> None:
        small, quiet = SheetText(13 * FINER, colour=QUIET), SheetText(14 * FINER, colour=QUIET)
        x0, x1, y0, y1 = self._reach
        for value in _ticks(y0, y1):
            (left, level), (right, _) = self._place(10**x0, value), self._place(10**x1, value)
            pen.line((left, level, right, level), LINE, FINER)
            text = f"{value:g}"
            small.draw(page, (int(left) - small.width(text) - 10 * FINER, int(level) - small.line // 2), [text])
        for value in sorted({x for line in self.lines for x, _ in line.points}):
            place, floor = self._place(value, 10**y0)
            pen.line((place, floor, place, floor + 5 * FINER), QUIET, FINER)
            text = f"{value:g}"
            small.draw(page, (int(place) - small.width(text) // 2, int(floor) + 8 * FINER), [text])
        SheetText(19 * FINER, "SemiBold").draw(page, (24 * FINER, 18 * FINER), [self.heading])
        quiet.draw(page, (24 * FINER, 48 * FINER), [self.y])
        foot = (WIDTH - RIGHT) * FINER - quiet.width(self.x)
        quiet.draw(page, (foot, (HEIGHT - BOTTOM + 30) * FINER), [self.x])
        note = small.wrapped(self.note, (WIDTH - 48) * FINER, 2)
        small.draw(page, (24 * FINER, (HEIGHT - 18) * FINER - len(note) * small.line), note)

    def _draw_line(self, pen: PIL.ImageDraw.ImageDraw, line: Line, colour: tuple[int, int, int]) -> None:
        places = [self._place(*point) for point in line.points]
        for (ax, ay), (bx, by) in pairwise(places):
            pieces = max(1, round(math.hypot(bx - ax, by - ay) / (14 * FINER))) if line.dashed else 1
            for piece in range(pieces):
                a, b = piece / pieces, (piece + (0.5 if line.dashed else 1.0)) / pieces
                ends = (ax + a * (bx - ax), ay + a * (by - ay), ax + b * (bx - ax), ay + b * (by - ay))
                pen.line(ends, colour, 3 * FINER)
        for x, y in places:
            reach = 4.5 * FINER
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), GROUND if line.dashed else colour, colour, FINER)

    def _draw_names(self, page: PIL.Image.Image) -> None:
        """At the ends of the lines, moved apart where they would lie on each other."""
        lowest = -math.inf
        order = sorted(range(len(self.lines)), key=lambda number: self._place(*self.lines[number].points[-1])[1])
        for number in order:
            text = SheetText(14 * FINER, "Medium", COLOURS[number % len(COLOURS)])
            lines = text.wrapped(self.lines[number].name, (RIGHT - 36) * FINER, 2)
            _, level = self._place(*self.lines[number].points[-1])
            top = max(level - len(lines) * text.line / 2, lowest)
            text.draw(page, (int((WIDTH - RIGHT + 18) * FINER), int(top)), lines)
            lowest = top + len(lines) * text.line + 2 * FINER


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two logarithms: powers of ten, and with few of those also their 2 and 5 times."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    steps = (1, 2, 5) if high - low < 2.5 else (1,)
    found = [step * 10.0**power for power in powers for step in steps]
    return [value for value in found if low <= math.log10(value) <= high]
