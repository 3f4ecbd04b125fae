"""What is written to a frame: "x0 at step 12 of 30, t 601", below the picture or over it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import PIL.Image

from studio.errors import StudioError
from studio.export.caption_letters import fitting
from studio.export.frame_look import FrameLook, Size
from studio.export.sequence import Level
from studio.image import Image
from studio.job.view import SIGNED_KINDS, ViewKind, ViewReady, view_title

BAND, TEXT = (0x16, 0x16, 0x16), (0xED, 0xED, 0xED)
# How much of the picture's light the plate of a caption over it takes away.
PLATE = 0.78
# For the room that a gain takes before it is known.
GAIN_EXPECTED = 888.0
LARGEST, SMALLEST = 40, 9
# A caption is about this part of the picture's smaller side.
SHARE = 1 / 22


def caption_forms(view: ViewKind, step: int, levels: Sequence[Level], gain: float = 1.0) -> tuple[str, ...]:
    """What can be said of a step, longest first.

    The t is that of the level that the step reached; `gain` is by how much a signed view is amplified.
    """
    steps = len(levels) - 1
    place = f"step {step} of {steps}"
    timestep = levels[step].timestep
    level = f", t {timestep:.0f}" if timestep >= 0 else ""
    times = f", × {gain:.{0 if gain >= 10 else 1}f}" if view in SIGNED_KINDS else ""
    named = view_title(view, step, steps)
    return named + level + times, place + level + times, place, f"{step} of {steps}", f"{step}/{steps}", f"{step}"


class Dresser:
    """Makes frames of the pictures of one clip, all of one size and with captions of one form.

    `size` is that of the pictures. Raises `InvalidField` for a look that does not fit it.
    """

    def __init__(
        self, look: FrameLook, size: Size, view: ViewKind, steps: Sequence[int], levels: Sequence[Level]
    ) -> None:
        self._look, self._view, self._levels, self._size = look, view, levels, size
        self._inner = look.picture_size(size)
        if look.captions != "none":
            self._prepare(sorted(set(steps)))

    @property
    def size(self) -> Size:
        """Width and height of every frame."""
        width, height = self._inner
        return width, height + (self._band if self._look.captions == "below" else 0)

    def frame(self, shown: ViewReady, step: int) -> Image:
        """The frame of the view after `step` steps. A picture of another size is brought to that of the clip.

        Raises `StudioError` if there is no such view.
        """
        if shown.image is None:
            raise StudioError(shown.sentence)
        picture = PIL.Image.fromarray(shown.image.pixels)
        if picture.size != self._size:
            picture = picture.resize(self._size, PIL.Image.Resampling.LANCZOS)
        picture = self._look.picture(picture)
        if self._look.captions != "none":
            picture = self._captioned(picture, caption_forms(self._view, step, self._levels, shown.gain)[self._form])
        return Image(np.asarray(picture))

    def _prepare(self, steps: Sequence[int]) -> None:
        width, height = self._inner
        largest = min(max(round(min(width, height) * SHARE), 12), LARGEST)
        forms = list(
            zip(*(caption_forms(self._view, step, self._levels, GAIN_EXPECTED) for step in steps), strict=True)
        )
        self._form, self._letters = fitting(forms, width - 2 * _margin(largest), largest, SMALLEST)
        # The plate of the longest caption, so that it does not twitch.
        self._longest = max(self._letters.width(text) for text in forms[self._form])

    @property
    def _band(self) -> int:
        return round(self._letters.size * 2)

    def _captioned(self, picture: PIL.Image.Image, text: str) -> PIL.Image.Image:
        letters, (width, height) = self._letters, self._inner
        margin = _margin(letters.size)
        below = self._look.captions == "below"
        made = PIL.Image.new("RGB", self.size, BAND)
        made.paste(picture, (0, 0))
        top = height if below else height - self._band
        if not below:
            box = (0, max(top, 0), min(width, round(self._longest) + 2 * margin), height)
            made.paste(BAND, box, PIL.Image.new("L", (box[2], box[3] - box[1]), round(255 * PLATE)))
        letters.draw(made, (margin, top + (self._band + letters.cap_height) / 2), text, TEXT)
        return made


def _margin(size: int) -> int:
    return max(2, round(size * 0.6))
