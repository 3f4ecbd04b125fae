"""What levels a spacing of a plugin may give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from studio.sampling.schedule import NoiseLevel, NoiseSchedule

TOLERANCE = 1e-6


def what_is_wrong_with_levels(found: Sequence[object], schedule: NoiseSchedule, n: int) -> str:
    """Why these are no n levels of a schedule, noisiest first and none of them clean, or ""."""
    levels = [level for level in found if isinstance(level, NoiseLevel)]
    if len(found) != n or len(levels) != n:
        return f"it gave {len(found)} levels, {len(levels)} of them a NoiseLevel, instead of {n}"
    if not all(level.sigma > 0 and not math.isnan(level.ratio) for level in levels):
        return "it gave a clean level, or one that is no number"
    if not all(a.ratio > b.ratio for a, b in pairwise(levels)):
        return "its levels do not fall"
    return "" if all(_is_of(level, schedule) for level in levels) else "it gave a level that the schedule does not have"


def _is_of(level: NoiseLevel, schedule: NoiseSchedule) -> bool:
    try:
        known = schedule.at(level.ratio)
    except ValueError:
        return False
    return math.isclose(level.alpha, known.alpha, rel_tol=TOLERANCE, abs_tol=TOLERANCE) and math.isclose(
        level.sigma, known.sigma, rel_tol=TOLERANCE, abs_tol=TOLERANCE
    )
