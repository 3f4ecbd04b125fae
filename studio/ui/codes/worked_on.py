"""The picture that is inverted: the whole of it, or its middle, as large as the model works. No Qt."""

from __future__ import annotations

import numpy as np

from studio.image import Image
from studio.painting.frame import Frame, working
from studio.ui.inpaint.framing import Size, frame_for, is_alike, working_size


def part_for(picture: Size, size: Size) -> Frame:
    """The part that fills `size`: everything where nothing would be stretched that could be seen."""
    whole = Frame.whole(*picture)
    return whole if is_alike(whole, size) else frame_for("crop", picture, size)


def worked_on(image: Image, size: Size) -> Image:
    """That part, scaled; the picture itself where a pixel stays a pixel."""
    own = (image.width, image.height)
    frame = part_for(own, size)
    wanted = working_size(frame, size)
    if frame == Frame.whole(*own) and wanted == own:
        return image
    return working(image, np.zeros((image.height, image.width), np.uint8), frame, wanted)[0]
