"""A PNG sequence: a folder that holds exactly the frames, numbered from 1, each with recipe and step inside."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from studio import storage
from studio.errors import InvalidField
from studio.export.frame_sink import Leftover
from studio.export.frame_text import frame_texts, read_frame
from studio.export.metadata import Made
from studio.export.order import Order
from studio.export.picture_file import write_new_image
from studio.image import Image

DIGITS = 4


def frame_name(number: int, frames: int) -> str:
    """What the file of a frame is called; `number` counts from 0, its name from 1."""
    digits = max(DIGITS, len(str(frames)))
    return f"frame-{number + 1:0{digits}}.png"


class FrameFolder:
    """Writes the frames that are missing. A folder with anything else in it is refused, and nothing in it is touched.

    Raises `InvalidField` ("out") for such a folder, and `StorageError`.
    """

    def __init__(self, order: Order) -> None:
        self._order, self._folder = order, order.target
        frames = len(order.plan.frames)
        self._names = [frame_name(number, frames) for number in range(frames)]
        self._check_place()
        storage.make_folder(self._folder)
        storage.check_writable(self._folder)
        with storage.explained(self._folder):
            there = set(os.listdir(self._folder))
        self._check_all_ours(there)
        self._missing = [number for number, name in enumerate(self._names) if name not in there]

    @property
    def place(self) -> Path:
        """Where the frames lie."""
        return self._folder

    @property
    def missing(self) -> Sequence[int]:
        return self._missing

    def add(self, number: int, frame: Image, gain: float, made: Made | None = None) -> None:
        write_new_image(self._folder, [self._names[number]], frame, frame_texts(self._order, number, gain, made))

    def finish(self) -> Path:
        return self._folder

    def stop(self) -> Leftover:
        there = sum((self._folder / name).exists() for name in self._names)
        if not there:
            with contextlib.suppress(OSError):
                self._folder.rmdir()
        return Leftover(there, self._folder if there else None)

    def _check_place(self) -> None:
        if os.path.lexists(self._folder) and not self._folder.is_dir():
            raise InvalidField("out", f"{self._folder} is there already and is no folder. Choose another name.")

    def _check_all_ours(self, there: set[str]) -> None:
        numbers = {name: number for number, name in enumerate(self._names)}
        for name in sorted(there):
            said = read_frame(self._folder / name) if name in numbers else {}
            if (said.get("export"), said.get("number")) != (self._order.fingerprint, numbers.get(name, -2) + 1):
                raise InvalidField(
                    "out",
                    f"The folder {self._folder} holds other files already, such as {name[:60]}. "
                    "Choose a new one; nothing in it was changed.",
                )


def free_folder(order: Order) -> Path:
    """The folder of an order, or the next name that will do: new, empty, or holding frames of this very export."""
    folder = order.target
    for number in count(2):
        if _will_do(folder, order):
            break
        folder = order.target.with_name(f"{order.target.name}-{number}")
    return folder


def _will_do(folder: Path, order: Order) -> bool:
    try:
        names = sorted(os.listdir(folder))
    except OSError:  # not there yet; or its parent will not do, which the export itself tells
        return not os.path.isfile(folder)
    return not names or read_frame(folder / names[0]).get("export") == order.fingerprint
