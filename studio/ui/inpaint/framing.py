"""How the part of a picture that is worked on and the size it is worked at follow each other. Plain arithmetic, no Qt.

A size is (width, height) in pixels, with both sides divisible by 8 and from 64 to 4096, as recipes want them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from studio.job.recipe import SIZE_MAXIMUM, SIZE_MINIMUM, SIZE_STEP
from studio.painting.frame import Frame

Framing = Literal["fit", "crop", "actual", "own"]
Size = tuple[int, int]

# A picture up to this many times as large as those a model was made for is worked on pixel by pixel, and one that is
# smaller than the other part of them is enlarged: the model would not know what to do with so few pixels.
AREA_MAXIMUM, AREA_MINIMUM = 1.5, 0.25
# Scaling is at most this uneven where the whole picture is worked on.
UNEVEN = 0.01


def rounded(side: float) -> int:
    """The side of a size that holds `side` pixels: up to the next multiple of 8, inside what is allowed."""
    return min(max(-(-math.ceil(side) // SIZE_STEP) * SIZE_STEP, SIZE_MINIMUM), SIZE_MAXIMUM)


def nearest(side: float) -> int:
    """The multiple of 8 that is nearest to `side`, inside what is allowed."""
    return min(max(round(side / SIZE_STEP) * SIZE_STEP, SIZE_MINIMUM), SIZE_MAXIMUM)


def is_exact(frame: Frame, size: Size) -> bool:
    """Whether a pixel of the picture is a pixel that is worked on."""
    return (rounded(frame.width), rounded(frame.height)) == size and frame.width <= size[0] and frame.height <= size[1]


def is_alike(frame: Frame, size: Size) -> bool:
    """Whether the frame has the shape of the size, so that nothing is stretched that could be seen."""
    return is_exact(frame, size) or abs(frame.width * size[1] / (frame.height * size[0]) - 1.0) <= UNEVEN


def working_size(frame: Frame, size: Size) -> Size:
    """How large the part in the frame is handed over: as it is where its size only has to be rounded up."""
    return (frame.width, frame.height) if is_exact(frame, size) else size


def suitable(picture: Size, native: Size) -> Size:
    """The size at which a picture is best worked on by a model that was made for pictures of `native` pixels.

    Its own size if the model copes with that, else one of the same shape as near as possible with about as many
    pixels as the model's own pictures.
    """
    own = rounded(picture[0]), rounded(picture[1])
    area, usual = picture[0] * picture[1], native[0] * native[1]
    fits = own[0] - picture[0] < SIZE_STEP and own[1] - picture[1] < SIZE_STEP
    if fits and AREA_MINIMUM * usual <= area <= AREA_MAXIMUM * usual:
        return own
    return min(_of_like_shape(picture, usual), key=lambda size: _misfit(picture, size, usual))


def frame_for(framing: Framing, picture: Size, size: Size) -> Frame:
    """The frame of a picture that is opened or framed anew. "own" is refused: nobody can foretell it."""
    whole = Frame.whole(*picture)
    if is_exact(whole, size):
        return whole
    if framing == "fit":
        return whole if is_alike(whole, size) else Frame.fit(*picture, *size)
    if framing == "crop":
        return Frame.crop(*picture, *size)
    if framing == "actual":
        return Frame.actual(*picture, *size)
    raise ValueError("a frame that was dragged stays where it is")


def resized(frame: Frame, framing: Framing, picture: Size, before: Size, size: Size) -> Frame:
    """The frame after the size was changed from `before` to `size`: its middle stays where the user has put it."""
    if framing == "own":
        scale = frame.width / before[0], frame.height / before[1]
        made = Frame(0, 0, max(1, round(size[0] * scale[0])), max(1, round(size[1] * scale[1])))
    else:
        made = frame_for(framing, picture, size)
        if framing == "fit" or made == Frame.whole(*picture):
            return made
    middle = frame.x + frame.width / 2, frame.y + frame.height / 2
    moved = Frame(round(middle[0] - made.width / 2), round(middle[1] - made.height / 2), made.width, made.height)
    return _inside(moved, picture) if framing == "crop" else moved.limited(*picture)


def size_for(frame: Frame, framing: Framing, before: Frame, size: Size) -> Size:
    """The size after the user has dragged an edge of the frame: the scale stays as it was."""
    if framing == "actual" or is_exact(before, size):
        return rounded(frame.width), rounded(frame.height)
    across, down = size[0] / before.width, size[1] / before.height
    return nearest(frame.width * across), nearest(frame.height * down)


def _inside(frame: Frame, picture: Size) -> Frame:
    x = min(max(frame.x, 0), picture[0] - frame.width)
    y = min(max(frame.y, 0), picture[1] - frame.height)
    return Frame(x, y, frame.width, frame.height)


def _of_like_shape(picture: Size, usual: float) -> Iterator[Size]:
    """Sizes with about `usual` pixels that could do."""
    for width in range(SIZE_MINIMUM, SIZE_MAXIMUM + 1, SIZE_STEP):
        size = width, nearest(width * picture[1] / picture[0])
        area = size[0] * size[1]
        if 0.6 * usual <= area <= 1.2 * usual or SIZE_MINIMUM in size or SIZE_MAXIMUM in size:
            yield size


def _misfit(picture: Size, size: Size, usual: float) -> tuple[float, float]:
    """How far a size is from the picture's shape, in steps that can be seen; then how far from the usual area."""
    uneven = abs(math.log(size[0] * picture[1] / (size[1] * picture[0])))
    area = abs(math.log(size[0] * size[1] / usual))
    # A size that is far too large or too small is no remedy for a hair's breadth of shape.
    return round(uneven / UNEVEN) + (area if area > 0.6 else 0.0), area
