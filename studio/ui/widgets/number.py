"""What a number row allows, and how its numbers are written. Plain arithmetic, no widget."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

POSITIONS_MAXIMUM = 100_000


@dataclass(frozen=True)
class NumberRange:
    """`decimals` is 0 for whole numbers. `slider_maximum` is the end of the slider where all of a range is too long."""

    minimum: float
    maximum: float
    step: float = 1.0
    decimals: int = 0
    slider_maximum: float | None = None

    def __post_init__(self) -> None:
        if not (self.minimum < self.maximum and self.step > 0):
            raise ValueError(f"not a range: {self.minimum} to {self.maximum} by {self.step}")

    @classmethod
    def fitting(cls, minimum: float, maximum: float, *, whole: bool) -> NumberRange:
        """A range with a step that suits it: 1, or about a hundredth of the range rounded to a power of ten."""
        if whole:
            return cls(minimum, maximum)
        exponent = math.floor(math.log10((maximum - minimum) / 50))
        return cls(minimum, maximum, step=10.0**exponent, decimals=max(1, -exponent))

    def typed(self, value: float) -> int | float:
        """The value as int for whole numbers, else as float."""
        return float(value) if self.decimals else round(value)

    def parse(self, text: str) -> int | float | None:
        """The number in `text`, or None. A comma is a decimal point, in whole numbers it groups thousands."""
        plain = text.strip().replace("\u202f", "").replace("\xa0", "").replace(" ", "")
        try:
            if not self.decimals:
                return int(plain.replace(",", ""))
            value = float(plain.replace(",", "."))
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def refusal(self, value: float, name: str) -> str:
        """Why `value` is not allowed, as a sentence, or ""."""
        if self.minimum <= value <= self.maximum:
            return ""
        low, high = self.bounds()
        sentence = QCoreApplication.translate("NumberRange", "{name} {value} is out of range. Use {low} to {high}.")
        shown = f"{value:.6g}" if self.decimals else self.text(value)
        return sentence.format(name=name, value=shown, low=low, high=high)

    def text(self, value: float) -> str:
        """The value with its decimals, or with more where it has more."""
        if not self.decimals:
            return str(int(value))
        short = f"{value:.{self.decimals}f}"
        return short if math.isclose(float(short), value, rel_tol=0.0, abs_tol=1e-9) else f"{value:.6g}"

    def bounds(self) -> tuple[str, str]:
        """Both ends as a reader writes them: "1", "10,000"."""
        low, high = (f"{end:,.0f}" if float(end).is_integer() else f"{end:g}" for end in (self.minimum, self.maximum))
        return low, high

    def stepped(self, value: float, steps: int) -> int | float:
        """The value `steps` steps away, inside the range, on the grid of steps."""
        if self.decimals:
            moved = round(value / self.step + steps) * self.step
            moved = round(moved, 10)
        else:
            moved = value + steps * self.step
        return self.typed(min(max(moved, self.minimum), self.maximum))

    def positions(self) -> int:
        """How many steps the slider has."""
        return min(POSITIONS_MAXIMUM, max(1, round((self._slider_end() - self.minimum) / self.step)))

    def at(self, position: int) -> int | float:
        """The value at a position of the slider."""
        span = self._slider_end() - self.minimum
        return self.typed(round(self.minimum + span * position / self.positions(), 10))

    def position(self, value: float) -> int:
        """The position of the slider for `value`; beyond the slider's end it is the end."""
        span = self._slider_end() - self.minimum
        return min(max(round((value - self.minimum) / span * self.positions()), 0), self.positions())

    def _slider_end(self) -> float:
        return self.maximum if self.slider_maximum is None else self.slider_maximum
