"""What is kept of one run to look back at: a small picture of every step, of its x0 or of its x. No Qt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

from studio.image import Image
from studio.job.event import PreviewKind
from studio.job.recipe import Recipe
from studio.ui.timeline.strip_layout import Cell

KEPT_BYTES = 64 * 1024 * 1024
"""How much memory the pictures of one kind may take. Beyond it every second one is let go."""

CellState = Literal["empty", "computing", "present", "missed"]


class Film:
    """The steps 1 to `steps` of one run. `done` is the last finished one, 0 before the first.

    `timesteps` are those of the `steps` + 1 levels, or nothing as long as the grid is not known; `size` is width and
    height of the finished picture; `recipe` is how it is made, if that is known.
    """

    def __init__(
        self,
        steps: int,
        timesteps: Sequence[float] = (),
        size: tuple[int, int] = (0, 0),
        recipe: Recipe | None = None,
    ) -> None:
        self.steps = steps
        self.size = size
        self.recipe = recipe
        self.done = 0
        self.running = False
        self.final: Image | None = None
        self._timesteps = tuple(timesteps)
        self._kept: dict[PreviewKind, dict[int, Image]] = {"x0": {}, "x": {}}
        self._stride: dict[PreviewKind, int] = {"x0": 1, "x": 1}

    def keep(self, step: int, kind: PreviewKind, image: Image) -> None:
        """Keep `image` for `step` (1 to `steps`); others are passed over. The newest is always kept."""
        if not 1 <= step <= self.steps:
            return
        kept = self._kept[kind]
        newest = max(kept, default=0)
        kept[step] = image
        if newest and newest < step:
            self._thin(kind, (newest,))
        while len(kept) > 2 and sum(picture.pixels.nbytes for picture in kept.values()) > KEPT_BYTES:
            self._stride[kind] *= 2
            self._thin(kind, tuple(kept))

    def picture(self, step: int, kind: PreviewKind) -> Image | None:
        """What is kept of `step`. The last step of a finished run is the finished picture itself."""
        if step == self.steps and self.final is not None:
            return self.final
        return self._kept[kind].get(step)

    def kept(self, kind: PreviewKind) -> list[int]:
        """The steps that can be looked at, rising."""
        steps = set(self._kept[kind])
        if self.final is not None:
            steps.add(self.steps)
        return sorted(steps)

    def saw(self, kind: PreviewKind) -> bool:
        """Whether a picture of this kind was kept, the finished one aside."""
        return bool(self._kept[kind])

    def computes(self, cell: Cell) -> bool:
        """Whether the step being computed belongs to `cell`."""
        return self.running and cell.first <= self.done + 1 <= cell.last

    def nearest(self, step: int, kind: PreviewKind) -> int | None:
        """The kept step that is nearest to `step`, the earlier one of two; None if nothing is kept."""
        return min(self.kept(kind), key=lambda kept: (abs(kept - step), kept), default=None)

    def moved(self, step: int, by: int, kind: PreviewKind) -> int | None:
        """The kept step that lies `by` kept steps after `step`, or before it; at the ends the outermost one."""
        kept = self.kept(kind)
        if not kept or not by:
            return self.nearest(step, kind)
        place = bisect_left(kept, step)
        if by > 0 and (place == len(kept) or kept[place] != step):
            place -= 1
        return kept[min(max(place + by, 0), len(kept) - 1)]

    def shown_by(self, cell: Cell, kind: PreviewKind) -> int | None:
        """The kept step that `cell` shows: its own, or else the nearest of those it stands for."""
        steps = (step for step in self.kept(kind) if cell.first <= step <= cell.last)
        return min(steps, key=lambda step: abs(step - cell.step), default=None)

    def state(self, cell: Cell, kind: PreviewKind) -> CellState:
        """How `cell` looks."""
        if self.shown_by(cell, kind) is not None:
            return "present"
        if self.computes(cell):
            return "computing"
        return "missed" if cell.last <= self.done else "empty"

    def timestep(self, step: int) -> float | None:
        """The timestep of the level that `step` reached, or None if the grid is not known."""
        return self._timesteps[step] if step < len(self._timesteps) else None

    def _thin(self, kind: PreviewKind, steps: Sequence[int]) -> None:
        """Let go of those of `steps` that lie between the strides. The first and the newest stay."""
        kept = self._kept[kind]
        newest = max(kept)
        for step in steps:
            if (step - 1) % self._stride[kind] and step != newest:
                del kept[step]
