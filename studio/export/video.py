"""MP4 with H.264, frame by frame, through PyAV.

While it grows, the file is in fragments of one frame, so that it can be played and gone on with wherever it is cut off.
At the end its packets, as they are, are put into the usual order with the index first ("faststart"). Pixels are YUV
4:2:0 with the colours of ITU-R BT.709, and the file says so. Sizes are therefore even: an odd one is filled up by
repeating its last row or column.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from av.codec.codec import UnknownCodecError
from av.container import OutputContainer
from av.video import VideoStream
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation

from studio.errors import StorageError, StudioError
from studio.export.container import Extent, Patch, Reel
from studio.image import Image, Pixels

CODEC = "libx264"
NO_CODEC = "This installation cannot write MP4: its encoder for H.264 is missing. Use WebP, APNG or GIF instead."
# One quality for every frame, so that a clip that rests takes no room. "zerolatency": no frame waits for later ones.
_QUALITY = {"qp": "18", "preset": "medium", "tune": "zerolatency"}
_KEY_SECONDS = 2
_GROWING = "frag_every_frame+empty_moov+default_base_moof+frag_discont"
_CLIP, _DATA = b"moof", b"mdat"


def even(size: int) -> int:
    """The size that a side of `size` pixels gets."""
    return size + size % 2


class Video:
    """An MP4. Every frame of the plan is one frame of the video."""

    def __init__(self, reel: Reel) -> None:
        try:
            av.Codec(CODEC, "w")
        except UnknownCodecError:
            raise StudioError(NO_CODEC) from None
        self._reel = reel
        self._sink = _Sink()
        self._over = False

    @property
    def key_distance(self) -> int:
        """From one frame that stands for itself to the next."""
        return max(1, round(_KEY_SECONDS * self._reel.plan.rate))

    def header(self) -> bytes:
        sink = _Sink()
        with self._opened(sink, 0)[0]:
            return sink.take()

    def begin(self, first: int) -> None:
        self._output, self._stream = self._opened(self._sink, first)
        self._sink.take()

    def frame(self, number: int, image: Image) -> bytes:
        frame = av.VideoFrame.from_ndarray(_evened(image.pixels), format="rgb24")
        frame = frame.reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP,
        )
        frame.pts, frame.time_base = number, 1 / self._reel.plan.rate
        self._output.mux(self._stream.encode(frame))
        return self._sink.take()

    def rest(self) -> bytes:
        if self._over:
            return b""
        self._over = True
        self._output.mux(self._stream.encode(None))
        self._output.close()
        data = self._sink.take()
        return data[: _length(data, (_CLIP, _DATA))]

    def end(self, frames: int) -> bytes:
        return b""

    def patches(self, frames: int, size: int) -> tuple[Patch, ...]:
        return ()

    def extent(self, file: BinaryIO) -> Extent:
        frames, end = 0, file.tell()
        while len(head := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            if kind not in (_CLIP, _DATA) or len(file.read(size - 8)) < size - 8:
                break
            if kind == _DATA:
                frames, end = frames + 1, file.tell()
        return Extent(frames, end)

    def _opened(self, sink: _Sink, first: int) -> tuple[OutputContainer, VideoStream]:
        """An encoder that has written its header."""
        rate = self._reel.plan.rate
        options = {"movflags": _GROWING, "fragment_index": str(first + 1), "avoid_negative_ts": "disabled"}
        output = av.open(sink, "w", format="mp4", options=options)
        stream = output.add_stream(CODEC, rate=rate, options={**_QUALITY, "g": str(self.key_distance)})
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height = even(self._reel.width), even(self._reel.height)
        context.pix_fmt, context.time_base = "yuv420p", 1 / rate
        context.thread_count = 1  # the same bits on every machine
        context.colorspace, context.color_range = Colorspace.ITU709.value, ColorRange.MPEG.value
        context.color_primaries, context.color_trc = ColorPrimaries.BT709.value, ColorTrc.BT709.value
        output.start_encoding()
        return output, stream

    def settle(self, part: Path, target: Path) -> bool:
        """Put the packets into their final order, and read the result again."""
        with (
            av.open(str(part)) as source,
            av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as settled,
        ):
            stream = source.streams.video[0]
            copy = settled.add_stream_from_template(stream)
            for packet in source.demux(stream):
                if packet.dts is not None:
                    packet.stream = copy
                    settled.mux(packet)
        with av.open(str(target)) as written:
            if written.streams.video[0].frames != len(self._reel.plan.frames):
                raise StorageError(f"The video in {target.parent} could not be read again as written. Try again.")
        return True


class _Sink(io.RawIOBase):
    """Where the encoder writes: its bytes are taken away after each frame."""

    def __init__(self) -> None:
        self._data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._data += data
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._data)
        self._data.clear()
        return taken


def _evened(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return pixels
    return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _length(data: bytes, kinds: tuple[bytes, ...]) -> int:
    """How many of the bytes belong to boxes of these kinds, counted from the first."""
    place = 0
    while place + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        if kind not in kinds:
            break
        place += size
    return place
