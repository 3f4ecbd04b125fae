"""Which steps get a cell in a strip, and where everything lies. Lengths in logical pixels. No Qt."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

TICK_GAP = 3.0
"""Ticks that would stand closer than this are left out, evenly."""

STRIDES = (1, 2, 5)


@dataclass(frozen=True)
class Cell:
    """A cell shows `step`, stands for the steps `first` to `last` around it, and begins at `left`."""

    step: int
    first: int
    last: int
    left: float


@dataclass(frozen=True)
class StripLayout:
    """`steps` steps in a strip `width` wide, in square cells of `edge` with at least `gap` between them.

    If not all steps fit, evenly chosen ones have cells, the first and the last among them, and the strip is filled
    from side to side. Steps without a cell lie evenly between the middles of their neighbours.
    """

    steps: int
    width: float
    edge: float
    gap: float

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All cells from left to right. Together they stand for every step, each step once."""
        chosen = self._chosen
        ends = [(before + after) // 2 for before, after in pairwise(chosen)] + [self.steps]
        firsts = [1] + [end + 1 for end in ends]
        parts = zip(chosen, firsts, ends, strict=False)
        return tuple(Cell(step, first, last, n * self.pitch) for n, (step, first, last) in enumerate(parts))

    @cached_property
    def pitch(self) -> float:
        """From one cell to the next."""
        count = len(self._chosen)
        if 1 < count < self.steps:
            return (self.width - self.edge) / (count - 1)
        return self.edge + self.gap

    def cell_of(self, step: int) -> Cell:
        """The cell that stands for `step` (1 to `steps`)."""
        return next(cell for cell in self.cells if step <= cell.last)

    def cell_at(self, x: float) -> Cell | None:
        """The cell that covers `x`, or None between and beside the cells."""
        return next((cell for cell in self.cells if cell.left <= x < cell.left + self.edge), None)

    def place(self, step: float) -> float:
        """The middle of `step`: for a step with a cell the middle of that cell."""
        chosen = self._chosen
        if len(chosen) < 2:
            return self.edge / 2
        before = min(max(bisect_right(chosen, step) - 1, 0), len(chosen) - 2)
        share = (step - chosen[before]) / (chosen[before + 1] - chosen[before])
        return self.edge / 2 + (before + share) * self.pitch

    def step_at(self, x: float) -> int:
        """The step whose middle is nearest to `x`: 1 to `steps`."""
        chosen = self._chosen
        if len(chosen) < 2:
            return chosen[0]
        along = min(max((x - self.edge / 2) / self.pitch, 0.0), len(chosen) - 1.0)
        before = min(int(along), len(chosen) - 2)
        return round(chosen[before] + (along - before) * (chosen[before + 1] - chosen[before]))

    def tick_stride(self) -> int:
        """Every how many steps a tick is drawn: 1, 2, 5, 10, 20, … so that ticks stay apart."""
        if len(self._chosen) < 2:
            return self.steps
        width = (self.place(self.steps) - self.place(1)) / (self.steps - 1)
        size = 1
        while True:
            for stride in STRIDES:
                if stride * size * width >= TICK_GAP:
                    return stride * size
            size *= 10

    @cached_property
    def _chosen(self) -> tuple[int, ...]:
        """The steps that have a cell; of a strip without room for two, the last."""
        room = int((self.width + self.gap) // (self.edge + self.gap))
        count = min(self.steps, max(1, room))
        if count == 1:
            return (self.steps,)
        return tuple(1 + round(n * (self.steps - 1) / (count - 1)) for n in range(count))
