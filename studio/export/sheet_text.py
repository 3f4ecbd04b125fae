"""Text of contact sheets, in the typeface of the program: measured, cut and wrapped before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from studio import paths

Weight = Literal["Regular", "Medium", "SemiBold"]
Colour = tuple[int, int, int]
LINE_HEIGHT = 1.4
ELLIPSIS = "…"


@dataclass(frozen=True)
class SheetText:
    """A size in pixels, a weight and a colour. Measures text before it is drawn."""

    size: int
    weight: Weight = "Regular"
    colour: Colour = (237, 237, 237)

    @property
    def line(self) -> int:
        """From one line to the next, in pixels."""
        return round(self.size * LINE_HEIGHT)

    def width(self, text: str) -> int:
        """Of one line, in pixels."""
        return int(self._font().getlength(text) + 0.999)

    def cut(self, text: str, width: int) -> str:
        """`text` if it fits, else as much of it as does, with an ellipsis."""
        if self.width(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(text[:middle].rstrip() + ELLIPSIS) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + ELLIPSIS

    def wrapped(self, text: str, width: int, lines: int) -> list[str]:
        """`text` in at most `lines` lines of at most `width` pixels, broken between words; the rest is cut."""
        words = text.split()
        found: list[str] = []
        while words and len(found) < lines - 1:
            line = words.pop(0)
            while words and self.width(f"{line} {words[0]}") <= width:
                line = f"{line} {words.pop(0)}"
            found.append(self.cut(line, width))
        if words:
            found.append(self.cut(" ".join(words), width))
        return found

    def draw(
        self, page: PIL.Image.Image, place: tuple[int, int], lines: list[str], *, width: int = 0, centred: bool = False
    ) -> None:
        """Draw lines below each other from their upper left corner, or centred within `width`."""
        pen, font = PIL.ImageDraw.Draw(page), self._font()
        left, top = place
        ascent, descent = font.getmetrics()
        inset = (self.line - ascent - descent) / 2
        for number, line in enumerate(lines):
            shift = (width - self.width(line)) // 2 if centred else 0
            pen.text((left + shift, top + number * self.line + inset), line, self.colour, font)

    def _font(self) -> PIL.ImageFont.FreeTypeFont:
        return PIL.ImageFont.truetype(str(paths.resources() / "fonts" / f"Inter-{self.weight}.otf"), self.size)
