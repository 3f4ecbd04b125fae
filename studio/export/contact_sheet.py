"""A contact sheet: the steps of a run in a grid, each with its number, under what the run was asked for."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image

from studio import storage
from studio.errors import RefusedFile
from studio.export.caption import GAIN_EXPECTED, caption_forms
from studio.export.caption_letters import fitting
from studio.export.frame_look import Size
from studio.export.frame_sink import Leftover, free_names, part_stem
from studio.export.frame_text import clip_texts, read_frame
from studio.export.order import ExportOrder
from studio.export.picture_file import read_picture, write_new_image
from studio.export.sheet_text import SheetText
from studio.image import Image
from studio.job.recipe import Recipe
from studio.job.view import ViewKind

GROUND, QUIET = (0x16, 0x16, 0x16), (0xB8, 0xB8, 0xB8)
TEXT = (0xED, 0xED, 0xED)
PIXELS_MAXIMUM = 24_000_000
CELL_MINIMUM = 48
# Width to height of the whole sheet, about that of a screen.
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


class ContactSheet:
    """Takes frames onto one picture of at most 24 megapixels; larger frames are made smaller.

    What was begun lies beside the sheet as a picture of its own, if it was cut short.
    """

    def __init__(self, order: ExportOrder) -> None:
        self._order, self._target = order, order.target
        storage.make_folder(self._target.parent)
        storage.check_writable(self._target.parent)
        self._steps = [frame.step for frame in order.plan.frames]
        self._part = self._target.with_name(part_stem(order) + ".png")
        self._lay_out()
        self._whole, self._page = self._begun()

    @property
    def missing(self) -> Sequence[int]:
        return range(self._whole, len(self._steps))

    def add(self, number: int, frame: Image, gain: float) -> None:
        picture = PIL.Image.fromarray(frame.pixels)
        if picture.size != self._grid.cell:
            picture = picture.resize(self._grid.cell, PIL.Image.Resampling.LANCZOS)
        left, top = self._grid.corner(number)
        self._page.paste(picture, (left, top))
        baseline = top + self._grid.cell[1] + self._letters.line_height
        self._letters.draw(self._page, (left, baseline), self._forms(self._steps[number], gain)[self._form], QUIET)
        self._whole = number + 1

    def finish(self) -> Path:
        texts = clip_texts(self._order, shown=self._steps)
        path = write_new_image(self._target.parent, free_names(self._target), self._image(), texts)
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)
        return path

    def stop(self) -> Leftover:
        if not self._whole:
            return Leftover(0, None)
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)
        texts = clip_texts(self._order, whole=self._whole)
        return Leftover(self._whole, write_new_image(self._part.parent, [self._part.name], self._image(), texts))

    def _lay_out(self) -> None:
        frame, count = self._order.dresser.size, len(self._steps)
        forms = [self._forms(step, GAIN_EXPECTED) for step in self._steps]
        shrink = min(1.0, math.sqrt(PIXELS_MAXIMUM / (count * frame[0] * frame[1])))
        cell = (max(CELL_MINIMUM, round(frame[0] * shrink)), max(1, round(frame[1] * shrink)))
        self._form, self._letters = fitting(list(zip(*forms, strict=True)), cell[0], LABEL_LARGEST, LABEL_SMALLEST)
        label = self._letters.line_height + 4
        columns = _columns(count, (cell[0] + GAP, cell[1] + label + GAP))
        width = columns * (cell[0] + GAP) - GAP
        self._prompt = PROMPT.wrapped(self._order.recipe.prompt or "no prompt", width, PROMPT_LINES)
        self._settings = SETTINGS.wrapped(_settings(self._order.view, self._order.recipe), width, SETTINGS_LINES)
        top = MARGIN + len(self._prompt) * PROMPT.line + len(self._settings) * SETTINGS.line + GAP
        self._grid = _Grid(columns, math.ceil(count / columns), cell, label, top)

    def _forms(self, step: int, gain: float) -> tuple[str, ...]:
        """What a label may say; the view stands over the whole sheet."""
        return caption_forms(self._order.view, step, self._order.facts.levels, gain)[1:]

    def _begun(self) -> tuple[int, PIL.Image.Image]:
        """How many frames an earlier sheet of this export holds, and the page so far."""
        said = read_frame(self._part)
        if said.get("export") == self._order.fingerprint and isinstance(said.get("whole"), int):
            with contextlib.suppress(RefusedFile):
                page = PIL.Image.fromarray(read_picture(self._part).image.pixels).copy()
                if page.size == self._grid.size and 0 < said["whole"] <= len(self._steps):
                    return said["whole"], page
        page = PIL.Image.new("RGB", self._grid.size, GROUND)
        PROMPT.draw(page, (MARGIN, MARGIN), self._prompt)
        SETTINGS.draw(page, (MARGIN, MARGIN + len(self._prompt) * PROMPT.line), self._settings)
        return 0, page

    def _image(self) -> Image:
        return Image(np.asarray(self._page))


def _columns(count: int, cell: Size) -> int:
    """How many columns give a page nearest to the usual proportion, with few places left empty."""

    def strange(columns: int) -> float:
        rows = math.ceil(count / columns)
        return abs(math.log(columns * cell[0] / (rows * cell[1]) / PROPORTION)) + (columns * rows - count) / count

    return min(range(1, count + 1), key=strange)


def _settings(view: ViewKind, recipe: Recipe) -> str:
    sampling = recipe.sampling
    options = "".join(f" {name} {value}" for name, value in sampling.options.items())
    parts = [
        f"{view} of {sampling.steps} steps",
        f"{sampling.sampler}{options}",
        f"{sampling.spacing} spacing",
        f"guidance {recipe.guidance.scale:g}",
        f"seed {recipe.seed}",
        f"model {recipe.model}",
        f"without {recipe.negative_prompt}" if recipe.negative_prompt else "",
    ]
    return ",  ".join(part for part in parts if part)
