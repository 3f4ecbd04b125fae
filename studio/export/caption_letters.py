"""Letters for what counts from frame to frame: digits take the same room each, so that nothing jitters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import PIL.Image
from PIL import ImageDraw, ImageFont

from studio import paths

FACE = "Inter-Medium.otf"
DIGITS = "0123456789"
Colour = tuple[int, int, int]


class Lettering:
    """The program's typeface at one size in pixels."""

    def __init__(self, size: int) -> None:
        self.size = size
        face = str(paths.resources() / "fonts" / FACE)
        self._font = ImageFont.truetype(face, size, layout_engine=ImageFont.Layout.BASIC)

    @cached_property
    def line_height(self) -> int:
        """From one baseline to the next."""
        return round(self.size * 1.4)

    @cached_property
    def cap_height(self) -> int:
        """The height of a capital letter."""
        return round(-self._font.getbbox("H", anchor="ls")[1])

    @cached_property
    def _digit(self) -> float:
        return max(self._font.getlength(digit) for digit in DIGITS)

    def width(self, text: str) -> float:
        """How much room a line takes."""
        return sum(advance for _, advance in self._pieces(text))

    def draw(self, picture: PIL.Image.Image, place: tuple[float, float], text: str, colour: Colour) -> None:
        """Write a line whose baseline begins at `place`."""
        pen = ImageDraw.Draw(picture)
        left, baseline = place
        for piece, advance in self._pieces(text):
            inset = (advance - self._font.getlength(piece)) / 2 if piece in DIGITS else 0.0
            pen.text((left + inset, baseline), piece, colour, self._font, anchor="ls")
            left += advance

    def _pieces(self, text: str) -> list[tuple[str, float]]:
        """What stands between digits in one piece, and each digit in a room of its own."""
        pieces: list[tuple[str, float]] = []
        for character in text:
            if character in DIGITS:
                pieces.append((character, self._digit))
            elif pieces and pieces[-1][0] not in DIGITS:
                joined = pieces[-1][0] + character
                pieces[-1] = (joined, self._font.getlength(joined))
            else:
                pieces.append((character, self._font.getlength(character)))
        return pieces


def fitting(forms: Sequence[Sequence[str]], room: float, largest: int, smallest: int) -> tuple[int, Lettering]:
    """The number of the first form all of whose texts fit, and the letters for it; the last form if none does.

    Sizes in pixels are tried from `largest` down to `smallest` before the next form.
    """
    for number, texts in enumerate(forms):
        longest = max(texts, key=len)
        for size in range(largest, smallest - 1, -1):
            letters = Lettering(size)
            if letters.width(longest) <= room and max(letters.width(text) for text in texts) <= room:
                return number, letters
    return len(forms) - 1, Lettering(smallest)
