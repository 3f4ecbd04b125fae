"""One export from its order to exactly one ending, whatever is raised on the way.

A generator of events: one picture is decoded, dressed and written between two of them, so no more than that is ever in
memory, and whoever draws the events may do other things in between.
"""

from __future__ import annotations

import errno
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from studio.errors import CancelRequested, InvalidField, StorageError, StudioError
from studio.export.container import Container, Reel
from studio.export.export_event import (
    ExportBegun,
    ExportCancelled,
    Exported,
    ExportEvent,
    ExportFailed,
    ExportId,
    FrameDone,
)
from studio.export.frame_sink import ClipFile, FrameSink, Leftover
from studio.export.frame_text import clip_texts
from studio.export.metadata import Made
from studio.export.order import ExportOrder, Order
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.view import ViewReady

FrameSource = Callable[[int], ViewReady]
"""The order's view after that many steps, decoded exactly, or the sentence why there is none."""


class NewFrame(NamedTuple):
    """A frame as it is given to a sink."""

    number: int
    image: Image
    gain: float = 1.0
    made: Made | None = None


FrameMaker = Callable[[Sequence[int]], Iterator[NewFrame]]
"""Makes the frames with these numbers, in order. Raises what ends the export."""

log = logging.getLogger(__name__)
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def run_export(export: ExportId, order: ExportOrder, source: FrameSource, cancel: CancelToken) -> Iterator[ExportEvent]:
    """The events of one export. Frames that are whole from an earlier run of the same order are not made again."""
    return write_frames(export, order, lambda missing: _frames(order, missing, source, cancel), cancel)


def write_frames(export: ExportId, order: Order, make: FrameMaker, cancel: CancelToken) -> Iterator[ExportEvent]:
    """The events of one export whose frames are made by `make`, as `run_export` tells them."""
    frames = len(order.plan.frames)
    sink: FrameSink | None = None
    try:
        cancel.check()
        began = time.perf_counter()
        sink = open_sink(order)
        whole = frames - len(sink.missing)
        yield ExportBegun(export, whole, frames)
        for frame in make(sink.missing):
            sink.add(*frame)
            whole += 1
            yield FrameDone(export, whole, frames)
        path = sink.finish()
        yield Exported(export, frames, frames, path, _size(path), time.perf_counter() - began, notices(order))
    except CancelRequested:
        left = _left(sink)
        yield ExportCancelled(export, left.whole, frames, left.path)
    except Exception as problem:
        yield _failure(export, problem, _left(sink), frames)
    except GeneratorExit:
        _left(sink)
        raise


def open_sink(order: Order) -> FrameSink:
    """Where the frames of an order go. Raises `StudioError` for a missing codec or a place that will not do."""
    if order.format == "png":
        from studio.export.frame_folder import FrameFolder

        return FrameFolder(order)
    if order.format == "sheet":
        from studio.export.contact_sheet import ContactSheet

        return ContactSheet(order)
    return ClipFile(order, container(order))


def container(order: Order) -> Container:
    """The container of an order for moving pictures. Raises `StudioError` if its codec is missing."""
    reel = Reel(*order.dresser.size, order.plan, clip_texts(order))
    if order.format == "gif":
        from studio.export.gif import Gif

        return Gif(reel)
    if order.format == "apng":
        from studio.export.apng import Apng

        return Apng(reel)
    if order.format == "webp":
        from studio.export.webp import Webp

        return Webp(reel, lossless=order.lossless)
    from studio.export.video import Video

    return Video(reel)


def notices(order: Order) -> tuple[str, ...]:
    """What the user should know of the frames that an order makes."""
    width, height = order.dresser.size
    if order.format != "mp4" or (width % 2 == 0 and height % 2 == 0):
        return ()
    made = f"{width + width % 2} × {height + height % 2}"
    return (f"MP4 needs even sizes: {width} × {height} became {made}, the last row or column is shown twice.",)


def _frames(order: ExportOrder, missing: Sequence[int], source: FrameSource, cancel: CancelToken) -> Iterator[NewFrame]:
    """Those that are missing. One that rests or is shown again at once is made once."""
    last: tuple[int, Image, float] | None = None
    for number in missing:
        cancel.check()
        step = order.plan.frames[number].step
        if last is None or last[0] != step:
            shown = source(step)
            last = (step, order.dresser.frame(shown, step), shown.gain)
        yield NewFrame(number, *last[1:])


def _left(sink: FrameSink | None) -> Leftover:
    if sink is None:
        return Leftover(0, None)
    try:
        return sink.stop()
    except (StudioError, OSError):
        return Leftover(0, None)


def _failure(export: ExportId, problem: Exception, left: Leftover, frames: int) -> ExportFailed:
    detail = "".join(traceback.format_exception(problem))
    if not isinstance(problem, StudioError):
        log.info("an export failed", exc_info=problem)
        sentence = f"Something unexpected went wrong ({type(problem).__name__}: {str(problem)[:200]})."
        return ExportFailed(export, left.whole, frames, sentence, left.path, detail=detail)
    return ExportFailed(
        export,
        left.whole,
        frames,
        _sentence(problem, left, frames),
        left.path,
        problem.field if isinstance(problem, InvalidField) else None,
        detail,
        problem.exit_code,
        can_go_on=isinstance(problem, StorageError),
    )


def _sentence(problem: StudioError, left: Leftover, frames: int) -> str:
    if not left.path:
        return problem.sentence
    whole = f"{left.whole} of {frames} frames are whole, in {left.path}."
    if isinstance(problem.__cause__, OSError) and problem.__cause__.errno in _FULL:
        return f"Disk full. {whole} Free some space and export again to go on, or choose another folder."
    return f"{problem.sentence} {whole}"


def _size(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)
