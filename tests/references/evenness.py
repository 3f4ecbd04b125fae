"""How even a walk is."""

from __future__ import annotations

from collections.abc import Sequence


def unevenness(changes: Sequence[float]) -> float:
    """Largest change over the mean one: 1 is perfectly even, and so is a walk in which nothing changes."""
    total = sum(changes)
    return max(changes) * len(changes) / total if total > 0 else 1.0
