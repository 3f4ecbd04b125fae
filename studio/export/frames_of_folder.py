"""Frames that lie as pictures in a folder, to be packed in another way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from studio.errors import RefusedFile
from studio.export.frame_folder import frame_name
from studio.export.frames_order import FramesOrder
from studio.export.picture_file import read_picture
from studio.export.run_export import FrameMaker, NewFrame
from studio.job.cancel import CancelToken


def frames_of_folder(order: FramesOrder, folder: Path, cancel: CancelToken) -> FrameMaker:
    """Reads the frames of a rendered walk. Each must be the picture that the order says; raises `RefusedFile`."""

    def make(missing: Sequence[int]) -> Iterator[NewFrame]:
        for number in missing:
            cancel.check()
            path = folder / frame_name(number, len(order.recipes))
            picture = read_picture(path)
            if picture.recipe != order.recipes[number]:
                raise RefusedFile(f"{path.name} in {folder.name} is not the frame that was rendered. Render it again.")
            yield NewFrame(number, picture.image, made=picture.made)

    return make
