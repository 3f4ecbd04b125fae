"""Runs that never were: facts of trajectories and the views of their steps, to export."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image

from studio.export.export_event import ENDINGS, ExportEvent
from studio.export.order import FORMATS, ExportOrder, FormatName
from studio.export.run_export import FrameSource, run_export
from studio.export.sequence import Pace
from studio.image import Image, Pixels
from studio.job.cancel import CancelToken
from studio.job.facts import FactsRequest, LevelFacts, TrajectoryFacts
from studio.job.recipe import recipe
from studio.job.view import ViewReady, ViewRequest
from studio.sampling.schedule import from_betas, scaled_linear_betas

WIDTH, HEIGHT = 72, 64


def facts(steps: int = 8, kept: Sequence[int] | None = None, **fields: Any) -> TrajectoryFacts:
    """A run of so many steps in 72 × 64 pixels, all of them kept unless `kept` says otherwise."""
    schedule = from_betas(scaled_linear_betas())
    levels = [schedule.level(float(t)) for t in np.linspace(999, 0, steps + 1).round()]
    return TrajectoryFacts(
        FactsRequest("a" * 32),
        trajectory="a" * 32,
        recipe=recipe(**{"prompt": "red apple", "seed": 7, "width": WIDTH, "height": HEIGHT, **fields}),
        levels=tuple(LevelFacts(level.timestep, level.alpha, level.sigma) for level in levels),
        kept=tuple(range(steps + 1) if kept is None else kept),
    )


def pixels_of(step: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """What a step looks like: a shade and a bar, different in each step, with more than 256 colours."""
    y, x = np.mgrid[0:height, 0:width]
    red = (x * 255 // max(1, width - 1) + 23 * step) % 256
    green = y * 255 // max(1, height - 1)
    picture = np.stack([red, green, np.full_like(red, (40 + 17 * step) % 256)], axis=-1).astype(np.uint8)
    picture[:, (3 * step) % width] = 255
    return picture


class Views:
    """The views of a run, as the worker would decode them; keeps which steps were asked for."""

    def __init__(self, size: tuple[int, int] = (WIDTH, HEIGHT), gain: float = 1.0) -> None:
        self.size, self.gain = size, gain
        self.asked: list[int] = []

    def __call__(self, step: int) -> ViewReady:
        self.asked.append(step)
        return ViewReady(ViewRequest("a" * 32, step), Image(pixels_of(step, *self.size)), gain=self.gain)


def order(folder: Path, format: FormatName = "gif", steps: int = 8, **fields: Any) -> ExportOrder:
    """An export of a run of so many steps into `folder`."""
    known = fields.pop("facts", None) or facts(steps)
    pace = fields.pop("pace", None) or Pace()
    return ExportOrder(known, folder / f"clip{FORMATS[format].suffix}", format, pace=pace, **fields)


def exported(wanted: ExportOrder, source: FrameSource | None = None, token: CancelToken | None = None) -> ExportEvent:
    """Run an export to its ending."""
    return list(run_export(1, wanted, source or Views(), token or CancelToken()))[-1]


def cut_short(wanted: ExportOrder, frames: int, source: FrameSource | None = None) -> ExportEvent:
    """Run an export that is cancelled when so many frames are whole; its ending."""
    token = CancelToken()
    events: list[ExportEvent] = []
    for event in run_export(1, wanted, source or Views(), token):
        events.append(event)
        if event.whole >= frames and not isinstance(event, ENDINGS):
            token.cancel()
    return events[-1]


def pictures_in(path: Path) -> list[Pixels]:
    """The frames of a file or folder, read by Pillow or PyAV."""
    return [pixels for pixels, _ in frames_in(path)]


def frames_in(path: Path) -> list[tuple[Pixels, float]]:
    """The frames and how many seconds each is shown; not told for pictures in a folder."""
    if path.is_dir():
        return [(np.asarray(PIL.Image.open(file).convert("RGB")), 0.0) for file in sorted(path.iterdir())]
    if path.suffix == ".mp4":
        return list(_video_frames(path))
    with PIL.Image.open(io.BytesIO(path.read_bytes())) as opened:
        found = []
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            found.append((np.asarray(opened.convert("RGB")), opened.info.get("duration", 0) / 1000))
    return found


def _video_frames(path: Path) -> Iterator[tuple[Pixels, float]]:
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            yield frame.to_ndarray(format="rgb24"), float(frame.duration * frame.time_base)
