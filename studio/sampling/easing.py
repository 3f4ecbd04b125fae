"""Easing: how a walk between two keys gathers and loses speed. No torch."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

Easing = Callable[[float], float]


def steady(f: float) -> float:
    """The same speed all the way."""
    return f


def smooth(f: float) -> float:
    """`3f² - 2f³`: at rest at both ends."""
    return f * f * (3.0 - 2.0 * f)


def ease_in(f: float) -> float:
    """`1 - cos(fπ/2)`: from rest."""
    return 1.0 - math.cos(f * math.pi / 2.0)


def ease_out(f: float) -> float:
    """`sin(fπ/2)`: to rest."""
    return math.sin(f * math.pi / 2.0)


# The ends of every easing are exact: a key frame is the key.
EASINGS: Mapping[str, Easing] = MappingProxyType(
    {"linear": steady, "smooth": smooth, "ease-in": ease_in, "ease-out": ease_out}
)


def eased(name: str, f: float) -> float:
    """The fraction of the way at the fraction `f` of the time, both from 0 to 1."""
    return f if f in (0.0, 1.0) else min(max(EASINGS[name](f), 0.0), 1.0)


def evenly(places: Sequence[float], changes: Sequence[float], count: int) -> list[float]:
    """`count` places between which the change is even, from `changes` measured between neighbouring `places`.

    `places` rise; there is one change less. The ends stay. Where nothing changes the places are as even as they were.
    """
    if len(changes) != len(places) - 1 or count < 2:
        raise ValueError("one change less than places, and at least two places")
    way = [0.0, *accumulate(max(change, 0.0) for change in changes)]
    if way[-1] == 0.0:
        way = [place - places[0] for place in places]
    wanted = [way[-1] * number / (count - 1) for number in range(count)]
    found = [_at(way, places, distance) for distance in wanted]
    return [places[0], *found[1:-1], places[-1]]


def _at(way: Sequence[float], places: Sequence[float], distance: float) -> float:
    """The place at that distance along the way, linear between the measured ones."""
    after = min(max(bisect_left(way, distance), 1), len(way) - 1)
    before = after - 1
    length = way[after] - way[before]
    share = (distance - way[before]) / length if length > 0 else 0.0
    return places[before] + share * (places[after] - places[before])
