"""The contact sheet of a race: its pictures in a grid with headings, what each cost, and the prompt below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import PIL.Image
import PIL.ImageDraw

from studio.export.sheet_text import SheetText
from studio.image import Image
from studio.job.event import GeneratedImage
from studio.job.race import Axis, LaneResult, Race, lane_letter
from studio.job.recipe import Recipe

GROUND, RAISED, OUTLINE, QUIET = (22, 22, 22), (33, 33, 33), (125, 125, 125), (184, 184, 184)
EDGE_MINIMUM = 256
EDGE_GRID_MINIMUM = 64
PIXELS_MAXIMUM = 40_000_000
MARGIN, GAP, ROW_GAP = 32, 12, 20
HEADING_LINES, SENTENCE_LINES, PROMPT_LINES = 3, 6, 4
ROW_HEADING_WIDTH = 176
WIDTH_MINIMUM = 560

HEADING = SheetText(17, "SemiBold")
COST = SheetText(13, colour=QUIET)
PROMPT = SheetText(17)
SETTINGS = SheetText(13, colour=QUIET)


@dataclass(frozen=True)
class _Layout:
    """Sizes in pixels. A cell is a picture with two lines of costs below it."""

    columns: int
    rows: int
    width: int
    height: int
    row_heading: int
    top: int

    @property
    def page_width(self) -> int:
        inner = self.row_heading + self.columns * self.width + (self.columns - 1) * GAP
        return max(inner, WIDTH_MINIMUM) + 2 * MARGIN

    @property
    def cell_height(self) -> int:
        return self.height + 6 + 2 * COST.line

    @property
    def bottom(self) -> int:
        return self.top + self.rows * self.cell_height + (self.rows - 1) * ROW_GAP

    def corner(self, column: int, row: int) -> tuple[int, int]:
        left = MARGIN + self.row_heading + column * (self.width + GAP)
        return left, self.top + row * (self.cell_height + ROW_GAP)


def race_sheet(race: Race, results: Sequence[LaneResult]) -> GeneratedImage:
    """The sheet as a picture whose recipe is that of the race's base.

    Raises `ValueError` if no lane has a picture.
    """
    made = next((result.generated for result in results if result.generated), None)
    if made is None:
        raise ValueError("a race without a picture has no sheet")
    seconds = sum(result.seconds for result in results)
    return replace(made, image=_drawn(race, results), recipe=race.base, seconds=seconds)


def _drawn(race: Race, results: Sequence[LaneResult]) -> Image:
    layout = _layout(race, results)
    wide = layout.page_width - 2 * MARGIN
    prompt = PROMPT.wrapped(race.base.prompt or "no prompt", wide, PROMPT_LINES)
    if "prompt" in _varied(race):
        prompt = []
    settings = SETTINGS.wrapped(_settings(race), wide, 3)
    foot = layout.bottom + GAP * 2
    height = foot + len(prompt) * PROMPT.line + 4 + len(settings) * SETTINGS.line + MARGIN
    page = PIL.Image.new("RGB", (layout.page_width, height), GROUND)
    _draw_headings(page, race, layout)
    for number, result in enumerate(results):
        _draw_cell(page, layout, number, result)
    PROMPT.draw(page, (MARGIN, foot), prompt)
    SETTINGS.draw(page, (MARGIN, foot + len(prompt) * PROMPT.line + 4), settings)
    return Image(np.asarray(page))


def _layout(race: Race, results: Sequence[LaneResult]) -> _Layout:
    """Small pictures are enlarged to a whole multiple, so that headings fit; too large sheets are shrunk."""
    sizes = [(result.image.width, result.image.height) for result in results if result.image]
    width, height = max(size[0] for size in sizes), max(size[1] for size in sizes)
    larger = max(1, math.ceil(EDGE_MINIMUM / max(width, height)))
    columns, rows = len(race.columns.values), len(race.rows.values) if race.rows else 1
    shrink = min(1.0, math.sqrt(PIXELS_MAXIMUM / (columns * rows * width * height * larger**2)))
    headings = max(len(_heading(race.columns, v, round(width * larger * shrink))) for v in race.columns.values)
    return _Layout(
        columns,
        rows,
        max(EDGE_GRID_MINIMUM, round(width * larger * shrink)),
        max(EDGE_GRID_MINIMUM, round(height * larger * shrink)),
        _row_heading(race) + 2 * GAP if race.rows else 0,
        MARGIN + headings * HEADING.line + 8,
    )


def _row_heading(race: Race) -> int:
    """As wide as the longest heading of a row, up to a limit."""
    labels = [race.rows.label(value) for value in race.rows.values] if race.rows else []
    return min(max((HEADING.width(label) for label in labels), default=0), ROW_HEADING_WIDTH)


def _heading(axis: Axis, value: bool | int | float | str, width: int) -> list[str]:
    return HEADING.wrapped(axis.label(value) or "empty", width, HEADING_LINES)


def _draw_headings(page: PIL.Image.Image, race: Race, layout: _Layout) -> None:
    for column, value in enumerate(race.columns.values):
        lines = _heading(race.columns, value, layout.width)
        left, top = layout.corner(column, 0)
        place = (left, top - 8 - len(lines) * HEADING.line)
        HEADING.draw(page, place, lines, width=layout.width, centred=True)
    for row, value in enumerate(race.rows.values if race.rows else ()):
        lines = _heading(race.rows, value, layout.row_heading - 2 * GAP) if race.rows else []
        top = layout.corner(0, row)[1] + (layout.height - len(lines) * HEADING.line) // 2
        HEADING.draw(page, (MARGIN, top), lines)


def _draw_cell(page: PIL.Image.Image, layout: _Layout, number: int, result: LaneResult) -> None:
    left, top = layout.corner(result.lane.column, result.lane.row)
    if result.image is None:
        box = (left, top, left + layout.width - 1, top + layout.height - 1)
        PIL.ImageDraw.Draw(page).rectangle(box, RAISED, OUTLINE)
        lines = COST.wrapped(result.sentence or "No picture.", layout.width - 24, SENTENCE_LINES)
        COST.draw(page, (left + 12, top + 12), lines)
    else:
        picture = PIL.Image.fromarray(result.image.pixels)
        scale = min(layout.width / picture.width, layout.height / picture.height)
        size = (round(picture.width * scale), round(picture.height * scale))
        if size != picture.size:
            picture = picture.resize(size, PIL.Image.Resampling.LANCZOS)
        page.paste(picture, (left + (layout.width - size[0]) // 2, top + (layout.height - size[1]) // 2))
    below = [COST.cut(line, layout.width) for line in _cost(number, result)]
    COST.draw(page, (left, top + layout.height + 6), below, width=layout.width, centred=True)


def _cost(number: int, result: LaneResult) -> list[str]:
    letter = lane_letter(number)
    if result.image is None:
        return [f"{letter}   no picture"]
    distance = result.distance
    far = "distances are to this one" if number == 0 else "" if distance is None else f"distance {distance:.3f}"
    calls = "1 network call" if result.calls == 1 else f"{result.calls} network calls"
    return [f"{letter}   {calls}, {result.seconds:.1f} s", "" if math.isnan(distance or 0.0) else far]


def _varied(race: Race) -> set[str]:
    return {race.columns.field, race.rows.field} if race.rows else {race.columns.field}


def _settings(race: Race) -> str:
    """What all lanes share, apart from the prompt."""
    base, varied = race.base, _varied(race)
    parts = {
        "model": base.model,
        "size": f"{base.width} × {base.height}",
        "seed": f"seed {base.seed}",
        "sampler": base.sampling.sampler + ("" if "sampler" in varied else _options(base, varied)),
        "steps": f"{base.sampling.steps} steps",
        "spacing": f"{base.sampling.spacing} spacing",
        "scale": f"guidance {base.guidance.scale:g}",
        "rescale": f"rescale {base.guidance.rescale:g}" if base.guidance.rescale else "",
        "negative_prompt": f"without {base.negative_prompt}" if base.negative_prompt else "",
    }
    return ",  ".join(text for name, text in parts.items() if text and name not in varied)


def _options(base: Recipe, varied: set[str]) -> str:
    return "".join(f" {name} {value}" for name, value in base.sampling.options.items() if name not in varied)
