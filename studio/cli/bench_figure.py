"""What a benchmark found, and the table that shows it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

HEADINGS = ("what", "figure", "target", "met", "how it was measured")


@dataclass(frozen=True)
class Figure:
    """One measured value. `target` is the most it should be; `how` says of what it is made, and how much it varies."""

    name: str
    title: str
    value: float
    target: float
    unit: str
    how: str

    @property
    def met(self) -> bool:
        return self.value <= self.target

    def data(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "value": self.value,
            "target": self.target,
            "unit": self.unit,
            "met": self.met,
            "how": self.how,
        }

    def cells(self) -> tuple[str, ...]:
        """In the order of the headings."""
        return (
            self.title,
            self._shown(self.value),
            f"≤ {self._shown(self.target)}",
            "yes" if self.met else "NO",
            self.how,
        )

    def _shown(self, value: float) -> str:
        digits = {"": 3, "s": 2, "%": 1}.get(self.unit, 0)
        return f"{value:.{digits}f} {self.unit}".rstrip()


def table(figures: Iterable[Figure], *, markdown: bool = False) -> list[str]:
    """The lines of a table, for a terminal or for a Markdown page."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    if not markdown:
        return ["  ".join(row).rstrip() for row in padded]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    return [lines[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines[1:]]


def interleaved(first: Callable[[], float], second: Callable[[], float], pairs: int) -> list[float]:
    """Ratios second ÷ first, measured in the order A B B A A B …, so that a machine that slows down slows both.

    Each is called once before, without being counted.
    """
    first()
    second()
    ratios = []
    for number in range(pairs):
        if number % 2:
            b, a = second(), first()
        else:
            a, b = first(), second()
        ratios.append(b / a)
    return ratios


def spread(values: Sequence[float], what: str) -> str:
    """How much measured values vary, in words."""
    if len(values) < 2:
        return f"1 {what}"
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"median of {len(values)} {what}s, the middle half {low:.3f} to {high:.3f}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(percent / 100 * len(ordered)))]
