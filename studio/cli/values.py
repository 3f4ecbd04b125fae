"""Values of flags, from words to numbers. What cannot be read raises `InvalidField` that says how it is written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from studio.errors import InvalidField
from studio.job.recipe import SIZE_MAXIMUM, SIZE_MINIMUM, SIZE_STEP
from studio.sampling.info import Option, OptionValue

_SIZE = re.compile(r"(\d{1,9})\s*[x×*]\s*(\d{1,9})", re.IGNORECASE | re.ASCII)
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_SHOWN = 40
# More digits than any allowed number has; beyond some thousands Python refuses to read them at all.
_DIGITS = 25


def text(field: str, title: str) -> Callable[[str], str]:
    """A reader of words in any script, also where the locale has kept Python from reading them as UTF-8."""

    def read(word: str) -> str:
        try:
            return word.encode("utf-8", "surrogateescape").decode("utf-8")
        except UnicodeError:
            raise InvalidField(field, f"{title} is not readable as text in UTF-8.") from None

    return read


def whole_number(field: str, title: str) -> Callable[[str], int]:
    """A reader of whole numbers for the flag of `field`."""

    def read(text: str) -> int:
        word = text.strip()
        if not re.fullmatch("[+-]?[0-9]+", word):
            raise InvalidField(field, f"{title} '{text[:_SHOWN]}' is not a whole number.")
        if len(word) > _DIGITS:
            raise InvalidField(field, f"{title} {word[:_SHOWN]}… has {len(word)} digits and is out of range.")
        return int(word)

    return read


def bounded(field: str, title: str, minimum: int, maximum: int) -> Callable[[str], int]:
    """A reader of whole numbers from `minimum` to `maximum`."""

    def read(text: str) -> int:
        value = whole_number(field, title)(text)
        if not minimum <= value <= maximum:
            raise InvalidField(field, f"{title} {value} is out of range. Use {minimum} to {maximum:,}.")
        return value

    return read


def number(field: str, title: str, minimum: float = -math.inf, maximum: float = math.inf) -> Callable[[str], float]:
    """A reader of finite numbers, with a point, from `minimum` to `maximum`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InvalidField(field, f"{title} '{text[:_SHOWN]}' is not a number.")
        if not minimum <= value <= maximum:
            raise InvalidField(field, f"{title} {value:g} is out of range. Use {minimum:g} to {maximum:g}.")
        return value

    return read


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels from WIDTHxHEIGHT. What is allowed of them, the recipe says."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise InvalidField(
            "size",
            f"Size '{text[:_SHOWN]}' is not readable. Write WIDTHxHEIGHT in pixels, such as 128x128; "
            f"each is {SIZE_MINIMUM} to {SIZE_MAXIMUM} and divisible by {SIZE_STEP}.",
        )
    return int(found[1]), int(found[2])


def interval(text: str) -> tuple[float, float]:
    """Two fractions of the trained time from A,B."""
    words = text.split(",")
    if len(words) != 2:
        raise InvalidField(
            "interval",
            f"Guidance interval '{text[:_SHOWN]}' is not readable. Write two numbers from 0 to 1, such as 0.1,0.8.",
        )
    read = number("interval", "Guidance interval", 0.0, 1.0)
    return read(words[0]), read(words[1])


def spacing(text: str) -> str | tuple[float, ...]:
    """The name of a spacing, or the timesteps of an explicit one from a list such as 999,750,500."""
    word = text.strip()
    if not word[:1].isdigit():
        return word
    read = number("timesteps", "Timestep")
    return tuple(read(part) for part in word.rstrip(",").split(","))


def option_value(option: Option, text: str) -> OptionValue:
    """The value of a sampler's option, within the bounds that the option gives."""
    if option.kind == "bool":
        word = text.strip().lower()
        return option.check(True if word in _TRUE else False if word in _FALSE else text)
    if option.kind == "choice":
        return option.check(text.strip())
    if option.kind == "int":
        return option.check(whole_number(option.name, option.title)(text))
    return option.check(number(option.name, option.title)(text))
