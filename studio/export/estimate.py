"""How large an export will be, measured: a few of its frames are really made and packed, and nothing is written."""

from __future__ import annotations

import io
from itertools import pairwise

import PIL.Image

from studio.export.container import Reel
from studio.export.export_event import Estimate
from studio.export.frame_text import clip_texts
from studio.export.order import ExportOrder
from studio.export.run_export import FrameSource, container
from studio.export.sequence import FramePlan
from studio.image import Image
from studio.job.cancel import CancelToken

SAMPLES = 4
# What surrounds the packed pixels of a PNG file: its header and the chunks' own bytes.
PNG_BYTES = 60
# A frame of a video that repeats the one before it.
STILL_BYTES = 60
# What surrounds a frame in a growing video more than in a finished one.
FRAGMENT_BYTES = 92


def estimate(order: ExportOrder, source: FrameSource, cancel: CancelToken) -> Estimate:
    """About how many bytes the export will take. Raises `CancelRequested`, and what the source and a codec raise."""
    numbers = _samples(order)
    frames: dict[int, Image] = {}
    for number in numbers:
        cancel.check()
        step = order.plan.frames[number].step
        frames[number] = order.dresser.frame(source(step), step)
    measure = {"png": _pictures, "sheet": _pictures, "mp4": _video}.get(order.format, _clip)
    return Estimate(len(order.plan.frames), order.plan.seconds, measure(order, frames))


def _samples(order: ExportOrder) -> list[int]:
    """Numbers of frames spread over the clip; of a video each with the one before it, to see what a change costs."""
    frames = order.plan.frames
    last = len(frames) - 1
    chosen = {round(last * place / max(1, SAMPLES - 1)) for place in range(SAMPLES)}
    if order.format == "mp4":
        moving = [n + 1 for n in range(last) if frames[n].step != frames[n + 1].step]
        chosen = {moving[round((len(moving) - 1) * place / (SAMPLES - 1))] for place in range(SAMPLES) if moving} | {0}
        chosen |= {number - 1 for number in chosen if number}
    return sorted(chosen)


def _pictures(order: ExportOrder, frames: dict[int, Image]) -> int:
    """PNG files, or the cells of a sheet."""
    texts = sum(len(text.encode()) for text in clip_texts(order).values()) + PNG_BYTES
    sizes = [_png_size(frame) for frame in frames.values()]
    each = sum(sizes) / len(sizes)
    if order.format == "sheet":
        return round(each * len(order.plan.frames) + texts)
    return round((each + texts) * len(order.plan.frames))


def _png_size(image: Image) -> int:
    buffer = io.BytesIO()
    PIL.Image.fromarray(image.pixels).save(buffer, "PNG")
    return len(buffer.getvalue())


def _clip(order: ExportOrder, frames: dict[int, Image]) -> int:
    """Formats whose frames are packed each for itself."""
    packer = container(order)
    sizes = [len(packer.frame(number, frame)) for number, frame in frames.items()]
    return round(len(packer.header()) + sum(sizes) / len(sizes) * len(order.plan.frames))


def _video(order: ExportOrder, frames: dict[int, Image]) -> int:
    """A video keeps what changes: the samples are packed as a video of their own, in pairs of neighbours."""
    from studio.export.video import Video

    steps = [frame.step for frame in order.plan.frames]
    sampled = FramePlan(tuple(order.plan.frames[number] for number in frames), order.plan.rate)
    packer = Video(Reel(*order.dresser.size, sampled))
    packer.begin(0)
    # The encoder is one frame behind.
    packed = [packer.frame(place, frame) for place, frame in enumerate(frames.values())][1:]
    sizes = [len(data) - FRAGMENT_BYTES for data in (*packed, packer.rest())]
    pairs = zip(pairwise(frames), sizes[1:], strict=True)
    changes = [size for (a, b), size in pairs if b == a + 1 and steps[a] != steps[b]]
    moving = sum(a != b for a, b in pairwise(steps))
    keys = (len(steps) - 1) // packer.key_distance * sum(sizes) / len(sizes)
    each = sum(changes) / len(changes) if changes else 0.0
    return round(len(packer.header()) + sizes[0] + moving * each + (len(steps) - 1 - moving) * STILL_BYTES + keys)
