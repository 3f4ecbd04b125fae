"""The page of a contact sheet: the frames of an order in a grid, each with its label, under what was asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import PIL.Image

from studio.export.caption import GAIN_EXPECTED
from studio.export.caption_letters import fitting
from studio.export.frame_look import Size
from studio.export.order import Order
from studio.export.sheet_text import SheetText
from studio.image import Image

GROUND, QUIET = (0x16, 0x16, 0x16), (0xB8, 0xB8, 0xB8)
TEXT = (0xED, 0xED, 0xED)
PIXELS_MAXIMUM = 24_000_000
CELL_MINIMUM = 48
# Width to height of the whole page, about that of a screen.
PROPORTION = 1.6
MARGIN, GAP = 24, 12
PROMPT_LINES, SETTINGS_LINES = 2, 2
PROMPT, SETTINGS = SheetText(17, "SemiBold", TEXT), SheetText(13, colour=QUIET)
LABEL_LARGEST, LABEL_SMALLEST = 14, 9


@dataclass(frozen=True)
class _Grid:
    """Sizes in pixels. A cell is a picture with its label below it."""

    columns: int
    rows: int
    cell: Size
    label: int
    top: int

    @property
    def size(self) -> Size:
        width = self.columns * (self.cell[0] + GAP) - GAP
        height = self.rows * (self.cell[1] + self.label + GAP) - GAP
        return width + 2 * MARGIN, self.top + height + MARGIN

    def corner(self, number: int) -> tuple[int, int]:
        row, column = divmod(number, self.columns)
        return MARGIN + column * (self.cell[0] + GAP), self.top + row * (self.cell[1] + self.label + GAP)


class SheetPage:
    """Frames are put onto it one after another. All of them together take at most `pixels`; larger ones are shrunk."""

    def __init__(self, order: Order, pixels: int = PIXELS_MAXIMUM) -> None:
        self._order = order
        self.steps = [frame.step for frame in order.plan.frames]
        self._lay_out(pixels)
        self._page = PIL.Image.new("RGB", self.size, GROUND)
        PROMPT.draw(self._page, (MARGIN, MARGIN), self._prompt)
        SETTINGS.draw(self._page, (MARGIN, MARGIN + len(self._prompt) * PROMPT.line), self._settings)

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return self._grid.size

    @property
    def image(self) -> Image:
        """The page as it is now."""
        return Image(np.asarray(self._page))

    def corner(self, number: int) -> tuple[int, int]:
        """Where frame `number` lies, counted from 0: its upper left corner."""
        return self._grid.corner(number)

    def begin_with(self, page: Image) -> None:
        """Go on with a page of this size."""
        self._page = PIL.Image.fromarray(page.pixels).copy()

    def put(self, number: int, frame: Image, gain: float) -> None:
        """Put a frame in its place, with its label below."""
        picture = PIL.Image.fromarray(frame.pixels)
        if picture.size != self._grid.cell:
            picture = picture.resize(self._grid.cell, PIL.Image.Resampling.LANCZOS)
        left, top = self.corner(number)
        self._page.paste(picture, (left, top))
        baseline = top + self._grid.cell[1] + self._letters.line_height
        label = self._order.labels(self.steps[number], gain)[self._form]
        self._letters.draw(self._page, (left, baseline), label, QUIET)

    def _lay_out(self, pixels: int) -> None:
        frame, count = self._order.dresser.size, len(self.steps)
        forms = [self._order.labels(step, GAIN_EXPECTED) for step in self.steps]
        shrink = min(1.0, math.sqrt(pixels / (count * frame[0] * frame[1])))
        cell = (max(CELL_MINIMUM, round(frame[0] * shrink)), max(1, round(frame[1] * shrink)))
        self._form, self._letters = fitting(list(zip(*forms, strict=True)), cell[0], LABEL_LARGEST, LABEL_SMALLEST)
        label = self._letters.line_height + 4
        columns = self._order.columns or _columns(count, (cell[0] + GAP, cell[1] + label + GAP))
        width = columns * (cell[0] + GAP) - GAP
        self._prompt = PROMPT.wrapped(self._order.title or "no prompt", width, PROMPT_LINES)
        self._settings = SETTINGS.wrapped(self._order.settings, width, SETTINGS_LINES)
        top = MARGIN + len(self._prompt) * PROMPT.line + len(self._settings) * SETTINGS.line + GAP
        self._grid = _Grid(columns, math.ceil(count / columns), cell, label, top)


def _columns(count: int, cell: Size) -> int:
    """How many columns give a page nearest to the usual proportion, with few places left empty."""

    def strange(columns: int) -> float:
        rows = math.ceil(count / columns)
        return abs(math.log(columns * cell[0] / (rows * cell[1]) / PROPORTION)) + (columns * rows - count) / count

    return min(range(1, count + 1), key=strange)
