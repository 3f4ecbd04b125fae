"""From the keys of a track, or the corners of a sheet, to the recipe of each frame. No torch.

The frame of a key is the plain recipe of that key, so it is bit for bit the picture made alone. A frame between keys
starts between their codes, with their conditionings and guidance scales mixed as it lies between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from studio.errors import InvalidField
from studio.job.code import Between, End, FromSeed, Method, Weighted
from studio.job.recipe import Guidance, Noise, Recipe, checked, recipe
from studio.job.track import CORNERS, SHEET_SIDE_MAXIMUM, Key, Track
from studio.sampling.easing import EASINGS, eased

Shares = Sequence[tuple[float, Key]]


def frames(track: Track) -> tuple[Recipe, ...]:
    """The recipes of all frames in the order of showing. Raises `InvalidField`."""
    return tuple(recipe_at(track, place) for place in places(track))


def places(track: Track) -> tuple[float, ...]:
    """Where each frame lies: 0 is the first key, 1.5 half-way from the second to the third."""
    if track.places is not None:
        return track.places
    found = []
    for number, segment in enumerate(track.segments):
        if segment.easing not in EASINGS:
            raise InvalidField(
                "easing", f"Easing '{segment.easing[:40]}' is not known. Use one of: {', '.join(EASINGS)}."
            )
        found += [number + eased(segment.easing, step / segment.frames) for step in range(segment.frames)]
    return tuple(found) if track.loop else (*found, float(len(track.segments)))


def recipe_at(track: Track, place: float) -> Recipe:
    """The recipe at a place of the track, from 0 to its number of segments."""
    number = min(math.floor(place), len(track.segments) - 1)
    fraction = place - number
    first, second = track.keys[number], track.keys[(number + 1) % len(track.keys)]
    start = between(first.end, second.end, fraction, track.method)
    return _recipe(track.base, start, [(1.0 - fraction, first), (fraction, second)])


def sheet(
    base: Recipe, corners: Sequence[Key], rows: int, columns: int, method: Method = "slerp"
) -> tuple[Recipe, ...]:
    """The recipes of a sheet, row by row. Corners: upper left, upper right, lower left, lower right.

    A row leads from a point of the left edge to one of the right; edges are the ways between their corners. Raises
    `InvalidField` unless there are four corners, and 2 to 50 rows and columns.
    """
    if len(corners) != CORNERS:
        raise InvalidField("key", f"A sheet has four keys, one for each corner, not {len(corners)}.")
    if not 2 <= min(rows, columns) <= max(rows, columns) <= SHEET_SIDE_MAXIMUM:
        raise InvalidField("sheet", f"A sheet has 2 to {SHEET_SIDE_MAXIMUM} rows and as many columns.")
    downs = [row / (rows - 1) for row in range(rows)]
    acrosses = [column / (columns - 1) for column in range(columns)]
    return tuple(_in_sheet(base, corners, down, across, method) for down in downs for across in acrosses)


def between(first: End, second: End, fraction: float, method: Method) -> End:
    """The start at a fraction of the way. At its ends, and where both are one, it is plain."""
    if fraction <= 0.0 or first == second:
        return first
    if fraction >= 1.0:
        return second
    return Between(first=first, second=second, fraction=fraction, method=method)


def _in_sheet(base: Recipe, corners: Sequence[Key], down: float, across: float, method: Method) -> Recipe:
    a, b, c, d = corners
    above = between(a.end, b.end, across, method)
    below = between(c.end, d.end, across, method)
    left, right = 1.0 - across, across
    shares = [((1.0 - down) * left, a), ((1.0 - down) * right, b), (down * left, c), (down * right, d)]
    return _recipe(base, between(above, below, down, method), shares)


def _recipe(base: Recipe, start: End, shares: Shares) -> Recipe:
    """The recipe of a frame that starts there, with so much of each key. The shares add up to 1.

    Later draws are those of the first key that has a share, or of the base where that is a code.
    """
    there = [(share, key) for share, key in shares if share > 0.0]
    leading = there[0][1]
    nearest = max(there, key=lambda part: part[0])[1]
    seed = leading.end.seed if isinstance(leading.end, FromSeed) else base.seed
    if isinstance(start, FromSeed):
        seed = start.seed
    return recipe(
        **{
            **dict(base),
            "prompt": nearest.prompt,
            "negative_prompt": nearest.negative_prompt,
            "seed": seed,
            "start": Noise() if isinstance(start, FromSeed) else start,
            "guidance": checked(Guidance, **{**dict(base.guidance), "scale": _scale(there)}),
            "blend": _blend(there),
        }
    )


def _scale(shares: Shares) -> float:
    """The mixed guidance scale; exactly that of the keys where they agree."""
    scales = {key.scale for _, key in shares}
    return scales.pop() if len(scales) == 1 else sum(share * key.scale for share, key in shares)


def _blend(shares: Shares) -> tuple[Weighted, ...]:
    """The prompts and their weights; nothing where there is one pair alone. A key alone keeps its own, bit for bit."""
    if len(shares) == 1:
        return shares[0][1].blend
    weights: dict[tuple[str, str], float] = {}
    for share, key in shares:
        for told, weight in _words(key):
            weights[told] = weights.get(told, 0.0) + share * weight
    if len(weights) == 1:
        return ()
    return tuple(
        checked(Weighted, prompt=prompt, negative_prompt=negative, weight=min(weight, 1.0))
        for (prompt, negative), weight in weights.items()
    )


def _words(key: Key) -> tuple[tuple[tuple[str, str], float], ...]:
    """The pairs of prompts of a key and how much each counts."""
    if not key.blend:
        return (((key.prompt, key.negative_prompt), 1.0),)
    return tuple(((part.prompt, part.negative_prompt), part.weight) for part in key.blend)
