"""What can be done to a mask in one step: a pure function from values to values."""

from __future__ import annotations

from collections.abc import Callable

from studio.image import Pixels
from studio.painting.box import Box

# Gets all values (read-only) and returns new ones: all, or a box with those of the box. A box lies inside the mask.
Operation = Callable[[Pixels], tuple[Box, Pixels] | Pixels]


def whole(values: Pixels) -> Box:
    """The box of all pixels."""
    return Box(0, 0, values.shape[1], values.shape[0])
